"""Every state, every event and every transition of BOMS; all of them live here.

A pair that is not in its table is impossible: `after` raises on it.
"""

from enum import StrEnum


class TaskState(StrEnum):
    WAITING = "waiting"
    CONFIRM = "confirm"
    READY = "ready"
    STARTING = "starting"
    RUNNING = "running"
    BACKOFF = "backoff"
    KILLING = "killing"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    FORCED_OK = "forced-ok"
    NOT_NEEDED = "not-needed"
    CANCELLED = "cancelled"


class TaskEvent(StrEnum):
    GATES_OPENED = "gates-opened"
    GATES_CLOSED = "gates-closed"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CLAIMED = "claimed"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    BACKED_OFF = "backed-off"
    DELAY_OVER = "delay-over"
    VOIDED = "voided"
    LOST = "lost"
    KILL_ASKED = "kill-asked"
    RETRIED = "retried"
    RERUN = "rerun"
    SKIPPED = "skipped"
    FORCED = "forced"
    RULED_OUT = "ruled-out"
    POSSIBLE_AGAIN = "possible-again"
    CANCELLED = "cancelled"
    STILL_RUNNING = "still-running"
    EXCLUDED = "excluded"
    PASSED_DRY = "passed-dry"


class RunState(StrEnum):
    PLANNED = "planned"
    WAITING = "waiting"
    RUNNING = "running"
    STALLED = "stalled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class RunEvent(StrEnum):
    ORDERED = "ordered"
    MISSED = "missed"
    PASSED_OVER = "passed-over"
    OVERLAP_SKIPPED = "overlap-skipped"
    STARTED = "started"
    STALLED = "stalled"
    WAITS_AGAIN = "waits-again"
    MOVES_AGAIN = "moves-again"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"


class AttemptState(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"
    TIMED_OUT = "timed-out"
    START_FAILED = "start-failed"
    CHECK_FAILED = "check-failed"
    VOID = "void"
    UNKNOWN = "unknown"


class ImpossibleTransitionError(AssertionError):
    """A rule asked for a transition that no table knows: a defect of BOMS, never of its user."""


IDLE = frozenset({TaskState.WAITING, TaskState.CONFIRM, TaskState.READY, TaskState.BACKOFF})
"""A task run that has not ended and has no process."""
LIVE = frozenset({TaskState.STARTING, TaskState.RUNNING, TaskState.KILLING})
"""A task run with an attempt that may have a process."""
PASSED = frozenset({TaskState.SUCCEEDED, TaskState.SKIPPED, TaskState.FORCED_OK})
"""Dependents of these go on."""
ENDED = PASSED | {TaskState.FAILED, TaskState.NOT_NEEDED, TaskState.CANCELLED}
RUN_ENDED = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED, RunState.MISSED})
ATTEMPT_LIVE = frozenset({AttemptState.STARTING, AttemptState.RUNNING})

T, E = TaskState, TaskEvent

TASK_ROWS: tuple[tuple[TaskEvent, frozenset[TaskState], TaskState], ...] = (
    (E.GATES_OPENED, frozenset({T.WAITING}), T.READY),
    (E.GATES_CLOSED, frozenset({T.READY, T.CONFIRM}), T.WAITING),
    (E.ASKED, frozenset({T.WAITING}), T.CONFIRM),
    (E.CONFIRMED, frozenset({T.CONFIRM}), T.SUCCEEDED),
    (E.DECLINED, frozenset({T.CONFIRM}), T.FAILED),
    (E.CLAIMED, frozenset({T.READY}), T.STARTING),
    (E.STARTED, frozenset({T.STARTING}), T.RUNNING),
    (E.SUCCEEDED, LIVE | {T.UNKNOWN}, T.SUCCEEDED),
    (E.FAILED, LIVE | {T.UNKNOWN}, T.FAILED),
    (E.BACKED_OFF, frozenset({T.STARTING, T.RUNNING}), T.BACKOFF),
    (E.DELAY_OVER, frozenset({T.BACKOFF}), T.WAITING),
    (E.VOIDED, LIVE, T.WAITING),
    (E.LOST, LIVE, T.UNKNOWN),
    (E.STILL_RUNNING, frozenset({T.UNKNOWN}), T.RUNNING),
    (E.KILL_ASKED, frozenset({T.STARTING, T.RUNNING}), T.KILLING),
    (E.RETRIED, frozenset({T.FAILED, T.BACKOFF}), T.WAITING),
    (E.RERUN, ENDED | {T.UNKNOWN}, T.WAITING),
    (E.SKIPPED, IDLE | {T.FAILED, T.NOT_NEEDED}, T.SKIPPED),
    (E.EXCLUDED, frozenset({T.WAITING}), T.SKIPPED),
    (E.PASSED_DRY, frozenset({T.WAITING, T.READY}), T.SKIPPED),
    (E.FORCED, IDLE | {T.FAILED, T.NOT_NEEDED, T.UNKNOWN}, T.FORCED_OK),
    (E.RULED_OUT, IDLE, T.NOT_NEEDED),
    (E.POSSIBLE_AGAIN, frozenset({T.NOT_NEEDED}), T.WAITING),
    (E.CANCELLED, IDLE | LIVE, T.CANCELLED),
)
TASK_TRANSITIONS = {(state, event): target for event, states, target in TASK_ROWS for state in states}

