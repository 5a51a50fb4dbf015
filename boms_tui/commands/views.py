"""What readers are shown, put together from the store's records and the model's gates."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from boms_tui.commands.ports import Reader
from boms_tui.errors import UsageError
from boms_tui.model.definition import Contact, Process
from boms_tui.model.definitions import template_of
from boms_tui.model.draft import Draft
from boms_tui.model.effect import readers_of
from boms_tui.model.gates import all_gates, contested_gates, outer_gates
from boms_tui.model.identity import unfit
from boms_tui.model.ids import ProcessId, RunId, TaskName, split_ref, task_ref
from boms_tui.model.people import User
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.planning import next_time
from boms_tui.model.records import Attempt, Revision, Run, SealedEntry, TaskRun
from boms_tui.model.settle import EXCLUDED
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE, TaskState
from boms_tui.model.timetable import crons_of
from boms_tui.model.views import BoardQuery, Gate, GateKind, ProcessView, Progress, RunView, TaskView
from boms_tui.model.why import gates_of

_PAGE = 1_000
_RECENT_RUNS = 20
_RECENT_ROWS = 50


def run_view(reader: Reader, run_id: RunId, now: datetime) -> RunView:
    """One run with its tasks in the order of its definition."""
    picture = reader.picture(run_id)
    run = run_of(picture, run_id)
    definition = picture.definitions[run.process, run.revision]
    tasks = {task.task: task for task in picture.tasks if task.run == run_id}
    draft = draft_of(reader, reader.catalogue(), picture, now)
    attempts = _newest(reader.attempts(run_id))
    return RunView(
        run=run,
        definition=definition,
        tasks={name: tasks[name] for name in definition.tasks if name in tasks},
        attempts=attempts,
        gates=all_gates(draft, run, None),
        waits={name: says for name in tasks if (says := _waits_for(draft, run, name))},
        held=frozenset(hold.object for hold in picture.holds if hold.stands(now) or hold.comes(now)),
        progress=_progress(reader, attempts),
        unfit=bool(unfit(draft, run)),
    )


def task_view(reader: Reader, ref: str, now: datetime) -> TaskView:
    """One task run: its attempts, its gates, whom to call, what to do, what happened."""
    run_id, _ = split_ref(ref)
    picture = reader.picture(run_id)
    run = run_of(picture, run_id)
    process = picture.definitions[run.process, run.revision]
    task = task_of(picture, ref)
    if task is None:
        raise UsageError(f"{ref} names no task", "write RUN:TASK")
    definition = process.tasks[task.task]
    catalogue = reader.catalogue()
    attempts = tuple(reader.attempts(run_id, task.task))
    return TaskView(
        run=run,
        definition=definition,
        task=task,
        attempts=attempts,
        gates=gates_of(draft_of(reader, catalogue, picture, now), run, task),
        contacts=tuple(ladder(definition.contacts or process.contacts, catalogue.contacts)),
        instructions=definition.instructions or process.instructions,
        journal=newest(reader, task_ref(run_id, task.task), _RECENT_ROWS),
        checks=tuple(reader.checks(run_id, task.task)),
        progress=reader.progress([attempts[-1].id]).get(attempts[-1].id) if attempts else None,
    )


def process_view(reader: Reader, process: ProcessId, now: datetime) -> ProcessView:
    """One process as it is defined now, with its newest runs."""
    catalogue = reader.catalogue()
    definition = catalogue.processes.get(process)
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
        templates=tuple(_templates(reader, revision)),
        next_start=_next_start(catalogue, definition, now),
    )


def _next_start(catalogue: Catalogue, process: Process, now: datetime) -> datetime | None:
    coming = (next_time(catalogue.almanac, process, cron, now) for cron in crons_of(process))
    return min(filter(None, coming), default=None)


def _templates(reader: Reader, revision: Revision) -> Iterator[str]:
    """The templates under a process in force, the nearest first."""
    while (name := template_of(revision)) is not None:
        yield name
        revision = reader.revisions("template", name)[0]


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


def went_on(reader: Reader, run: Run) -> tuple[str, ...]:
    """The runs of other processes that have already started on the strength of this one."""
    readers = readers_of(reader.catalogue(), run.process, run.business_date)
    found = (
        row.run
        for process, day in sorted(readers)
        for row in reader.board(BoardQuery(process=process, dates=frozenset({day})))
    )
    return tuple(other.id for other in found if other.started_at is not None)


def people(reader: Reader) -> Iterator[User]:
    """Who may act, as far as readers are told: rights are judged by it, passwords are not."""
    for row in reader.users():
        yield User(row.name, row.roles, row.created_at, disabled=row.disabled, lent=row.lent, version=row.version)


def _waits_for(draft: Draft, run: Run, name: TaskName) -> str:
    """What keeps a task from starting besides other tasks of its run; of a ready one, what it competes for."""
    task = draft.task(run.id, name)
    if task.state is TaskState.READY:
        turns = (gate for gate in contested_gates(draft, run, task) if not gate.open)
        return next((f"waits for {_contested(gate)}{gate.detail}" for gate in turns), "")
    if task.state is not TaskState.WAITING:
        return ""
    if draft.definition(run).tasks[name].exclude:
        return EXCLUDED
    return next((gate.detail for gate in outer_gates(draft, run, task) if not gate.open), "")


def _contested(gate: Gate) -> str:
    """What tasks compete for, before what is said of it; a pool's name is in that."""
    kind, _, name = gate.name.partition(":")
    return {GateKind.RESOURCE: f"{name}: ", GateKind.LOCK: f"{kind} {name}: "}.get(gate.kind, "a slot: ")


def run_of(picture: Picture, run_id: RunId) -> Run:
    for run in picture.runs:
        if run.id == run_id:
            return run
    raise UsageError(f"no such run: {run_id}", "`boms runs` lists them")


def task_of(picture: Picture, ref: str) -> TaskRun | None:
    """The task that `RUN:TASK` names; None where a run alone is named."""
    run_id, name = split_ref(ref)
    if name is None:
        return None
    tasks = {task.task: task for task in picture.tasks if task.run == run_id}
    if name not in tasks:
        raise UsageError(f"{run_id} has no task {name}", f"its tasks: {', '.join(tasks)}")
    return tasks[name]


def _newest(attempts: Iterable[Attempt]) -> dict[TaskName, Attempt]:
    return {attempt.task: attempt for attempt in sorted(attempts, key=lambda attempt: attempt.number)}


def _progress(reader: Reader, attempts: Mapping[TaskName, Attempt]) -> dict[TaskName, Progress]:
    """What the tasks that run say of themselves."""
    live = {attempt.id: name for name, attempt in attempts.items() if attempt.state in ATTEMPT_LIVE}
    return {live[attempt]: said for attempt, said in reader.progress(live).items()} if live else {}


def draft_of(reader: Reader, catalogue: Catalogue, picture: Picture, now: datetime) -> Draft:
    """The model's picture as a reader has it, with the pools of the runtime that led last."""
    return Draft(Snapshot.of(catalogue, picture, pools=reader.pulse().pools, users=people(reader)), now)
