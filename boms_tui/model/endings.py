"""How attempts end, and what that makes of their tasks: only evidence counts."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from zlib import crc32

from boms_tui.model.definition import Command, OnUnknown, RetryPolicy, Task
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Checked, Exited, How, Lost, Started, Voided
from boms_tui.model.ids import AttemptId, split_ref
from boms_tui.model.records import Attempt, CheckVerdict, Run, TaskRun
from boms_tui.model.states import AttemptState, TaskEvent, TaskState

_HELD_OPEN = frozenset({TaskState.STARTING, TaskState.RUNNING, TaskState.KILLING, TaskState.UNKNOWN})
_MAY_TRY_AGAIN = frozenset({TaskState.STARTING, TaskState.RUNNING})
AT_ONCE = 3
"""How many attempts in a row may leave no end before the next one waits: a while where they proved void, else for a
person."""
LONGEST_WAIT = timedelta(minutes=1)
SPENT: Mapping[str, Any] = {"freed": {}, "confirmed_by": "", "approved_by": ""}
"""What one start uses up of what people gave (SEMANTICS S13). An attempt that proves void was no start."""
RENEWED: Mapping[str, Any] = {"tries": 0, "check_tries": 0, "in_vain": 0}
"""The automatic budgets of a task, as a person's act leaves them."""


class Retry(NamedTuple):
    """The `number`-th automatic retry under `policy`."""

    policy: RetryPolicy
    number: int


def started(draft: Draft, fact: Started) -> None:
    """The program of an attempt runs."""
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is not AttemptState.STARTING:
        return
    draft.move_attempt(attempt, AttemptState.RUNNING, pid=fact.pid, started_at=fact.at)
    task = draft.task(attempt.run, attempt.task)
    if task.state is TaskState.STARTING:
        draft.move_task(task, TaskEvent.STARTED, started_at=fact.at, **SPENT)


def checked(draft: Draft, fact: Checked) -> None:
    """What the checks before an attempt found goes on record once."""
    attempt = _known(draft, fact.attempt)
    if attempt is not None and not attempt.checked:
        draft.put_checks(attempt, fact.checks)
        draft.edit_attempt(attempt, checked=True)


def exited(draft: Draft, fact: Exited) -> None:
    """An exit record, or a check that kept the program from starting: it settles the attempt, and its task moves on."""
    attempt = _known(draft, fact.attempt)
    if attempt is None:
        return
    run = _run_of(draft, attempt)
    state, reason = _proved(fact, attempt, draft.definition(run).tasks[attempt.task])
    draft.put_checks(attempt, fact.checks)
    ended = draft.move_attempt(
        attempt, state, pid=fact.pid or attempt.pid, started_at=fact.started_at or attempt.started_at,
        ended_at=fact.ended_at, exit_code=fact.code, signal=fact.signal, reason=reason, remain=fact.remain,
        output_bytes=fact.output_bytes, output_dropped=fact.output_dropped,
    )  # fmt: skip
    task = draft.task(attempt.run, attempt.task)
    if task.state in _HELD_OPEN:
        _end(draft, run, task, ended)


def voided(draft: Draft, fact: Voided) -> None:
    """Proof that an attempt never ran: another follows at once, or after a while where that keeps happening."""
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is not AttemptState.STARTING:
        return
    draft.move_attempt(attempt, AttemptState.VOID, ended_at=draft.now, reason=fact.why)
    task = draft.task(attempt.run, attempt.task)
    in_vain = task.in_vain + 1
    unused = {"tries": max(0, task.tries - 1), "in_vain": in_vain}
    if _run_of(draft, attempt).cancelling:
        draft.move_task(task, TaskEvent.CANCELLED, ended_at=draft.now, reason="cancelled before it started")
    elif task.state is TaskState.KILLING:
        draft.move_task(task, TaskEvent.FAILED, ended_at=draft.now, reason="killed before it started")
    elif in_vain <= AT_ONCE:
        draft.move_task(task, TaskEvent.VOIDED, reason=fact.why, **unused)
    else:
        wait = min(timedelta(seconds=2 ** min(in_vain - AT_ONCE, 10)), LONGEST_WAIT)
        reason = f"it never ran, {in_vain} times: {fact.why}"
        draft.move_task(task, TaskEvent.BACKED_OFF, due_at=draft.now + wait, reason=reason, **unused)


