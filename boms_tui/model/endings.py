"""How attempts end, and what that makes of their tasks: only evidence counts."""

from dataclasses import replace
from datetime import datetime, timedelta

from boms_tui.model.definition import Command, Task
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Exited, How, Lost, Started, Voided
from boms_tui.model.ids import AttemptId, split_ref
from boms_tui.model.records import Attempt, Run, TaskRun
from boms_tui.model.states import AttemptState, TaskEvent, TaskState

_HELD_OPEN = frozenset({TaskState.STARTING, TaskState.RUNNING, TaskState.KILLING, TaskState.UNKNOWN})
_MAY_TRY_AGAIN = frozenset({TaskState.STARTING, TaskState.RUNNING})
AT_ONCE = 3
"""How many attempts may prove void before the next one waits."""
LONGEST_WAIT = timedelta(minutes=1)


def started(draft: Draft, fact: Started) -> None:
    """The program of an attempt runs."""
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is not AttemptState.STARTING:
        return
    draft.move_attempt(attempt, AttemptState.RUNNING, pid=fact.pid, started_at=fact.at)
    task = draft.task(attempt.run, attempt.task)
    if task.state is TaskState.STARTING:
        draft.move_task(task, TaskEvent.STARTED, started_at=fact.at)


def exited(draft: Draft, fact: Exited) -> None:
    """An exit record: the attempt is settled by it, and its task moves on."""
    attempt = _known(draft, fact.attempt)
    if attempt is None:
        return
    run = _run_of(draft, attempt)
    state, said = _proved(fact, attempt, draft.definition(run).tasks[attempt.task])
    reason = said if fact.how is How.KILLED else "; ".join(filter(None, (said, fact.text)))
    begun = fact.started_at or attempt.started_at
    draft.move_attempt(
        attempt, state, pid=fact.pid or attempt.pid, started_at=begun, ended_at=fact.ended_at, exit_code=fact.code,
        signal=fact.signal, reason=reason, output_bytes=fact.output_bytes, output_dropped=fact.output_dropped,
    )  # fmt: skip
    task = draft.task(attempt.run, attempt.task)
    if task.state in _HELD_OPEN:
        _end(draft, run, replace(task, started_at=begun), state, reason, fact.ended_at)


def voided(draft: Draft, fact: Voided) -> None:
    """Proof that an attempt never ran: another follows at once, or after a while where that keeps happening."""
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is not AttemptState.STARTING:
        return
    draft.move_attempt(attempt, AttemptState.VOID, ended_at=draft.now, reason=fact.why)
    task = draft.task(attempt.run, attempt.task)
    tries = max(0, task.tries - 1)
    in_vain = task.attempts - tries
    if _run_of(draft, attempt).cancelling:
        draft.move_task(task, TaskEvent.CANCELLED, ended_at=draft.now, reason="cancelled before it started")
    elif task.state is TaskState.KILLING:
        draft.move_task(task, TaskEvent.FAILED, ended_at=draft.now, reason="killed before it started")
    elif in_vain <= AT_ONCE:
        draft.move_task(task, TaskEvent.VOIDED, tries=tries, reason=fact.why)
    else:
        wait = min(timedelta(seconds=2 ** min(in_vain - AT_ONCE, 10)), LONGEST_WAIT)
        reason = f"it never ran, {in_vain} times: {fact.why}"
        draft.move_task(task, TaskEvent.BACKED_OFF, tries=tries, due_at=draft.now + wait, reason=reason)


def lost(draft: Draft, fact: Lost) -> None:
    """It may have run and nobody can prove how it ended: a person decides."""
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is AttemptState.UNKNOWN:
        return
    draft.move_attempt(attempt, AttemptState.UNKNOWN, reason=fact.evidence)
    draft.move_task(draft.task(attempt.run, attempt.task), TaskEvent.LOST, reason=fact.evidence)


def _proved(fact: Exited, attempt: Attempt, defined: Task) -> tuple[AttemptState, str]:
    """What the exit record proves, in the attempt's state and in words."""
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
            return AttemptState.KILLED, f"killed {fact.text or f'by {attempt.kill_by}'}"
        case How.START_FAILED:
            return AttemptState.START_FAILED, ""


def _end(draft: Draft, run: Run, task: TaskRun, state: AttemptState, reason: str, at: datetime) -> None:  # noqa: PLR0917
    policy = draft.definition(run).tasks[task.task].retry
    killed = state is AttemptState.KILLED
    if state is AttemptState.SUCCEEDED:
        draft.move_task(task, TaskEvent.SUCCEEDED, ended_at=at, reason=reason)
    elif run.cancelling and killed and task.state is not TaskState.UNKNOWN:
        draft.move_task(task, TaskEvent.CANCELLED, ended_at=at, reason=f"{reason}: the run was cancelled")
    elif task.tries <= policy.retries and task.state in _MAY_TRY_AGAIN and not killed and not run.cancelling:
        due = draft.now + policy.delay_before(task.tries)
        draft.move_task(task, TaskEvent.BACKED_OFF, due_at=due, ended_at=at, reason=f"{reason}; tries again")
    else:
        draft.move_task(task, TaskEvent.FAILED, ended_at=at, reason=reason)


def _known(draft: Draft, attempt: AttemptId) -> Attempt | None:
    """The live or unknown attempt of that id; None where it has been settled."""
    ref, _, number = attempt.rpartition(".")
    run, task = split_ref(ref)
    if task is None or run not in draft.snapshot.runs:
        return None
    found = draft.attempt(run, task)
    return found if found is not None and found.number == int(number) else None


def _run_of(draft: Draft, attempt: Attempt) -> Run:
    run = draft.run(attempt.run)
    if run is None:
        raise AssertionError(f"{attempt.id} belongs to no run")
    return run
