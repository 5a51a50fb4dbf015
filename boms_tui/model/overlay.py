"""A snapshot with changes laid over it, read as if they had happened."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from heapq import merge

from boms_tui.model.definition import Process
from boms_tui.model.ids import AttemptId, ProcessId, RunId, TaskName, folder_of, task_ref
from boms_tui.model.records import Attempt, Hold, Run, TaskRun, User
from boms_tui.model.shape import Shape, shape_of
from boms_tui.model.snapshot import ReadyKey, Snapshot, TaskKey, rank_of
from boms_tui.model.states import RUN_ENDED, RunState, TaskState


class Overlay:
    """What gates and rules read: what was changed first, then the snapshot. `now` is the moment decided about."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self.catalogue = snapshot.catalogue
        self._runs: dict[RunId, Run] = {}
        self._tasks: dict[TaskKey, TaskRun] = {}
        self._attempts: dict[AttemptId, Attempt] = {}
        self._newest: dict[TaskKey, Attempt] = {}
        self._holds: dict[str, Hold] = {}
        self._users: dict[str, User] = {}
        self._added: dict[ProcessId, list[RunId]] = defaultdict(list)
        self._counts: dict[RunId, Counter[TaskState]] = {}
        self._used: Counter[str] = Counter()

    def run(self, run: RunId) -> Run | None:
        return self._runs.get(run) or self.snapshot.runs.get(run)

    def task(self, run: RunId, task: TaskName) -> TaskRun:
        return self._tasks.get((run, task)) or self.snapshot.tasks[run][task]

    def attempt(self, run: RunId, task: TaskName) -> Attempt | None:
        """The live or unknown attempt of a task run."""
        found = self._newest.get((run, task)) or self.snapshot.attempts.get((run, task))
        return found if found and found.is_open else None

    def definition(self, run: Run) -> Process:
        known = self.snapshot.definitions.get((run.process, run.revision))
        return known or self.catalogue.processes[run.process]

    def shape(self, run: Run) -> Shape:
        return shape_of(self.definition(run))

    def counts(self, run: RunId) -> Counter[TaskState]:
        """How many tasks of a run are in each state."""
        return self._counts.get(run) or self.snapshot.counts.get(run) or Counter()

    def runs_of(self, process: ProcessId, business_date: date) -> list[Run]:
        """The runs of a process for a date, the newest number last."""
        known = [self.run(run) for run in self.snapshot.numbers.get((process, business_date), ())]
        added = [self._runs[run] for run in self._added.get(process, ())]
        return [run for run in known if run is not None] + [run for run in added if run.business_date == business_date]

    def latest(self, process: ProcessId, business_date: date) -> Run | None:
        """The highest-numbered run of that date that is not cancelled (SEMANTICS S11)."""
        runs = [run for run in self.runs_of(process, business_date) if run.state is not RunState.CANCELLED]
        return runs[-1] if runs else None

    def open_before(self, run: Run) -> Run | None:
        """An unfinished run of the same process that was ordered earlier."""
        order = (run.ordered_at, run.number, run.id)
        return min(
            (other for other in self.open_runs(run.process) if (other.ordered_at, other.number, other.id) < order),
            key=lambda other: other.ordered_at,
            default=None,
        )

    def open_runs(self, process: ProcessId) -> list[Run]:
        ids = {*self.snapshot.open_runs.get(process, ()), *self._added.get(process, ())}
        return [run for run in map(self.run, sorted(ids)) if run and run.state not in RUN_ENDED]

    def holds_over(self, run: Run, task: TaskName | None) -> Iterator[Hold]:
        """The holds that stand over a run, or over one of its tasks."""
        objects = {run.id, run.process, *_folders(run.process)}
        if task is not None:
            objects.add(RunId(task_ref(run.id, task)))
        for name in objects:
            for hold in self.holds_on(name):
                if hold.stands(self.now):
                    yield hold

    def holds_on(self, name: str) -> list[Hold]:
        """The holds placed on exactly this object and not released."""
        known = [
            self._holds.get(hold) or self.snapshot.holds[hold] for hold in sorted(self.snapshot.held.get(name, ()))
        ]
        added = [hold for hold in self._holds.values() if hold.object == name and hold.id not in self.snapshot.holds]
        return [hold for hold in known + added if hold.released_at is None]

    def has_occurrence(self, process: ProcessId, occurrence: str) -> bool:
        return (process, occurrence) in self.snapshot.occurrences or any(
            self._runs[run].occurrence == occurrence for run in self._added.get(process, ())
        )

    def user(self, name: str) -> User | None:
        return self._users.get(name) or self.snapshot.users.get(name)

    def users(self) -> Iterator[User]:
        return (self._users.get(name, user) for name, user in {**self.snapshot.users, **self._users}.items())

    def used(self, pool: str) -> int:
        return self.snapshot.used[pool] + self._used[pool]

    def ready(self, pool: str) -> Iterator[TaskRun]:
        """The ready tasks of a pool, the first to start first."""
        added: list[ReadyKey] = sorted(
            rank
            for task in self._tasks.values()
            if task.state is TaskState.READY
            for in_pool, rank in [self._rank(task)]
            if in_pool == pool
        )
        known = (rank for rank in self.snapshot.ready.get(pool, ()) if (rank[2], rank[4]) not in self._tasks)
        for rank in merge(known, added):
            yield self.task(rank[2], rank[4])

    def pools(self) -> Iterable[str]:
        return self.snapshot.pools

    def _rank(self, task: TaskRun) -> tuple[str, ReadyKey]:
        run = self.run(task.run)
        if run is None:
            raise AssertionError(f"{task.ref} belongs to no run")
        return rank_of(self.definition(run), task)


def _folders(process: ProcessId) -> Iterator[str]:
    folder = folder_of(process)
    while folder:
        yield f"{folder}/"
        folder = folder_of(ProcessId(folder))