def lost(draft: Draft, fact: Lost) -> None:
    """It may have run and nobody can prove how it ended: a person decides, or has decided in the definition."""
    attempt = _known(draft, fact.attempt)
    if attempt is None or attempt.state is AttemptState.UNKNOWN:
        return
    task = draft.task(attempt.run, attempt.task)
    again = _runs_again(draft, attempt, task)
    draft.move_attempt(
        attempt, AttemptState.UNKNOWN, ended_at=draft.now if again else None,
        reason=f"{fact.evidence}; on_unknown: rerun" if again else fact.evidence,
    )  # fmt: skip
    unknown = draft.move_task(task, TaskEvent.LOST, reason=fact.evidence, **SPENT)
    if again:
        draft.move_task(
            unknown, TaskEvent.RERUN, started_at=None, tries=max(0, task.tries - 1), in_vain=task.in_vain + 1,
            reason=f"on_unknown: rerun, after {fact.evidence}",
        )  # fmt: skip


def _runs_again(draft: Draft, attempt: Attempt, task: TaskRun) -> bool:
    """Whether the definition says that running twice does no harm, and nothing speaks against a new attempt."""
    run = _run_of(draft, attempt)
    declared = draft.definition(run).tasks[task.task].on_unknown is OnUnknown.RERUN
    return declared and task.state in _MAY_TRY_AGAIN and not run.cancelling and task.in_vain < AT_ONCE


def _proved(fact: Exited, attempt: Attempt, defined: Task) -> tuple[AttemptState, str]:
    """What the exit record proves, in the attempt's state and in words."""
    good = defined.work.success_codes if isinstance(defined.work, Command) else frozenset({0})
    text, failed = fact.text, _failed(fact.checks)
    match fact.how:
        case How.EXITED if fact.code not in good:
            state, said = AttemptState.FAILED, f"exit code {fact.code}"
        case How.EXITED:
            state, said = AttemptState.CHECK_FAILED if failed else AttemptState.SUCCEEDED, failed
        case How.SIGNALLED:
            state, said = AttemptState.FAILED, f"ended by signal {fact.signal}"
        case How.TIMEOUT:
            state, said = AttemptState.TIMED_OUT, f"ran longer than {defined.timeout}"
        case How.KILLED:
            state, said, text = AttemptState.KILLED, f"killed {text or f'by {attempt.kill_by}'}", ""
        case How.START_FAILED:
            state, said = AttemptState.START_FAILED, ""
        case How.CHECK_FAILED:
            state, said = AttemptState.CHECK_FAILED, failed
    remain = f"processes remain: {fact.remain}" if fact.remain else ""
    return state, "; ".join(filter(None, (said, text, remain)))


def _failed(checks: Iterable[CheckVerdict]) -> str:
    """The first check that did not pass and what it saw; "" where all passed."""
    failed = [f"check failed: {one.check}: {one.saw}" for one in checks if not one.passed]
    return failed[0] + (f" (+{len(failed) - 1} more)" if failed[1:] else "") if failed else ""


def _end(draft: Draft, run: Run, task: TaskRun, ended: Attempt) -> None:
    """Move a task on from the proven end of its attempt."""
    reason, killed = ended.reason, ended.state is AttemptState.KILLED
    defined = draft.definition(run).tasks[task.task]
    by_checks = ended.state is AttemptState.CHECK_FAILED and defined.checks.retry is not None
    check_tries = task.check_tries + by_checks
    retry = _retry(defined, ended.state, task.tries, check_tries)

    def move(event: TaskEvent, said: str, **changes: Any) -> None:
        draft.move_task(
            task, event, reason=said, started_at=ended.started_at, ended_at=ended.ended_at, check_tries=check_tries,
            in_vain=0, **SPENT, **changes,
        )  # fmt: skip

    if ended.state is AttemptState.SUCCEEDED:
        move(TaskEvent.SUCCEEDED, reason)
    elif run.cancelling and killed and task.state is not TaskState.UNKNOWN:
        move(TaskEvent.CANCELLED, f"{reason}: the run was cancelled")
    elif retry is not None and task.state in _MAY_TRY_AGAIN and not run.cancelling:
        wait = retry.policy.delay_before(retry.number, spread(ended.id))
        move(TaskEvent.BACKED_OFF, f"{reason}; tries again", due_at=draft.now + wait)
    else:
        move(TaskEvent.FAILED, reason)


def _retry(defined: Task, state: AttemptState, tries: int, check_tries: int) -> Retry | None:
    """The automatic retry that an end in `state`, counted in, leaves room for."""
    own = defined.checks.retry
    if own is not None and state is AttemptState.CHECK_FAILED:
        retry = Retry(own, check_tries)
    elif state in defined.retry.on:
        retry = Retry(defined.retry, tries - check_tries)
    else:
        return None
    return retry if retry.number <= retry.policy.retries else None


def spread(attempt: AttemptId) -> float:
    """How much of the jitter an attempt's retry gets, from 0 to 1: as good as random, and the same each time."""
    return crc32(attempt.encode()) / 2**32


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
