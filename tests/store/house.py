"""A store with its leader, and records to put into it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from boms_tui.model.condition import Dependency
from boms_tui.model.decision import Decision
from boms_tui.model.definition import Command, Process, Task
from boms_tui.model.definitions import dump_body
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, TaskName, run_id
from boms_tui.model.output import Extent, Piece, Shipment
from boms_tui.model.people import User
from boms_tui.model.records import Attempt, Entry, Revision, Run, TaskRun
from boms_tui.model.request import Envelope
from boms_tui.model.states import RunState, TaskState
from boms_tui.store.inbox import Inbox
from boms_tui.store.leader import Leader
from boms_tui.store.reader import Reader
from tests import stores

NOW = datetime(2026, 11, 20, 18, 30, 0, 123_457, tzinfo=UTC)
TODAY = date(2026, 11, 20)
YESTERDAY = TODAY - timedelta(days=1)
MARGIN = ProcessId("settlement/eod-margin")


class House:
    """One store: a leader that holds the lease, and a reader and an inbox as another process has them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.outside = stores.second_engine(engine)
        self.leader = Leader(engine)
        self.reader = Reader(self.outside)
        self.inbox = Inbox(self.outside)
        epoch = self.leader.take("node-1", self.leader.lease(), NOW, {})
        assert epoch is not None
        self.epoch = epoch

    def close(self) -> None:
        if self.outside is not self.engine:
            self.outside.dispose()

    def commit(self, **parts: Any) -> None:
        """Commit a decision, journalled unless the test says how."""
        parts.setdefault("journal", (an_entry("test"),))
        self.leader.commit(Decision(**parts), self.epoch)

    def ship(self, *shipments: Shipment) -> None:
        self.leader.ship(shipments, self.epoch)

    def order(self, run: Run, *tasks: str) -> tuple[TaskRun, ...]:
        """A run that is there, with its tasks waiting."""
        made = tuple(a_task(run, name) for name in tasks)
        self.commit(runs=(run,), tasks=made, journal=(an_entry(run.id, action="order"),))
        return made

    def define(self, *processes: Process) -> None:
        """Apply processes as new revisions."""
        for process in processes:
            known = self.reader.revisions("process", process.id)
            self.commit(revisions=(a_revision(process, len(known) + 1),))


def a_run(
    process: str = MARGIN, day: date = TODAY, number: int = 1, state: RunState = RunState.WAITING, **more: Any
) -> Run:
    name = run_id(ProcessId(process), day, number)
    values = {
        "revision": 1,
        "ordered_at": NOW,
        "ordered_by": "meera",
        "acts_for": "settlement",
        "personal": False,
        "occurrence": f"test:{name}",
    }
    return Run(name, ProcessId(process), day, number, state=state, **{**values, **more})


def a_task(run: Run | RunId, name: str, state: TaskState = TaskState.WAITING, **more: Any) -> TaskRun:
    return TaskRun(run.id if isinstance(run, Run) else run, TaskName(name), state, **more)


def an_attempt(task: TaskRun, number: int = 1, **more: Any) -> Attempt:
    return Attempt(task.run, task.task, number, "node-1", 1, NOW, **more)


def a_shipment(attempt: AttemptId, data: bytes, start: int = 0, **more: Any) -> Shipment:
    """One that brings these bytes, of an output that ends with them and of which nothing was dropped."""
    size = start + len(data)
    values = {"extent": Extent(size, size, size), "progress": None, "complete": True, "at": NOW, **more}
    return Shipment(attempt, pieces=(Piece(start, data),) if data else (), **values)


def an_entry(named: str, action: str = "note", **more: Any) -> Entry:
    return Entry(**{"at": NOW, "actor": "meera", "action": action, "object": named, **more})


def a_user(name: str, **more: Any) -> User:
    return User(name, ("operator",), NOW, password_hash="$argon2id$v=19$secret", **more)


def a_process(name: str, *tasks: str, after: tuple[Dependency, ...] = (), **more: Any) -> Process:
    made = {TaskName(task): Task(TaskName(task), Command(("true",))) for task in tasks or ("work",)}
    return Process(ProcessId(name), made, after=after, **{"title": name.title(), **more})


def a_revision(process: Process, number: int = 1) -> Revision:
    return Revision("process", process.id, number, f"process: {process.id}\n", dump_body(process), "asha", NOW)


def a_request(name: str, *, session: str = "s-1", sequence: int = 1, **more: Any) -> Envelope:
    values: dict[str, Any] = {
        "verb": "retry", "target": "a/b@2026-11-20.1:load", "version_seen": 3, "body": b"{}", "signature": b"\x01\x02",
        "expires_at": NOW + timedelta(minutes=5),
    }  # fmt: skip
    return Envelope(id=RequestId(name), session=session, sequence=sequence, **{**values, **more})


def next_version(record: Any, **changes: Any) -> Any:
    """The record one version on."""
    return replace(record, version=record.version + 1, **changes)
