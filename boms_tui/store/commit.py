"""Writes of run state and of the journal: the one module that may.

Each method of `Commit` is one transaction's work, and its first statement proves the epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Dialect, bindparam, delete, insert, literal_column, null, select, update
from sqlalchemy.exc import IntegrityError

from boms_tui.model import journal
from boms_tui.model.approval import Approval
from boms_tui.model.decision import Decision, LoginAnswer
from boms_tui.model.ids import RequestId, RunId
from boms_tui.model.lease import ConflictError, DeposedError
from boms_tui.model.people import Session, User
from boms_tui.model.records import (
    Attempt,
    CheckVerdict,
    Entry,
    Event,
    Habit,
    Hold,
    Revision,
    Run,
    SealedEntry,
    Sighting,
    TaskRun,
)
from boms_tui.model.verbs import RUN
from boms_tui.store import content, dialects, tables
from boms_tui.store.outputs import Outputs, Packed
from boms_tui.store.rows import Kept, Statement, added, insert_new
from boms_tui.store.singles import Head
from boms_tui.store.types import storable


@dataclass(frozen=True, slots=True)
class Sealed:
    """Journal rows ready to be added behind `before`; `after` is the head they make."""

    epoch: int
    before: Head
    rows: tuple[SealedEntry, ...]

    @property
    def after(self) -> Head:
        return Head(self.rows[-1].sequence, self.rows[-1].hash) if self.rows else self.before


def seal(entries: Sequence[Entry], head: Head, epoch: int) -> Sealed:
    """Chain entries, as the store will give them back, behind the head."""
    rows = journal.seal(map(_as_kept, entries), sequence=head.sequence, previous=head.hash, epoch=epoch)
    return Sealed(epoch, head, rows)


class Commit:
    """The statements of one engine, and the transactions that are made of them."""

    def __init__(self, dialect: Dialect) -> None:
        self._runs = Kept[Run](tables.run, dialect)
        self._tasks = Kept[TaskRun](tables.task_run, dialect)
        self._attempts = Kept[Attempt](tables.attempt, dialect)
        self._holds = Kept[Hold](tables.hold, dialect)
        self._sightings = Kept[Sighting](tables.sighting, dialect)
        self._events: Statement[Event] = added(tables.posted, dialect)
        self._users = Kept[User](tables.user, dialect)
        self._approvals = Kept[Approval](tables.approval, dialect)
        self._habits = Kept[Habit](tables.habit, dialect)
        self._sessions = Kept[Session](tables.session, dialect)
        self._fence = _fence(dialect)
        self._head = _head(dialect)
        self._journal = _journal(dialect)
        self._taken = _taken(dialect)
        self._verdict = added(tables.verdict, dialect)
        self._checks: Statement[CheckVerdict] = added(tables.check_verdict, dialect)
        self._login = _login(dialect)
        self._outputs = Outputs(dialect)

    def decision(self, connection: Connection, decision: Decision, sealed: Sealed) -> None:
        """Write a decision whole.

        Raises:
            DeposedError: the epoch does not lead.
            ConflictError: a row is not at the version that the decision replaces.
        """
        self._prove(connection, sealed)
        self._users.put(connection, decision.users)
        _put_credentials(connection, decision.users)
        self._sessions.put(connection, decision.sessions)
        _put_revisions(connection, decision.revisions)
        self._runs.put(connection, decision.runs)
        self._tasks.put(connection, decision.tasks)
        self._attempts.put(connection, decision.attempts)
        self._holds.put(connection, decision.holds)
        self._sightings.put(connection, decision.sightings)
        self._habits.put(connection, decision.habits)
        self._approvals.put(connection, decision.approvals)
        self._answer_logins(connection, decision.logins)
        self._answer_requests(connection, decision)
        if decision.events:
            insert_new(self._events, connection, decision.events, "event")
        if decision.checks:
            insert_new(self._checks, connection, decision.checks, "check_verdict")
        self._add(connection, sealed)

    def outputs(self, connection: Connection, packed: Packed, sealed: Sealed) -> None:
        """Write what was shipped of outputs."""
        self._prove(connection, sealed)
        self._outputs.put(connection, packed)

    def erase(self, connection: Connection, runs: Sequence[RunId], before: date, sealed: Sealed) -> None:
        """Delete ended runs with their tasks, attempts and output, and the events of dates before `before`."""
        self._prove(connection, sealed)
        bounds = [{"first": f"{run}:", "end": f"{run};"} for run in runs]
        for attempt in (tables.output_piece.c.attempt, tables.output.c.attempt, tables.check_verdict.c.attempt):
            within = (attempt >= bindparam("first"), attempt < bindparam("end"))
            connection.execute(delete(attempt.table).where(*within), bounds)
        keys = [{"was_run": run} for run in runs]
        for column in (tables.attempt.c.run, tables.task_run.c.run, tables.sighting.c.run, tables.run.c.id):
            connection.execute(delete(column.table).where(column == bindparam("was_run")), keys)
        connection.execute(delete(tables.posted).where(tables.posted.c.business_date < before))
        self._add(connection, sealed)

    def _prove(self, connection: Connection, sealed: Sealed) -> None:
        if self._fence.ask(connection, sealed) is None:
            raise DeposedError(f"epoch {sealed.epoch} does not lead any more")

    def _add(self, connection: Connection, sealed: Sealed) -> None:
        if not sealed.rows:
            return
        if self._head.run(connection, [sealed]) != 1:
            raise ConflictError(f"the journal does not end at row {sealed.before.sequence}")
        insert_new(self._journal, connection, sealed.rows, "journal")

    def _answer_requests(self, connection: Connection, decision: Decision) -> None:
        """Take what gets its verdict, or waits for a second person from now on, out of the inbox for good."""
        waited = {approval.id for approval in decision.approvals if approval.version > 1}
        new = [approval for approval in decision.approvals if approval.version == 1 and approval.verb != RUN]
        taken = [(one.request, one.at) for one in decision.verdicts if one.request not in waited]
        taken += [(one.id, one.asked_at) for one in new]
        rows = [_Taken(request, at) for request, at in taken]
        if rows and self._taken.run(connection, rows) != len(rows):
            raise ConflictError("a request is not there, or has its verdict already")
        if decision.verdicts:
            insert_new(self._verdict, connection, decision.verdicts, "verdict")

    def _answer_logins(self, connection: Connection, answers: Sequence[LoginAnswer]) -> None:
        if answers and self._login.run(connection, answers) != len(answers):
            raise ConflictError("a sign-in is not there, or has its answer already")


def _as_kept(entry: Entry) -> Entry:
    """The entry as the store gives it back, so that its hash stays true."""
    texts = (entry.actor, entry.action, entry.object, entry.before, entry.after, entry.reason, entry.request)
    whole = "".join(texts)
    if whole.isascii() and "\0" not in whole and len(entry.object) <= tables.OBJECT.length and entry.at.tzinfo is UTC:
        return entry
    actor, action, named, *rest = map(storable, texts)
    return Entry(entry.at.astimezone(UTC), actor, action, named[: tables.OBJECT.length], *rest)


def _fence(dialect: Dialect) -> Statement[Sealed]:
    lease = tables.lease
    ours = (lease.c.name == literal_column(f"'{tables.LEADER}'"), lease.c.epoch == bindparam("epoch"))
    held = select(lease.c.epoch).where(*ours, lease.c.holder != literal_column("''"))
    return Statement(dialects.shared_lock(held, lease), dialect)


def _head(dialect: Dialect) -> Statement[Sealed]:
    head = tables.journal_head
    before = (head.c.sequence == bindparam("was_sequence"), head.c.hash == bindparam("was_hash"))
    paths = {
        "was_sequence": "before.sequence", "was_hash": "before.hash",
        "sequence": "after.sequence", "hash": "after.hash",
    }  # fmt: skip
    return Statement(update(head).where(*before), dialect, columns=["sequence", "hash"], paths=paths)


def _journal(dialect: Dialect) -> Statement[SealedEntry]:
    fields = ("at", "actor", "action", "object", "before", "after", "reason", "request")
    return added(tables.journal, dialect, {name: f"entry.{name}" for name in fields})


class _Taken(NamedTuple):
    """A request that leaves the inbox."""

    request: RequestId
    answered_at: datetime


def _taken(dialect: Dialect) -> Statement[_Taken]:
    request = tables.request
    pending = (request.c.id == bindparam("was_request"), tables.PENDING_REQUEST)
    return Statement(update(request).where(*pending), dialect, columns=["answered_at"])


def _login(dialect: Dialect) -> Statement[LoginAnswer]:
    login = tables.login
    pending = (login.c.id == bindparam("was_login"), tables.PENDING_LOGIN)
    return Statement(
        update(login).where(*pending).values(sealed=null()),
        dialect,
        columns=["answered_at", "code", "reason", "session", "roles"],
        paths={"answered_at": "at"},
    )


def _put_credentials(connection: Connection, users: Sequence[User]) -> None:
    table = tables.credential
    for user in users:
        secret = {"password_hash": user.password_hash}
        if user.version == 1:
            connection.execute(insert(table).values(name=user.name, **secret))
        else:
            connection.execute(update(table).where(table.c.name == user.name).values(secret))


def _put_revisions(connection: Connection, revisions: Sequence[Revision]) -> None:
    if not revisions:
        return
    sources = content.put(connection, [revision.source for revision in revisions])
    rows = [
        {**{name: getattr(revision, name) for name in _REVISION}, "source": source}
        for revision, source in zip(revisions, sources, strict=True)
    ]
    try:
        connection.execute(insert(tables.revision), rows)
    except IntegrityError as error:
        raise ConflictError(f"revision: {error.orig}") from error


_REVISION = tuple(column.name for column in tables.revision.c)
