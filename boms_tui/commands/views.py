"""What readers are shown, put together from the store's records and the model's gates."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from boms_tui.commands.ports import Reader
from boms_tui.errors import UsageError
from boms_tui.model.definition import Contact, Process, Task
from boms_tui.model.draft import Draft
from boms_tui.model.gates import all_gates
from boms_tui.model.ids import ProcessId, RunId, TaskName, split_ref, task_ref
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import Attempt, Run, SealedEntry, TaskRun
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import IDLE, TaskState
from boms_tui.model.views import BoardQuery, Gate, GateKind, ProcessView, RunView, TaskView

_PAGE = 1_000
_RECENT_RUNS = 20
_RECENT_ROWS = 50


def snapshot_of(catalogue: Catalogue, picture: Picture) -> Snapshot:
    """The model's picture as a reader has it. Only the runtime knows its pools, so each is taken to be served."""
    pools = {task.pool: 0 for process in _definitions(catalogue, picture) for task in process.tasks.values()}
    return Snapshot.of(catalogue, picture, pools=pools)


def run_view(reader: Reader, run_id: RunId, now: datetime) -> RunView:
    """One run with its tasks in the order of its definition."""
    picture = reader.picture(run_id)
    run = _run(picture, run_id)
    definition = picture.definitions[run.process, run.revision]
    tasks = {task.task: task for task in picture.tasks if task.run == run_id}
    draft = Draft(snapshot_of(reader.catalogue(), picture), now)
    return RunView(
        run=run,
        definition=definition,
        tasks={name: tasks[name] for name in definition.tasks if name in tasks},
        attempts=_newest(reader.attempts(run_id)),
        gates=all_gates(draft, run, None),
    )


def task_view(reader: Reader, ref: str, now: datetime) -> TaskView:
    """One task run: its attempts, its gates, whom to call, what to do, what happened."""
    run_id, name = split_ref(ref)
    picture = reader.picture(run_id)
    run = _run(picture, run_id)
    process = picture.definitions[run.process, run.revision]
    task = next((task for task in picture.tasks if task.run == run_id and task.task == name), None)
    if task is None:
        raise UsageError(f"{run_id} has no task {name}", f"its tasks: {', '.join(process.tasks)}")
    definition = process.tasks[task.task]
    catalogue = reader.catalogue()
    return TaskView(
        run=run,
        definition=definition,
        task=task,
        attempts=tuple(reader.attempts(run_id, task.task)),
        gates=_task_gates(Draft(snapshot_of(catalogue, picture), now), run, task, definition),
        contacts=tuple(ladder(definition.contacts or process.contacts, catalogue.contacts)),
        instructions=definition.instructions or process.instructions,
        journal=newest(reader, task_ref(run_id, task.task), _RECENT_ROWS),
    )


def process_view(reader: Reader, process: ProcessId) -> ProcessView:
    """One process as it is defined now, with its newest runs."""
    definition = reader.catalogue().processes.get(process)
    if definition is None:
        raise UsageError(f"no such process: {process}", "`boms plan` lists the processes")
    revision = reader.revisions("process", process)[0]
    return ProcessView(
        definition=definition,
        revision=revision.number,
        applied_by=revision.applied_by,
        applied_at=revision.applied_at,
        source=revision.source,
        runs=tuple(reader.board(BoardQuery(process=process, limit=_RECENT_RUNS))),
    )


def newest(reader: Reader, about: str, limit: int) -> tuple[SealedEntry, ...]:
    """The newest journal rows about an object, the newest first."""
    after = 0 if about else max(0, reader.pulse().sequence - limit)
    rows: list[SealedEntry] = []
    while page := reader.journal(about=about, after=after, limit=_PAGE):
        rows = [*rows, *page][-limit:]
        after = page[-1].sequence
    return tuple(reversed(rows))


def ladder(first: Iterable[str], known: Mapping[str, Contact]) -> Iterator[Contact]:
    """The contacts to call, in order: the named ones, then whom each of them names next, the soonest first."""
    queue = list(first)
    seen: set[str] = set()
    while queue:
        name = queue.pop(0)
        contact = known.get(name)
        if contact is None or name in seen:
            continue
        seen.add(name)
        yield contact
        queue += sorted(contact.then, key=contact.then.__getitem__)


def _run(picture: Picture, run_id: RunId) -> Run:
    for run in picture.runs:
        if run.id == run_id:
            return run
    raise UsageError(f"no such run: {run_id}", "`boms runs` lists them")


def _newest(attempts: Iterable[Attempt]) -> dict[TaskName, Attempt]:
    return {attempt.task: attempt for attempt in sorted(attempts, key=lambda attempt: attempt.number)}


def _task_gates(draft: Draft, run: Run, task: TaskRun, definition: Task) -> tuple[Gate, ...]:
    """The gates of a task that has not started. A ready one waits for nothing but a slot of its pool."""
    if task.state not in IDLE:
        return ()
    gates = tuple(gate for gate in all_gates(draft, run, task) if gate.kind is not GateKind.SLOT)
    if task.state is TaskState.READY:
        detail = f"waits for a free slot of the pool {definition.pool}"
        return (*gates, Gate(GateKind.SLOT, f"slot:{definition.pool}", False, detail, who_can_free=""))  # noqa: FBT003
    return gates


def _definitions(catalogue: Catalogue, picture: Picture) -> Iterator[Process]:
    yield from catalogue.processes.values()
    yield from picture.definitions.values()