R, V = RunState, RunEvent

RUN_ROWS: tuple[tuple[RunEvent, frozenset[RunState], RunState], ...] = (
    (V.ORDERED, frozenset({R.PLANNED, R.MISSED}), R.WAITING),
    (V.MISSED, frozenset({R.PLANNED}), R.MISSED),
    (V.PASSED_OVER, frozenset({R.PLANNED}), R.CANCELLED),
    (V.OVERLAP_SKIPPED, frozenset({R.PLANNED}), R.CANCELLED),
    (V.STARTED, frozenset({R.WAITING, R.STALLED}), R.RUNNING),
    (V.STALLED, frozenset({R.WAITING, R.RUNNING}), R.STALLED),
    (V.WAITS_AGAIN, frozenset({R.STALLED}), R.WAITING),
    (V.MOVES_AGAIN, frozenset({R.STALLED}), R.RUNNING),
    (V.SUCCEEDED, frozenset({R.RUNNING, R.STALLED}), R.SUCCEEDED),
    (V.FAILED, frozenset({R.RUNNING, R.STALLED}), R.FAILED),
    (V.CANCELLED, frozenset({R.WAITING, R.RUNNING, R.STALLED, R.MISSED}), R.CANCELLED),
    (V.REOPENED, frozenset({R.SUCCEEDED, R.FAILED, R.CANCELLED}), R.RUNNING),
)
RUN_TRANSITIONS = {(state, event): target for event, states, target in RUN_ROWS for state in states}

A = AttemptState

ATTEMPT_ROWS: tuple[tuple[frozenset[AttemptState], AttemptState], ...] = (
    (frozenset({A.STARTING, A.UNKNOWN}), A.RUNNING),
    (ATTEMPT_LIVE | {A.UNKNOWN}, A.SUCCEEDED),
    (ATTEMPT_LIVE | {A.UNKNOWN}, A.FAILED),
    (ATTEMPT_LIVE | {A.UNKNOWN}, A.KILLED),
    (ATTEMPT_LIVE | {A.UNKNOWN}, A.TIMED_OUT),
    (ATTEMPT_LIVE | {A.UNKNOWN}, A.START_FAILED),
    (ATTEMPT_LIVE | {A.UNKNOWN}, A.CHECK_FAILED),
    (frozenset({A.STARTING}), A.VOID),
    (ATTEMPT_LIVE, A.UNKNOWN),
)
ATTEMPT_TRANSITIONS = frozenset((state, target) for states, target in ATTEMPT_ROWS for state in states)


def task_after(state: TaskState, event: TaskEvent) -> TaskState:
    """The state that follows.

    Raises:
        ImpossibleTransitionError: the table has no such pair.
    """
    try:
        return TASK_TRANSITIONS[state, event]
    except KeyError:
        raise ImpossibleTransitionError(f"a task that is {state} cannot be {event}") from None


def run_after(state: RunState, event: RunEvent) -> RunState:
    """The state that follows.

    Raises:
        ImpossibleTransitionError: the table has no such pair.
    """
    try:
        return RUN_TRANSITIONS[state, event]
    except KeyError:
        raise ImpossibleTransitionError(f"a run that is {state} cannot be {event}") from None


def attempt_after(state: AttemptState, target: AttemptState) -> AttemptState:
    """`target`, where an attempt may go there.

    Raises:
        ImpossibleTransitionError: the table has no such pair.
    """
    if (state, target) not in ATTEMPT_TRANSITIONS:
        raise ImpossibleTransitionError(f"an attempt that is {state} cannot become {target}")
    return target
