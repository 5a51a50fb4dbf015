"""The gates of what there is only so much of: units of resources, and locks. Each names who holds it."""

from collections.abc import Iterator

from boms_tui.model.contest import Left, ahead_of, left_for
from boms_tui.model.ids import task_ref
from boms_tui.model.needs import FULL, LOCK, RESOURCE, Need, units_of
from boms_tui.model.overlay import Overlay
from boms_tui.model.ranks import Rank, rank_of
from boms_tui.model.records import Attempt, Run, TaskRun
from boms_tui.model.states import AttemptState, TaskState
from boms_tui.model.views import Gate, GateKind

MOST = 5
"""How many holders a gate names, and is about."""


def hopeless_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    """The closed gates that the end of no other task opens: there are not that many units at all."""
    for need in draft.shape(run).needs[task.task]:
        units = units_of(draft.catalogue, need.name)
        if units is None or units < need.units:
            yield Gate(
                GateKind.RESOURCE, need.name, open=False, detail=_too_few(need, units), by_itself=False,
                who_can_free="admin",
            )  # fmt: skip


def claim_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    """The gates that ready tasks compete for, as they are when this one has its turn."""
    needs = draft.shape(run).needs[task.task]
    if not needs:
        return
    since = task.ready_at if task.state is TaskState.READY else None
    rank = rank_of(draft.definition(run), task, since or draft.now)
    left = left_for(draft, rank)
    for need in needs:
        if (units_of(draft.catalogue, need.name) or 0) >= need.units:
            yield _claim_gate(draft, need, left, rank)


def _claim_gate(draft: Overlay, need: Need, left: Left, rank: Rank) -> Gate:
    held = draft.holders(need.name)
    waiting, first = ahead_of(draft, rank, need.name)
    detail = _lock_held(held) if need.name.startswith(LOCK) else _units_held(draft, need, held)
    is_open = left.of(need.name) >= need.units
    before = () if first is None else (task_ref(first.run, first.task),)
    return Gate(
        GateKind.LOCK if need.name.startswith(LOCK) else GateKind.RESOURCE,
        need.name,
        open=is_open,
        detail=detail if is_open or first is None else f"{detail}; {_waiting(waiting, first)} before it",
        by_itself=is_open or waiting > 0 or any(attempt.state is not AttemptState.UNKNOWN for attempt, _ in held),
        about=() if is_open else tuple(task_ref(one.run, one.task) for one, _ in held[:MOST]) or before,
    )


def _too_few(need: Need, units: int | None) -> str:
    name = need.name.removeprefix(RESOURCE)
    if units is None:
        return f"there is no resource {name}"
    said = "1 unit" if units == 1 else f"{units} units"
    return f"{name} has {said}: nothing that needs {need.units if units else 'it'} starts"


def _units_held(draft: Overlay, need: Need, held: list[tuple[Attempt, int]]) -> str:
    wants = f", needs {need.units}" if need.units > 1 else ""
    holders = f" by {_named(held)}" if held else ""
    taken = draft.taken(need.name)
    return f"{taken} of {units_of(draft.catalogue, need.name)} units held{holders}{wants}"


def _lock_held(held: list[tuple[Attempt, int]]) -> str:
    if not held:
        return "nobody holds it"
    alone = any(units == FULL for _, units in held)
    return f"held {'' if alone else 'in shares '}by {_named([(attempt, 1) for attempt, _ in held])}"


def _named(held: list[tuple[Attempt, int]]) -> str:
    named = [f"{task_ref(attempt.run, attempt.task)}{_beside(attempt, units)}" for attempt, units in held[:MOST]]
    more = [f"{len(held) - MOST} more"] if len(held) > MOST else []
    return ", ".join(named + more)


def _beside(attempt: Attempt, units: int) -> str:
    said = [str(units)] if units > 1 else []
    said += ["unknown"] if attempt.state is AttemptState.UNKNOWN else []
    return f" ({', '.join(said)})" if said else ""


def _waiting(count: int, first: Rank) -> str:
    return f"{task_ref(first.run, first.task)} waits" if count == 1 else f"{count} wait"
