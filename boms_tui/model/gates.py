"""The gates: what keeps a run or a task from starting. The scheduler and `why` evaluate the same list."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from boms_tui.model.approval import ApprovalState, next_start
from boms_tui.model.claims import MOST, claim_gates, hopeless_gates
from boms_tui.model.definition import Manual, Overlap
from boms_tui.model.draft import RUNTIME
from boms_tui.model.identity import unfit
from boms_tui.model.ids import ROOT, TaskName, task_ref
from boms_tui.model.overlay import Overlay
from boms_tui.model.planning import hours_of
from boms_tui.model.records import Hold, Run, TaskRun
from boms_tui.model.states import RUN_ENDED, TaskState
from boms_tui.model.views import Gate, GateKind
from boms_tui.model.waits import condition_gate
from boms_tui.model.wall import wall_span, wall_time

SOON = timedelta(hours=24)
"""How long before it begins a planned hold is shown among the gates."""


def run_gates(draft: Overlay, run: Run) -> Iterable[Gate]:
    """The gates on a run that has not started."""
    return _lifted(_run_gates(draft, run), run.freed)


def task_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    """The gates on the next start of a task, but for what ready tasks compete for."""
    yield from inner_gates(draft, run, task)
    yield from outer_gates(draft, run, task)


def inner_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterable[Gate]:
    """Those that other tasks of the run open."""
    return _lifted(_inner_gates(draft, run, task), task.freed)


def outer_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterable[Gate]:
    """Those that open from outside: other processes, people, time, definitions, and the pool."""
    return _lifted(_outer_gates(draft, run, task), task.freed)


def start_gates(draft: Overlay, run: Run, task: TaskRun) -> tuple[Gate, ...]:
    """All gates of a task: with those that ready tasks compete for, or the question of a manual one.

    One that is excluded waits for its run and nothing else.
    """
    if draft.definition(run).tasks[task.task].exclude:
        return tuple(_run_open(draft, run, task))
    return (*task_gates(draft, run, task), *last_gates(draft, run, task))


def last_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterable[Gate]:
    """Those that count once all others are open: what it competes for, or the question of a manual one."""
    defined = draft.definition(run).tasks[task.task]
    if not isinstance(defined.work, Manual):
        return contested_gates(draft, run, task)
    asks = f"asks a person: {defined.work.prompt}"
    return () if defined.dry else (_closed(GateKind.CONFIRM, "confirm", asks, by_itself=False),)


def contested_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterable[Gate]:
    """Those that ready tasks compete for: units, locks, and a slot of the pool, if a runtime serves it."""
    return _lifted(_contested_gates(draft, run, task), task.freed)


def all_gates(draft: Overlay, run: Run, task: TaskRun | None) -> tuple[Gate, ...]:
    """What `why` shows of a run, or of a task that has not started."""
    before_start = tuple(run_gates(draft, run)) if run.started_at is None and run.state not in RUN_ENDED else ()
    return before_start if task is None else (*before_start, *start_gates(draft, run, task))


def failed_for_good(draft: Overlay, run: Run) -> TaskName | None:
    """A failed task whose `on_failure: fail` keeps everything else from starting."""
    fatal = draft.shape(run).fatal
    return next((name for name in fatal if draft.task(run.id, name).state is TaskState.FAILED), None)


def _lifted(gates: Iterable[Gate], freed: Mapping[str, str]) -> Iterable[Gate]:
    """The gates, those open that a person freed for the next start."""
    if not freed:
        return gates
    return (
        replace(gate, open=True, detail=f"freed by {freed[gate.name]}", by_itself=True, impossible=False)
        if not gate.open and gate.name in freed
        else gate
        for gate in gates
    )


def _run_gates(draft: Overlay, run: Run) -> Iterator[Gate]:
    yield from _start_time(draft, run)
    yield from _overlap(draft, run)
    yield from _holds(draft, run, None)
    for condition in draft.definition(run).after:
        yield condition_gate(draft, run, condition)


def _inner_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    yield from _run_open(draft, run, task)
    for condition in draft.shape(run).inner[task.task]:
        yield condition_gate(draft, run, condition)


def _outer_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    process = draft.definition(run)
    defined = process.tasks[task.task]
    for condition in draft.shape(run).outer[task.task]:
        yield condition_gate(draft, run, condition)
    yield from _window(draft, run)
    yield from _holds(draft, run, task.task)
    yield from _backoff(draft, process.timezone, task)
    if defined.confirm:
        detail = f"confirmed by {task.confirmed_by}" if task.confirmed_by else "waits for a person's yes"
        yield Gate(GateKind.CONFIRM, "confirm", open=bool(task.confirmed_by), detail=detail, by_itself=False)
    if isinstance(defined.work, Manual):
        return
    yield from _right(draft, run, task)
    if defined.two_person:
        yield _second_person(draft, task)
    yield from hopeless_gates(draft, run, task)
    if defined.pool not in draft.snapshot.pools:
        yield _closed(
            GateKind.POOL, f"pool:{defined.pool}", f"no runtime serves the pool {defined.pool}", by_itself=False,
            who_can_free="admin",
        )  # fmt: skip


def _contested_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    yield from claim_gates(draft, run, task)
    pool = draft.definition(run).tasks[task.task].pool
    if pool in draft.snapshot.pools:
        slots, used = draft.snapshot.pools[pool], draft.used(pool)
        yield Gate(
            GateKind.SLOT,
            f"slot:{pool}",
            used < slots,
            f"{used} of {slots} slots of {pool} in use",
            who_can_free="",
            about=() if used < slots else draft.occupants(pool)[:MOST],
        )


def _closed(
    kind: GateKind,
    name: str,
    detail: str,
    *,
    by_itself: bool = True,
    opens_at: datetime | None = None,
    who_can_free: str = "operator",
    impossible: bool = False,
    about: tuple[str, ...] = (),
) -> Gate:
    return Gate(
        kind, name, open=False, detail=detail, by_itself=by_itself, opens_at=opens_at, who_can_free=who_can_free,
        impossible=impossible, about=about,
    )  # fmt: skip


def _run_open(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    if run.started_at is None or run.state in RUN_ENDED or run.cancelling:
        state = "being cancelled" if run.cancelling else run.state.value
        yield _closed(
            GateKind.RUN,
            "run",
            f"the run is {state}",
            by_itself=run.state not in RUN_ENDED,
            who_can_free="",
            about=(run.id,),
        )
        return
    fatal = failed_for_good(draft, run)
    if fatal is not None and task.task not in draft.shape(run).answering:
        yield _closed(
            GateKind.RUN,
            "run",
            f"{fatal} failed, which ends the run",
            by_itself=False,
            impossible=True,
            about=(task_ref(run.id, fatal),),
        )


def _start_time(draft: Overlay, run: Run) -> Iterator[Gate]:
    if run.not_before is not None:
        detail = f"starts at {wall_time(run.not_before, draft.definition(run).timezone, draft.now)}"
        due = draft.now >= run.not_before
        yield Gate(GateKind.START_TIME, "start-time", open=due, detail=detail, opens_at=run.not_before)


def _window(draft: Overlay, run: Run) -> Iterator[Gate]:
    """Nothing starts outside of the process's hours; once they have passed, only a person can help (SEMANTICS S14)."""
    process = draft.definition(run)
    if process.window is None:
        return
    hours = hours_of(process.window, process, run.business_date)
    opens, closes = (wall_time(at, process.timezone, draft.now) for at in (hours.opens, hours.closes))
    if draft.now < hours.opens:
        yield _closed(GateKind.WINDOW, "window", f"opens at {opens}", opens_at=hours.opens)
    elif draft.now < hours.closes:
        yield Gate(GateKind.WINDOW, "window", open=True, detail=f"open until {closes}")
    else:
        yield _closed(GateKind.WINDOW, "window", f"the window passed: it closed at {closes}", by_itself=False)


