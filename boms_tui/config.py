"""Where BOMS lives on this machine: the home folder, its parts, and the settings in `boms.toml`."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from boms_tui.errors import UsageError
from boms_tui.model.site import Site


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's folder. Nothing in it is created by looking.

    `anchors` is the file that the ends of the journal are anchored in, which is best on another machine; `syslog` is
    where they are sent besides: a socket's path or HOST[:PORT].
    """

    path: Path
    store_url: str
    work: Path
    timezone: str
    anchors: Path
    syslog: str = ""

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def site(self) -> Site:
        """What definitions take for granted of this installation."""
        return Site(self.timezone, os.path.normpath(self.work), os.path.normpath(self.spool))

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def embedded_file(self) -> Path | None:
        """The store's file, where the store is SQLite."""
        prefix = "sqlite:///"
        return Path(self.store_url.removeprefix(prefix)) if self.store_url.startswith(prefix) else None


def home(path: str | None = None, store: str | None = None) -> Home:
    """The home that the command line, then the environment, then the default names.

    Raises:
        UsageError: `boms.toml` is not readable TOML or names an unknown zone.
    """
    root = Path(path or os.environ.get("BOMS_HOME") or Path.home() / ".boms").expanduser().absolute()
    settings = _settings(root / "boms.toml")
    url = store or os.environ.get("BOMS_STORE") or settings.get("store") or f"sqlite:///{root / 'boms.db'}"
    zone = settings.get("timezone", "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError) as error:
        raise UsageError(f"boms.toml: no such time zone: {zone}", "name one such as Asia/Kolkata") from error
    anchors = (root / settings.get("anchors", "anchors/journal.jsonl")).absolute()
    return Home(root, url, (root / settings.get("work", "work")).absolute(), zone, anchors, settings.get("syslog", ""))


def _settings(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        return {key: str(value) for key, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: {error}", "mend the file or remove it") from error
