"""The leader's side of the store: `boms_tui.runtime.ports.LeaderStore`."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from boms_tui import clock
from boms_tui.model.approval import Approval
from boms_tui.model.decision import Decision
from boms_tui.model.definition import Process
from boms_tui.model.definitions import load_body
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, SessionId
from boms_tui.model.lease import ConflictError, DeposedError, Lease, RawLogin, RawRequest
from boms_tui.model.output import Shipment, Shipped
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Picture
from boms_tui.model.records import Attempt, Entry, Habit, Revision
from boms_tui.store import approvals, content, dialects, journals, outputs, pictures, shelf, singles, tables
from boms_tui.store.access import TRIES, Access, UncertainError
from boms_tui.store.commit import Commit, Sealed, seal
from boms_tui.store.habits import habits
from boms_tui.store.rows import Statement
from boms_tui.store.shelf import Load, Shelf
from boms_tui.store.singles import Head
from boms_tui.store.types import Count, Instant

Work = Callable[[Connection, Sealed], None]


class Leader:
    """What the one runtime that leads reads and writes. Safe to call from several threads; commits take turns."""

    def __init__(self, engine: Engine, load: Load = load_body) -> None:
        self._access = Access(engine)
        self._commit = Commit(engine.dialect)
        self._alive = _alive(engine.dialect)
        self._waiting = _waiting(engine.dialect)
        self._shelf = Shelf(load)
        self._turn = threading.Lock()
        self._head: Head | None = None

    @cached_property
    def _deployment(self) -> str:
        return self._access.read(singles.deployment)

    def deployment(self) -> str:
        return self._deployment

    def lease(self) -> Lease:
        return self._access.read(singles.lease)

    def take(self, holder: str, seen: Lease, now: datetime, pools: Mapping[str, int]) -> int | None:
        """Take the lease as it was `seen`; the new epoch, or None where somebody was faster.

        Readers are shown `pools`, or go on seeing those of the leader before where there are none. What was known of
        the journal is forgotten: others may have led since.
        """
        epoch = seen.epoch + 1
        self._head = None
        beat = tables.lease_beat
        unchanged = and_(_row(beat, seen.epoch), beat.c.beat == seen.beat)

        def act(connection: Connection) -> int | None:
            values = {"epoch": epoch, "beat": 0, "beat_at": dialects.store_now(connection.dialect, now)}
            if connection.execute(update(beat).where(unchanged).values(values)).rowcount != 1:
                return None
            served = {"pools": pools} if pools else {}
            taken = update(tables.lease).where(_row(tables.lease, seen.epoch))
            if connection.execute(taken.values(holder=holder, epoch=epoch, **served)).rowcount != 1:
                raise ConflictError("the lease and its beat are of different epochs")
            return epoch

        return self._access.write(act)

    def beat(self, epoch: int, now: datetime, planned_until: datetime | None) -> None:
        """Give a sign of life; `planned_until` moves only where it is given."""
        self._access.write(lambda connection: self._beat(connection, _Beat(epoch, now, planned_until)), repeatable=True)

    def give_back(self, epoch: int, now: datetime) -> None:
        """Leave the lease to whoever comes next."""
        row = _row(tables.lease, epoch)

        def act(connection: Connection) -> None:
            self._beat(connection, _Beat(epoch, now))
            connection.execute(update(tables.lease).where(row).values(holder=""))

        self._access.write(act, repeatable=True)

    def picture(self, dates: Collection[date] = ()) -> Picture:
        """Every run that has not ended, with all holds that are not over, and every run of `dates`."""
        return self._access.read(lambda connection: pictures.whole(connection, self._shelf, dates))

    def current(self) -> Sequence[Revision]:
        return self._access.read(shelf.current)

    def applied_since(self, moment: datetime) -> Sequence[tuple[datetime, Process]]:
        """Each definition of the processes applied after `moment` that was in force then or later.

        They are in the order of their ids, each process's in that of its revisions.
        """
        return self._access.read(lambda connection: self._shelf.applied_since(connection, moment))

    def told_late(self, objects: Sequence[str]) -> Collection[str]:
        """Those of these objects that the journal has called late."""
        return self._access.read(lambda connection: journals.told_late(connection, objects))

    def documents(self, manifest: str) -> Sequence[str]:
        """The YAML texts that a manifest lists, each proved by its hash.

        Raises:
            BomsError: a text is missing or was altered.
        """
        return self._access.read(lambda connection: content.listed(connection, manifest))

    def users(self) -> Sequence[User]:
        """Every user, with the password hash."""
        user, credential = tables.user.c, tables.credential
        columns: Sequence[ColumnElement[Any]] = (
            user.name, user.roles, user.created_at, credential.c.password_hash, user.disabled, user.must_change,
            user.failures, user.locked_until, user.sessions_from, user.lent, user.version,
        )  # fmt: skip
        rows = select(*columns).join_from(tables.user, credential, user.name == credential.c.name)
        return self._access.read(lambda c: [User(*tuple(row)) for row in c.execute(rows.order_by(user.name))])

    def habits(self) -> Sequence[Habit]:
        """How long the tasks of each process took in its newest runs."""
        return self._access.read(habits)

    def approvals(self) -> Sequence[Approval]:
        """What waits for a second person."""
        return self._access.read(approvals.waiting)

    def request(self, request: RequestId) -> RawRequest | None:
        """A request as it lies in the store, answered or not."""
        table = tables.request.c
        columns = (table.id, table.body, table.signature, table.received_at)
        rows = select(*columns).where(table.id == request)
        row = self._access.read(lambda connection: connection.execute(rows).first())
        return None if row is None else RawRequest(*row)

    def authors(self, process: ProcessId) -> Mapping[int, str]:
        """Who applied each revision of a process."""
        table = tables.revision.c
        rows = select(table.number, table.applied_by).where(table.kind == "process", table.id == process)
        return self._access.read(lambda connection: {row.number: row.applied_by for row in connection.execute(rows)})

    def session(self, session: SessionId) -> Session | None:
        rows = select(tables.session).where(tables.session.c.id == session)
        row = self._access.read(lambda connection: connection.execute(rows).first())
        return None if row is None else Session(*row)

    def is_waited_for(self) -> bool:
        """Whether a request or a sign-in waits for its answer: a question that is cheap enough to be asked for ever.

        True also where the store does not say: whoever then reads is told why.
        """
        return self._access.finds(self._waiting)

    def pending(self, limit: int) -> Sequence[RawRequest]:
        """Requests without a verdict, the oldest first."""
        request = tables.request.c
        columns = (request.id, request.body, request.signature, request.received_at)
        rows = select(*columns).where(tables.PENDING_REQUEST).order_by(request.arrival).limit(limit)
        return self._access.read(lambda c: [RawRequest(*row) for row in c.execute(rows)])

    def pending_logins(self, limit: int) -> Sequence[RawLogin]:
        login = tables.login.c
        columns = (login.id, login.sealed, login.received_at)
        rows = select(*columns).where(tables.PENDING_LOGIN).order_by(login.arrival).limit(limit)
        return self._access.read(lambda c: [RawLogin(*row) for row in c.execute(rows)])

    def latest_number(self, process: ProcessId, business_date: date) -> int:
        """The highest run number of that process and date, 0 where there is none."""
        run = tables.run.c
        highest = select(func.max(run.number)).where(run.process == process, run.business_date == business_date)
        return self._access.read(lambda connection: connection.scalar(highest)) or 0

    def dates_ordered(self, occurrences: Collection[tuple[ProcessId, str]]) -> Mapping[tuple[ProcessId, str], date]:
        """The business dates of the runs that these occurrences have ordered, each with its process."""
        return self._access.read(lambda connection: pictures.dates_ordered(connection, occurrences))

    def dates_ended_since(self, processes: Collection[ProcessId], moment: datetime) -> set[date]:
        """The business dates of the runs of these processes that ended at `moment` or later."""
        return self._access.read(lambda connection: pictures.dates_ended_since(connection, processes, moment))

    def newest_dates(self, processes: Collection[ProcessId]) -> set[date]:
        """The business date of the run that was ordered last of each, of those that came to something."""
        return self._access.read(lambda connection: pictures.newest_dates(connection, processes))

    def history(self, process: ProcessId) -> Sequence[tuple[datetime, Process]]:
        """Each definition that a process had, and when it was applied, the newest first."""
        return self._access.read(lambda connection: self._shelf.defined(connection, process))

    def commit(self, decision: Decision, epoch: int) -> None:
        """Write one decision whole, or nothing.

        Raises:
            DeposedError: the epoch is no longer ours.
            ConflictError: a row is not at the version the decision replaces.
            NoAnswerError: the store is silent; where it was lost during the commit, the decision may be saved.
        """
        self._save(
            decision.journal, epoch, lambda connection, sealed: self._commit.decision(connection, decision, sealed)
        )

    def ship(self, shipments: Sequence[Shipment], epoch: int) -> None:
        """Write what is new of outputs, and what is known of them.

        Raises:
            DeposedError: the epoch is no longer ours.
        """
        packed, proof = outputs.pack(shipments), Sealed(epoch, Head(0, ""), ())
        self._access.write(lambda connection: self._commit.outputs(connection, packed, proof), repeatable=True)

    def shipped(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Shipped]:
        """What the store has of these outputs; those of which it has nothing are left out."""
        return self._access.read(lambda connection: outputs.shipped(connection, attempts))

    def known(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Attempt]:
        """Those of these attempts that are on record."""
        return self._access.read(lambda connection: pictures.known(connection, attempts))

    def head(self, *, fresh: bool = False) -> tuple[int, str]:
        """The number and the hash of the journal's newest row, as it was last written; `fresh` asks the store."""
        if fresh or self._head is None:
            with self._turn:
                self._head = self._access.read(singles.head)
        return self._head

    def hash_of(self, sequence: int) -> str | None:
        """The hash of a row of the journal; None where there is no such row."""
        row = tables.journal.c
        return self._access.read(lambda c: c.scalar(select(row.hash).where(row.sequence == sequence)))

    def ended_before(self, before: date, limit: int) -> Sequence[RunId]:
        """Ended runs of business dates before `before`, the oldest first."""
        run = tables.run.c
        old = select(run.id).where(run.business_date < before, ~tables.ACTIVE_RUN).order_by(run.business_date)
        return self._access.read(lambda connection: [RunId(id_) for id_ in connection.scalars(old.limit(limit))])

    def erase(self, runs: Sequence[RunId], before: date, entry: Entry, epoch: int) -> None:
        """Delete ended runs, and events of dates before `before`, leaving one journal row that says so."""
        self._save([entry], epoch, lambda connection, sealed: self._commit.erase(connection, runs, before, sealed))

    def _save(self, entries: Sequence[Entry], epoch: int, work: Work) -> None:
        with self._turn:
            before = self._head or self._access.read(singles.head)
            self._head = None
            sealed = seal(entries, before, epoch)
            self._write(sealed, work)
            self._head = sealed.after

    def _write(self, sealed: Sealed, work: Work) -> None:
        """Write; where a commit's answer was lost, the journal's head tells whether it happened."""
        lost = 0
        while True:
            try:
                return self._access.write(lambda connection: work(connection, sealed))
            except (UncertainError, ConflictError) as error:
                lost += isinstance(error, UncertainError)
                if lost and sealed.rows and self._access.read(singles.head) == sealed.after:
                    return None
                if isinstance(error, ConflictError) or not sealed.rows or lost == TRIES:
                    raise

    def _beat(self, connection: Connection, beat: "_Beat") -> None:
        if self._alive.run(connection, [beat]) != 1:
            raise DeposedError(f"epoch {beat.epoch} does not lead any more")


class _Beat(NamedTuple):
    """One sign of life; `planned` is None where nothing new was planned."""

    epoch: int
    now: datetime
    planned: datetime | None = None


def _alive(dialect: Dialect) -> Statement[_Beat]:
    beat = tables.lease_beat
    ours = (beat.c.name == literal_column(f"'{tables.LEADER}'"), beat.c.epoch == bindparam("was_epoch", type_=Count))
    values = {
        "beat": beat.c.beat + literal_column("1"),
        "beat_at": dialects.store_now(dialect, clock.now()),
        "planned_until": func.coalesce(bindparam("planned", type_=Instant), beat.c.planned_until),
    }
    return Statement(update(beat).where(*ours).values(values), dialect)


def _waiting(dialect: Dialect) -> str:
    rows = (
        select(literal_column("1")).select_from(table).where(pending).exists()
        for table, pending in ((tables.request, tables.PENDING_REQUEST), (tables.login, tables.PENDING_LOGIN))
    )
    return str(select(literal_column("1")).where(or_(*rows)).compile(dialect=dialect))


def _row(table: Table, epoch: int) -> ColumnElement[bool]:
    return and_(table.c.name == tables.LEADER, table.c.epoch == epoch)