def _overlap(draft: Overlay, run: Run) -> Iterator[Gate]:
    if draft.definition(run).overlap is Overlap.PARALLEL:
        return
    before = draft.open_before(run)
    if before is not None:
        first, last = before
        detail = f"{first.id} is {first.state.value} and comes first" if first is last else f"{last.id} comes before it"
        yield _closed(GateKind.OVERLAP, "overlap", detail, about=(first.id,))


def _holds(draft: Overlay, run: Run, task: TaskName | None) -> Iterator[Gate]:
    zone = draft.definition(run).timezone
    for hold in draft.holds_over(run, task):
        until = f" until {wall_time(hold.until, zone, draft.now)}" if hold.until else ""
        yield _closed(
            GateKind.HOLD,
            f"hold:{hold.object}",
            f"{_what(hold)} is held by {hold.owner}{until}: {hold.reason}",
            by_itself=hold.until is not None,
            opens_at=hold.until,
            who_can_free=releaser(hold),
        )
    for hold in draft.holds_ahead(run, task):
        if hold.start - draft.now <= SOON:
            span = wall_span(hold.start, hold.until, zone, draft.now)
            detail = f"{_what(hold)} will be held {span} by {hold.owner}: {hold.reason}"
            yield Gate(GateKind.HOLD, f"hold:{hold.object}", open=True, detail=detail, who_can_free=releaser(hold))


def _what(hold: Hold) -> str:
    return "everything" if hold.object == ROOT else hold.object


def releaser(hold: Hold) -> str:
    """The least role that may release a hold."""
    if hold.owner == RUNTIME:
        return "admin"
    return "supervisor" if hold.object == ROOT else "operator"


def _backoff(draft: Overlay, zone: str, task: TaskRun) -> Iterator[Gate]:
    if task.state is TaskState.BACKOFF and task.due_at is not None:
        detail = f"tries again at {wall_time(task.due_at, zone, draft.now, seconds=True)}"
        yield _closed(GateKind.BACKOFF, "backoff", detail, opens_at=task.due_at)


def _right(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    why = unfit(draft, run, task.task)
    if why and task.confirmed_by:
        yield Gate(GateKind.RIGHT, "right", open=True, detail=f"confirmed by {task.confirmed_by}; {why}")
    elif why:
        yield _closed(GateKind.RIGHT, "right", f"{why}: somebody who may has to confirm it", by_itself=False)


def _second_person(draft: Overlay, task: TaskRun) -> Gate:
    """Open with a second person's yes; closed it tells of a no, which somebody else may still overrule."""
    if task.approved_by:
        return Gate(GateKind.APPROVAL, "approval", open=True, detail=f"approved by {task.approved_by}")
    asked = draft.approval(next_start(task))
    denied = asked is not None and asked.state is ApprovalState.DENIED
    detail = f"{asked.decided_by} said no" if asked is not None and denied else "waits for a second person's yes"
    return _closed(GateKind.APPROVAL, "approval", detail, by_itself=False)
