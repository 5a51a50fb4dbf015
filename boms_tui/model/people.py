"""Who may sign in, and the sessions that they are signed in with."""

from dataclasses import dataclass
from datetime import datetime

from boms_tui.model.ids import SessionId


@dataclass(frozen=True, slots=True)
class Lent:
    """A role that somebody stands in for, from when it was lent until its end."""

    role: str
    until: datetime
    by: str
    reason: str = ""

    def stands(self, now: datetime) -> bool:
        return now < self.until


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in. `password_hash` is argon2id's encoded form, "" on what readers are given.

    Sessions opened before `sessions_from` are over. `lent` are the roles that end by themselves.
    """

    name: str
    roles: tuple[str, ...]
    created_at: datetime
    password_hash: str = ""
    disabled: bool = False
    must_change: bool = False
    failures: int = 0
    locked_until: datetime | None = None
    sessions_from: datetime | None = None
    lent: tuple[Lent, ...] = ()
    version: int = 1

    def roles_at(self, now: datetime) -> tuple[str, ...]:
        """The roles that the person has, and those that are lent to the person now."""
        return (*self.roles, *(one.role for one in self.lent if one.stands(now))) if self.lent else self.roles


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in console or command line, bound to the key that signs its requests."""

    id: SessionId
    user: str
    public_key: bytes
    created_at: datetime
    expires_at: datetime
    last_sequence: int = 0
    revoked_at: datetime | None = None
    version: int = 1
