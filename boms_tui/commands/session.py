"""A signed-in session on this side: who, the key that signs, and where it is kept between two acts."""

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, Self

from boms_tui import clock
from boms_tui.config import Home
from boms_tui.errors import NotAuthorisedError, UsageError

IDLE = timedelta(hours=1)
Credentials = Callable[[], tuple[str, str] | None]
"""Name and password of somebody who signs in without being asked; None where nobody does."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A session and the Ed25519 seed (hex) it is bound to. `sequence` is that of the last signed request."""

    user: str
    session: str
    roles: tuple[str, ...]
    seed: str
    used_at: datetime
    sequence: int = 0

    def advanced(self, now: datetime) -> Self:
        return replace(self, sequence=self.sequence + 1, used_at=now)


class Keeper(Protocol):
    """Where a ticket is kept. Inside `exclusive` nobody else signs with it."""

    def exclusive(self) -> AbstractContextManager[None]: ...

    def load(self) -> Ticket | None: ...

    def save(self, ticket: Ticket) -> None: ...

    def forget(self) -> None: ...


class MemoryKeeper:
    """The console's: gone with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ticket: Ticket | None = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._lock:
            yield

    def load(self) -> Ticket | None:
        return self._ticket

    def save(self, ticket: Ticket) -> None:
        self._ticket = ticket

    def forget(self) -> None:
        self._ticket = None


class FileKeeper:
    """The command line's: a 0600 file per deployment and user (SEMANTICS S25), good for an hour without use.

    Without a user's name it is the session of this deployment that was used last.
    """

    def __init__(self, folder: Path, deployment: str, user: str) -> None:
        self._folder = folder
        self._deployment = deployment
        self._user = user

    @classmethod
    def of(cls, home: Home, deployment: str, user: str) -> Self:
        """In the user's runtime directory; where there is none, in the home."""
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        folder = Path(runtime) / "boms" if runtime and Path(runtime).is_dir() else home.path / "sessions"
        return cls(folder, deployment, user)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _open_private(self._folder / f"{self._deployment}.lock", os.O_RDWR | os.O_CREAT) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def load(self) -> Ticket | None:
        everybodys = f"{self._deployment}-*.json"
        files = [self._file(self._user)] if self._user else list(self._folder.glob(everybodys))
        ticket = max(filter(None, map(_read, files)), key=lambda ticket: ticket.used_at, default=None)
        return ticket if ticket is not None and clock.now() - ticket.used_at < IDLE else None

    def save(self, ticket: Ticket) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._user = ticket.user
        file = self._file(ticket.user)
        fresh = file.with_suffix(f".{os.getpid()}.{threading.get_native_id()}")
        body = {**asdict(ticket), "used_at": ticket.used_at.isoformat()}
        with _open_private(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as handle:
            os.write(handle, json.dumps(body).encode())
        fresh.replace(file)

    def forget(self) -> None:
        ticket = self.load()
        if ticket is not None:
            self._file(ticket.user).unlink(missing_ok=True)

    def _file(self, user: str) -> Path:
        return self._folder / f"{self._deployment}-{hashlib.sha256(user.encode()).hexdigest()[:16]}.json"


def credentials_from_environment(user: str) -> tuple[str, str] | None:
    """`user` with the password in the file that BOMS_PASSWORD_FILE names.

    Raises:
        UsageError: the file cannot be read.
    """
    file = os.environ.get("BOMS_PASSWORD_FILE")
    if not file or not user:
        return None
    try:
        return user, Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"BOMS_PASSWORD_FILE: {error}", "name a readable file with the password in it") from error


@contextmanager
def _open_private(file: Path, flags: int) -> Iterator[int]:
    handle = os.open(file, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _read(file: Path) -> Ticket | None:
    """The ticket in `file`; None where there is none, or a torn one.

    Raises:
        NotAuthorisedError: others may read the file, so its session cannot be trusted.
    """
    try:
        with _open_private(file, os.O_RDONLY) as handle:
            status = os.fstat(handle)
            body = json.loads(os.read(handle, status.st_size))
        ticket = Ticket(**{**body, "roles": tuple(body["roles"]), "used_at": datetime.fromisoformat(body["used_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise NotAuthorisedError(f"others may read the session in {file}", "remove the file and sign in again")
    return ticket
