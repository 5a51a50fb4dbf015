"""What an act would do, worked out beforehand by the very rules that would apply it."""

from collections.abc import Iterator
from datetime import date, datetime

from boms_tui.model.acts.ask import Ask
from boms_tui.model.admission import find, fitting
from boms_tui.model.asked import ACTS
from boms_tui.model.contest import served
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Asked
from boms_tui.model.gates import all_gates
from boms_tui.model.ids import ProcessId, RequestId, RunId, SessionId, TaskName
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Run
from boms_tui.model.request import LIFETIME, Request
from boms_tui.model.settle import settle
from boms_tui.model.shape import behind, shape_of
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import LIVE, PASSED, AttemptState, RunState, TaskState
from boms_tui.model.verbs import VERBS
from boms_tui.model.views import Effect

_MOVES = LIVE | {TaskState.READY}
_FREE = _MOVES | PASSED | {TaskState.CONFIRM}
_BLOCKED = frozenset({TaskState.WAITING, TaskState.BACKOFF, TaskState.NOT_NEEDED})
_PREVIEW = RequestId("preview")
_YOU = "you"
"""Who asks: rights are the runtime's business, a preview supposes that they suffice."""

States = dict[TaskName, TaskState]


def preview(
    snapshot: Snapshot, verb: str, target: str, now: datetime, parameters: dict[str, str] | None = None
) -> Effect:
    """Apply the act to a draft that nobody commits, and compare; then suppose that whatever moves succeeds."""
    draft = Draft(snapshot, now)
    draft.add_user(User(_YOU, ("admin",), now))
    settle(draft)
    found = find(draft, _asked(verb, target, now, parameters or {}), VERBS[verb])
    if not isinstance(found, Ask):
        return Effect(refusal=found.text)
    before = _states(draft, found.run)
    refused = fitting(draft, found, VERBS[verb]) or ACTS[verb](draft, found)
    if refused is not None:
        return Effect(refusal=refused.text)
    settle(draft)
    run = found.run or draft.run(draft.ordered.get(_PREVIEW, RunId("")))
    if run is None:
        return Effect()
    acted = _states(draft, run)
    done = (*_passed_by_the_act(found, acted), *_excluded(draft, run))
    freed = tuple(name for name in _newly_free(before, acted) if name not in done)
    _suppose_success(draft, run)
    after = _states(draft, run)
    followed = tuple(name for name in _newly_free(before, after) if name not in (*freed, *done))
    return Effect(frees=freed, then=followed, blocked=_still_blocked(draft, run, found, after))


def readers_of(catalogue: Catalogue, process: ProcessId, day: date) -> set[tuple[ProcessId, date]]:
    """Who reads the outcome of a process of that date, with their own dates: a rerun comes too late for their runs."""
    return {
        (other.id, own)
        for other in catalogue.processes.values()
        for _, dependency in shape_of(other).outside
        if dependency.process == process
        for own in catalogue.dates_reading(dependency, day)
    } | {(other, day) for other in catalogue.causes.behind.get(process, ())}


def _asked(verb: str, target: str, now: datetime, parameters: dict[str, str]) -> Asked:
    session = Session(SessionId(_PREVIEW), _YOU, b"", now, now + LIFETIME)
    request = Request(
        _PREVIEW, "", session.id, 1, verb, target, now, now + LIFETIME, "a preview", parameters=parameters
    )
    return Asked(request, session)


def _states(draft: Draft, run: Run | None) -> States:
    """The state of each task; one that is ready and lacks units or a lock waits as well as any other."""
    if run is None:
        return {}
    has_all = served(draft)
    tasks = [draft.task(run.id, name) for name in draft.definition(run).tasks if draft.has_task(run.id, name)]
    lacking = {one.task for one in tasks if one.state is TaskState.READY and (run.id, one.task) not in has_all}
    return {one.task: TaskState.WAITING if one.task in lacking else one.state for one in tasks}


def _newly_free(before: States, after: States) -> tuple[str, ...]:
    return tuple(name for name, state in after.items() if state in _FREE and before.get(name) not in _FREE)


def _passed_by_the_act(ask: Ask, states: States) -> tuple[str, ...]:
    """The task that is acted on, where that alone lets it pass: it does not start."""
    name = ask.task.task if ask.task is not None else None
    return (name,) if name is not None and states[name] in PASSED else ()


def _excluded(draft: Draft, run: Run) -> Iterator[TaskName]:
    """The tasks that their definition has skipped."""
    return (name for name, task in draft.definition(run).tasks.items() if task.exclude)


def _suppose_success(draft: Draft, run: Run) -> None:
    """Let everything of the run that moves come to a good end, and what that sets going, and so on."""
    while moving := [name for name, state in _states(draft, run).items() if state in _MOVES]:
        for name in moving:
            attempt = draft.attempt(run.id, name)
            if attempt is not None:
                draft.edit_attempt(attempt, state=AttemptState.SUCCEEDED, ended_at=draft.now)
            draft.edit_task(draft.task(run.id, name), state=TaskState.SUCCEEDED)
        settle(draft)


def _still_blocked(draft: Draft, run: Run, ask: Ask, after: States) -> tuple[tuple[str, str], ...]:
    now = draft.run(run.id) or run
    if now.started_at is None and now.state in {RunState.WAITING, RunState.STALLED}:
        return ((now.id, now.reason),)
    definition = draft.definition(run)
    concerned = (ask.task.task, *behind(definition, ask.task.task)) if ask.task is not None else definition.tasks
    return tuple((name, _blocked_by(draft, now, name)) for name in concerned if after.get(name) in _BLOCKED)


def _blocked_by(draft: Draft, run: Run, name: TaskName) -> str:
    gates = all_gates(draft, run, draft.task(run.id, name))
    return next((gate.detail for gate in gates if not gate.open), "")
