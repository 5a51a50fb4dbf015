"""Starting the console: only on a real terminal, with nothing of Textual's own switches, and ending with a status."""

import logging
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from boms_tui.errors import UsageError

if TYPE_CHECKING:
    from boms_tui.screens.gateway import Gateway, Hint, SignedIn

_FIXED_SIZE = frozenset({"COLUMNS", "LINES"})
_DUMB = frozenset({"", "dumb", "unknown"})


def scrub(environment: MutableMapping[str, str]) -> None:
    """Take out Textual's switches, which import code, press keys and write files, and a size that never changes."""
    for name in [name for name in environment if name.startswith("TEXTUAL") or name in _FIXED_SIZE]:
        del environment[name]


def refuse_without_terminal(environment: MutableMapping[str, str]) -> None:
    """Raises:
    UsageError: there is no terminal that could show a console.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the console needs a terminal", "use `boms runs` and the like where there is none")
    if environment.get("TERM", "") in _DUMB:
        raise UsageError("the console needs a terminal that can move its cursor", "set TERM, for example to xterm")


def look(environment: MutableMapping[str, str], *, light: bool = False) -> tuple[str, bool]:
    """The theme's name, and whether the terminal has no Unicode. NO_COLOR is taken out: the theme does it all."""
    from boms_tui.screens.theme import DAY, MONO, NIGHT, PLAIN

    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    plain_signs = not encoding.startswith("utf")
    if environment.pop("NO_COLOR", None) is not None:
        return MONO, plain_signs
    if environment.get("COLORTERM", "") not in {"truecolor", "24bit"} and "256" not in environment.get("TERM", ""):
        return PLAIN, plain_signs
    return DAY if light else NIGHT, plain_signs


def run_console(
    gateway: "Gateway",
    *,
    hint: "Hint",
    zone: str,
    business_zone: str = "",
    signed_in: "SignedIn | None" = None,
    log_path: Path | None = None,
    light: bool = False,
    ascii_only: bool = False,
) -> int:
    """Show the console until it is left; its exit status.

    Raises:
        UsageError: there is no terminal that could show it.
    """
    scrub(os.environ)
    refuse_without_terminal(os.environ)
    theme, plain_signs = look(os.environ, light=light)
    handler = _log_to(log_path)
    from boms_tui.screens.app import Console
    from boms_tui.screens.lifeline import Lifeline, stderr

    lifeline = Lifeline(sys.stdin.fileno())
    app = Console(
        gateway, hint=hint, zone=zone, business_zone=business_zone, signed_in=signed_in, theme=theme,
        ascii_only=ascii_only or plain_signs, lifeline=lifeline,
    )  # fmt: skip
    try:
        app.run()
    finally:
        lifeline.release()
        logging.getLogger("boms").removeHandler(handler)
        handler.close()
    if app.failed:
        stderr(f"the console failed; {f'see {log_path}' if log_path else 'no log was kept'}")
    return app.return_code or 0


def _log_to(path: Path | None) -> logging.Handler:
    """Send the console's log to a file: a line on the terminal would break the screen."""
    handler: logging.Handler = logging.NullHandler()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger = logging.getLogger("boms")
    logger.addHandler(handler)
    logger.propagate = False
    return handler
