"""What the console and the command line read: `boms_tui.commands.ports.Reader`."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, Select, literal_column, or_, select

from boms_tui import clock
from boms_tui.model.approval import Approval
from boms_tui.model.decision import LoginAnswer
from boms_tui.model.definitions import load_body
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, TaskName, parse_run_id, split_ref
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import Attempt, CheckVerdict, Habit, Hold, Revision, SealedEntry, Verdict
from boms_tui.model.request import Request, decode
from boms_tui.model.states import RunState
from boms_tui.model.views import BoardQuery, BoardRow, Output, Overdue, ProcessRow, Progress, Pulse, Stretch, UserRow
from boms_tui.store import (
    approvals,
    boards,
    checks,
    content,
    dialects,
    journals,
    outputs,
    pictures,
    shelf,
    singles,
    tables,
)
from boms_tui.store.access import Access
from boms_tui.store.habits import habits
from boms_tui.store.overdue import overdue
from boms_tui.store.rows import Statement
from boms_tui.store.shelf import Load, Shelf
from boms_tui.store.types import moment

AT_MOST = 20
"""How many runs `find_runs` names."""


class Reader:
    """Reads of one store; each call is one consistent moment. Safe to call from several threads."""

    def __init__(self, engine: Engine, load: Load = load_body) -> None:
        self._access = Access(engine)
        self._shelf = Shelf(load)
        self._pulse = _pulse(engine.dialect)

    @cached_property
    def _deployment(self) -> str:
        return self._access.read(singles.deployment)

    def deployment(self) -> str:
        return self._deployment

    def pulse(self) -> Pulse:
        """Who leads, and when they last gave a sign of life, by the store's clock."""
        asked = _Asked(clock.now())
        row = self._access.read(lambda connection: self._pulse.ask(connection, asked))
        if row is None:
            raise singles.unfinished("lease")
        store_now, sequence, holder, epoch, beat_at, pools = row
        alive_at = None if beat_at is None else moment(beat_at)
        return Pulse(moment(store_now), sequence, bool(holder), holder, epoch, alive_at, json.loads(pools))

    def board(self, query: BoardQuery) -> Sequence[BoardRow]:
        """Runs as the query narrows them, the newest business date first, then by time of order."""
        return self._access.read(lambda connection: boards.board(connection, self._shelf, query))

    def changed_runs(self, after: int) -> Collection[RunId]:
        """The runs that journal rows after sequence number `after` speak of."""
        objects = select(tables.journal.c.object).where(tables.journal.c.sequence > after)
        named = self._access.read(lambda connection: connection.scalars(objects).all())
        return {run for run in (split_ref(text)[0] for text in named) if parse_run_id(run)}

    def find_runs(self, text: str) -> Sequence[RunId]:
        """Runs whose id is, or ends with, `text`, the newest first; at most 20."""
        run = tables.run.c
        found = select(run.id).where(run.id.endswith(text, autoescape=True))
        newest = found.order_by(run.business_date.desc(), run.ordered_at.desc(), run.id).limit(AT_MOST)
        return self._access.read(lambda connection: [RunId(id_) for id_ in connection.scalars(newest)])

    def latest_run(self, process: ProcessId, business_date: date | None = None) -> RunId | None:
        """The newest run of the newest date, or of that date. One that `overlap: skip` ended as it came is none."""
        run = tables.run.c
        came_about = or_(run.state != RunState.CANCELLED, run.ended_at != run.ordered_at)
        found = select(run.id).where(run.process == process, came_about)
        if business_date is not None:
            found = found.where(run.business_date == business_date)
        newest = found.order_by(run.business_date.desc(), run.number.desc()).limit(1)
        return self._access.read(lambda connection: connection.scalar(newest))

    def picture(self, run: RunId) -> Picture:
        """That run and everything that deciding about it needs: the runs it depends on, holds, live attempts.

        Raises:
            BomsError: there is no such run.
        """
        return self._access.read(lambda connection: pictures.around(connection, self._shelf, run))

    def picture_ahead(self, process: ProcessId, business_date: date) -> Picture:
        """The same for a run that a process could be ordered for."""
        return self._access.read(lambda connection: pictures.ahead(connection, self._shelf, process, business_date))

    def attempts(self, run: RunId, task: TaskName | None = None) -> Sequence[Attempt]:
        """The attempts of a run or of one task, by task and number."""
        table = tables.attempt
        rows = select(table).where(table.c.run == run).order_by(table.c.task, table.c.number)
        if task is not None:
            rows = rows.where(table.c.task == task)
        return self._access.read(lambda connection: [Attempt(*row) for row in connection.execute(rows)])

    def checks(self, run: RunId, task: TaskName | None = None) -> Sequence[CheckVerdict]:
        """What the checks of a run's attempts, or of one task's, found; by attempt, those before the start first."""
        return self._access.read(lambda connection: checks.found(connection, run, task))

    def output(self, attempt: AttemptId, *, last: int = outputs.LONGEST) -> Output | None:
        """The end of an output, `last` bytes at most; None where nothing of it is known."""
        return self._access.read(lambda connection: outputs.tail(connection, attempt, last))

    def stretch(self, attempt: AttemptId, start: int) -> Stretch | None:
        """The first bytes of an output from `start` on that are there; None behind the last."""
        return self._access.read(lambda connection: outputs.stretch(connection, attempt, start))

    def progress(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Progress]:
        """What attempts said of themselves; those that said nothing are left out."""
        return self._access.read(lambda connection: outputs.progress(connection, attempts))

    def holds(self) -> Sequence[Hold]:
        """Those that nobody has released and whose end the runtime has not seen."""
        rows = select(tables.hold).where(tables.OPEN_HOLD)
        return self._access.read(lambda connection: [Hold(*row) for row in connection.execute(rows)])

    def journal(self, *, about: str = "", after: int = 0, limit: int = 1_000) -> Sequence[SealedEntry]:
        """Rows after `after`, the oldest first; `about` narrows to an object and what lies under it."""
        return self._access.read(lambda connection: journals.page(connection, about, after, limit))

    def catalogue(self) -> Catalogue:
        return self._access.read(self._shelf.catalogue)

    def habits(self) -> Mapping[ProcessId, Habit]:
        """How long the tasks of each process took in its newest runs."""
        return {habit.process: habit for habit in self._access.read(habits)}

    def overdue(self, now: datetime) -> Sequence[Overdue]:
        """The processes that something should have ordered by `now`, and that have no run for their current date."""
        return self._access.read(lambda connection: overdue(connection, self._shelf, now))

    def processes(self) -> Sequence[ProcessRow]:
        return self._access.read(lambda connection: boards.processes(connection, self._shelf))

    def revisions(self, kind: str, name: str) -> Sequence[Revision]:
        """The newest first."""
        return self._access.read(lambda connection: shelf.history(connection, kind, name))

    def current(self) -> Sequence[Revision]:
        return self._access.read(shelf.current)

    def users(self) -> Sequence[UserRow]:
        user = tables.user.c
        columns = (
            user.name, user.roles, user.disabled, user.must_change, user.locked_until, user.created_at, user.version,
            user.lent,
        )  # fmt: skip
        rows = select(*columns).order_by(user.name)
        return self._access.read(lambda connection: [UserRow(*row) for row in connection.execute(rows)])

    def approvals(self) -> Sequence[Approval]:
        """What waits for a second person, the oldest first."""
        return self._access.read(approvals.waiting)

    def approval(self, name: RequestId) -> Approval | None:
        """What waits, or waited, for a second person under this name."""
        row = self._one(select(tables.approval).where(tables.approval.c.id == name))
        return None if row is None else Approval(*row)

    def request(self, request: RequestId) -> Request | None:
        """What was asked, as it was signed."""
        table = tables.request.c
        row = self._one(select(table.body, table.signature).where(table.id == request))
        return None if row is None else decode(*row)

    def documents(self, manifest: str) -> Sequence[str]:
        """The YAML texts that a manifest lists, each proved by its hash."""
        return self._access.read(lambda connection: content.listed(connection, manifest))

    def verdict(self, request: RequestId) -> Verdict | None:
        row = self._one(select(tables.verdict).where(tables.verdict.c.request == request))
        return None if row is None else Verdict(*row)

    def login_answer(self, login: str) -> LoginAnswer | None:
        """The answer to a sign-in; None while there is none."""
        table = tables.login.c
        columns = (table.id, table.code, table.reason, table.answered_at, table.session, table.roles)
        row = self._one(select(*columns).where(table.id == login, ~tables.PENDING_LOGIN))
        return None if row is None else LoginAnswer(*row)

    def _one(self, rows: Select[Any]) -> Any | None:  # noqa: ANN401
        return self._access.read(lambda connection: connection.execute(rows).first())


class _Asked(NamedTuple):
    """The moment of a question, on the asker's clock."""

    now: datetime


def _pulse(dialect: Dialect) -> Statement[_Asked]:
    held, beat = tables.lease.c, tables.lease_beat.c
    now = dialects.store_now(dialect, clock.now()).label("store_now")
    newest = select(tables.journal_head.c.sequence).scalar_subquery()
    columns = (now, newest, held.holder, held.epoch, beat.beat_at, held.pools)
    rows = select(*columns).join_from(tables.lease, tables.lease_beat, held.name == beat.name)
    return Statement(rows.where(held.name == literal_column(f"'{tables.LEADER}'")), dialect)
