"""What `decide` answers: the new version of every record it changed, and what to do once they are committed."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from boms_tui.model.approval import Approval
from boms_tui.model.ids import AttemptId, RunId, SessionId
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import (
    Attempt,
    CheckVerdict,
    Entry,
    Event,
    Habit,
    Hold,
    Revision,
    Run,
    Sighting,
    TaskRun,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """The answer to one sealed sign-in. `session` is None unless `code` is "ok"."""

    login: str
    code: str
    reason: str
    at: datetime
    session: SessionId | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kill:
    """End the process tree of an attempt that is live."""

    attempt: AttemptId
    by: str


@dataclass(frozen=True, slots=True)
class Take:
    """Move a file that a run was ordered for, so that it orders no other; never over another file."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the end of a run was last foretold, and when it is to be foretold again although nothing happens."""

    run: RunId
    at: datetime
    again: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One transaction, then its effects.

    A record with `version` 1 is inserted; any other replaces the row whose version is one less.
    `catalogue` is the one in force after `revisions`. `launches` name attempts among `attempts` that are to be
    started after the commit, `watches` attempts that are to be looked for again. `outlooks` are of memory only.
    """

    runs: tuple[Run, ...] = ()
    tasks: tuple[TaskRun, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    holds: tuple[Hold, ...] = ()
    users: tuple[User, ...] = ()
    sessions: tuple[Session, ...] = ()
    revisions: tuple[Revision, ...] = ()
    logins: tuple[LoginAnswer, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    checks: tuple[CheckVerdict, ...] = ()
    events: tuple[Event, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    journal: tuple[Entry, ...] = ()
    catalogue: Catalogue | None = None
    takes: tuple[Take, ...] = ()
    launches: tuple[AttemptId, ...] = ()
    kills: tuple[Kill, ...] = ()
    watches: tuple[AttemptId, ...] = ()
    habits: tuple[Habit, ...] = ()
    approvals: tuple[Approval, ...] = ()
    outlooks: tuple[Outlook, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    @property
    def stays_in_memory(self) -> bool:
        """Whether there is nothing to write and nothing to do: the leader alone remembers its outlooks."""
        return not replace(self, outlooks=())
