"""The scheduler's brain: facts in, one decision out. Nothing here acts, waits, or knows a clock."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from boms_tui.model.acts.hold import look_under
from boms_tui.model.asked import asked, give_verdicts
from boms_tui.model.decision import Decision
from boms_tui.model.definition import Command, Task
from boms_tui.model.draft import RUNTIME, Draft
from boms_tui.model.facts import (
    Asked,
    Exited,
    Fact,
    HoldDue,
    How,
    Lost,
    OccurrenceDue,
    RunDue,
    Started,
    TaskDue,
    TookOver,
    Voided,
)
from boms_tui.model.ids import AttemptId, split_ref
from boms_tui.model.ordering import order
from boms_tui.model.planning import business_date_of
from boms_tui.model.records import Attempt, TaskRun
from boms_tui.model.settle import settle
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE, AttemptState, RunEvent, TaskEvent, TaskState


def decide(snapshot: Snapshot, facts: Iterable[Fact], now: datetime) -> Decision:
    """What follows from `facts`: one transaction and its effects. The snapshot stays as it is."""
    draft = Draft(snapshot, now)
    for fact in facts:
        draft.actor, draft.request, draft.why = RUNTIME, "", ""
        _RULES[type(fact)](draft, fact)
    settle(draft)
    give_verdicts(draft)
    return draft.decision()


def _took_over(draft: Draft, _fact: TookOver) -> None:
    for run in draft.snapshot.unended():
        draft.look_at_all(run)
    for attempt in draft.snapshot.attempts.values():
        if attempt.kill_by and attempt.state in ATTEMPT_LIVE:
            draft.kill(attempt, attempt.kill_by)


def _started(draft: Draft, fact: Started) -> None:
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is not AttemptState.STARTING:
        return
    draft.move_attempt(attempt, AttemptState.RUNNING, pid=fact.pid, started_at=fact.at)
    task = draft.task(attempt.run, attempt.task)
    if task.state is TaskState.STARTING:
        draft.move_task(task, TaskEvent.STARTED, started_at=fact.at)


def _exited(draft: Draft, fact: Exited) -> None:
    attempt = _known(draft, fact.attempt)
    if attempt is None:
        return
    defined = _defined(draft, attempt)
    state, reason = _verdict_on(fact, defined)
    draft.move_attempt(
        attempt,
        state,
        pid=fact.pid or attempt.pid,
        started_at=fact.started_at or attempt.started_at,
        ended_at=fact.ended_at,
        exit_code=fact.code,
        signal=fact.signal,
        reason=reason,
        output_bytes=fact.output_bytes,
        output_dropped=fact.output_dropped,
    )
    task = draft.task(attempt.run, attempt.task)
    if task.state in {TaskState.STARTING, TaskState.RUNNING, TaskState.KILLING, TaskState.UNKNOWN}:
        started = fact.started_at or attempt.started_at
        _end_task(draft, replace(task, started_at=started), state, reason, fact.ended_at)


def _verdict_on(fact: Exited, defined: Task) -> tuple[AttemptState, str]:
    """What the exit record proves."""
    good = defined.work.success_codes if isinstance(defined.work, Command) else frozenset({0})
    match fact.how:
        case How.EXITED if fact.code in good:
            return AttemptState.SUCCEEDED, ""
        case How.EXITED:
            return AttemptState.FAILED, f"exit code {fact.code}"
        case How.SIGNALLED:
            return AttemptState.FAILED, f"ended by signal {fact.signal}"
        case How.TIMEOUT:
            return AttemptState.TIMED_OUT, f"ran longer than {defined.timeout}"
        case How.KILLED:
            return AttemptState.KILLED, "killed"
        case How.START_FAILED:
            return AttemptState.START_FAILED, fact.text


def _end_task(draft: Draft, task: TaskRun, state: AttemptState, reason: str, at: datetime) -> None:
    if state is AttemptState.SUCCEEDED:
        draft.move_task(task, TaskEvent.SUCCEEDED, ended_at=at, reason="")
        return
    run = draft.run(task.run)
    attempt_killed = state is AttemptState.KILLED
    if run is not None and run.cancelling and task.state is not TaskState.UNKNOWN and attempt_killed:
        draft.move_task(task, TaskEvent.CANCELLED, ended_at=at, reason="killed: the run was cancelled")
        return
    policy = draft.definition(run).tasks[task.task].retry if run is not None else None
    tries_again = (
        policy is not None
        and task.tries <= policy.retries
        and task.state in {TaskState.STARTING, TaskState.RUNNING}
        and not attempt_killed
        and not (run is not None and run.cancelling)
    )
    if policy is not None and tries_again:
        due = draft.now + policy.delay_before(task.tries)
        draft.move_task(task, TaskEvent.BACKED_OFF, due_at=due, ended_at=at, reason=f"{reason}; tries again")
    else:
        killed = f"{reason} by {_killer(task)}" if attempt_killed else reason
        draft.move_task(task, TaskEvent.FAILED, ended_at=at, reason=killed)


def _killer(task: TaskRun) -> str:
    return task.reason.removeprefix("being killed by ")


def _voided(draft: Draft, fact: Voided) -> None:
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is not AttemptState.STARTING:
        return
    draft.move_attempt(attempt, AttemptState.VOID, ended_at=draft.now, reason=fact.why)
    task = draft.task(attempt.run, attempt.task)
    run = draft.run(attempt.run)
    if run is not None and run.cancelling:
        draft.move_task(task, TaskEvent.CANCELLED, ended_at=draft.now, reason="cancelled before it started")
    elif task.state is TaskState.KILLING:
        draft.move_task(task, TaskEvent.FAILED, ended_at=draft.now, reason="killed before it started")
    else:
        draft.move_task(task, TaskEvent.VOIDED, tries=max(0, task.tries - 1), reason=fact.why)


def _lost(draft: Draft, fact: Lost) -> None:
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is AttemptState.UNKNOWN:
        return
    draft.move_attempt(attempt, AttemptState.UNKNOWN, reason=fact.evidence)
    draft.move_task(draft.task(attempt.run, attempt.task), TaskEvent.LOST, reason=fact.evidence)


def _occurrence_due(draft: Draft, fact: OccurrenceDue) -> None:
    process = draft.catalogue.processes.get(fact.process)
    occurrence = f"cron:{fact.at.isoformat()}"
    if process is None or draft.has_occurrence(process.id, occurrence):
        return
    missed = fact.missed
    order(
        draft, process, business_date_of(process, fact.at),
        occurrence=occurrence, by="schedule", acts_for=process.owner,
        event=RunEvent.MISSED if missed else RunEvent.ORDERED,
        reason=f"due at {fact.at:%Y-%m-%d %H:%M} UTC, when no runtime could order it" if missed else "",
    )  # fmt: skip


def _task_due(draft: Draft, fact: TaskDue) -> None:
    if fact.run not in draft.snapshot.runs:
        return
    task = draft.task(fact.run, fact.task)
    if task.state is TaskState.BACKOFF and task.due_at is not None and task.due_at <= draft.now:
        draft.move_task(task, TaskEvent.DELAY_OVER, due_at=None)


def _hold_due(draft: Draft, fact: HoldDue) -> None:
    hold = draft.snapshot.holds.get(fact.hold)
    if hold is None or hold.stands(draft.now):
        return
    draft.put_hold(replace(hold, released_at=draft.now, version=hold.version + 1))
    draft.say("hold-expired", hold.object, before="held")
    look_under(draft, hold.object, draft.run(split_ref(hold.object)[0]))


def _run_due(draft: Draft, fact: RunDue) -> None:
    draft.todo_runs[fact.run] = None


def _known(draft: Draft, attempt: AttemptId) -> Attempt | None:
    """The live or unknown attempt of that id; None where it has been settled."""
    ref, _, number = attempt.rpartition(".")
    run, task = split_ref(ref)
    if task is None or run not in draft.snapshot.runs:
        return None
    found = draft.attempt(run, task)
    return found if found is not None and found.number == int(number) else None


def _defined(draft: Draft, attempt: Attempt) -> Task:
    run = draft.run(attempt.run)
    if run is None:
        raise AssertionError(f"{attempt.id} belongs to no run")
    return draft.definition(run).tasks[attempt.task]


_RULES: dict[type[Fact], Callable[[Draft, Any], None]] = {
    TookOver: _took_over,
    Started: _started,
    Exited: _exited,
    Voided: _voided,
    Lost: _lost,
    Asked: asked,
    OccurrenceDue: _occurrence_due,
    TaskDue: _task_due,
    HoldDue: _hold_due,
    RunDue: _run_due,
}
