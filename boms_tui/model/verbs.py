"""The verbs in one table: who may, by which key, on what, and how much confirmation it takes.

Footer, help, palette, rights, command line and documents are read from here.
"""

from dataclasses import dataclass
from enum import StrEnum

from boms_tui.model.states import ENDED, IDLE, LIVE, RUN_ENDED, RunState, TaskState


class Level(StrEnum):
    """How an act is confirmed in the console: with a reason, or by typing the object's name besides."""

    ASK = "ask"
    TYPE = "type"


class On(StrEnum):
    """What a verb acts on."""

    RUN = "run"
    TASK = "task"
    PROCESS = "process"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Verb:
    """One act. `role` is the least built-in role; `task_states` and `run_states` are where it can apply."""

    name: str
    key: str
    label: str
    role: str
    on: frozenset[On]
    level: Level = Level.ASK
    reason_required: bool = True
    task_states: frozenset[TaskState] = frozenset()
    run_states: frozenset[RunState] = frozenset()
    says: str = ""


_OPEN_RUNS = frozenset(RunState) - RUN_ENDED - {RunState.PLANNED}
_RERUNNABLE = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED, RunState.RUNNING, RunState.STALLED})
_TASK = frozenset({On.TASK})
_RUN = frozenset({On.RUN})
_BOTH = frozenset({On.RUN, On.TASK})
T = TaskState
APPROVE = "approve"

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb("order", "o", "Order", "operator", frozenset({On.PROCESS, On.RUN}), reason_required=False,
             run_states=frozenset({RunState.MISSED}),
             says="A new run, or one that was missed; its gates still apply."),
        Verb("retry", "r", "Retry", "operator", _TASK, task_states=frozenset({T.FAILED, T.BACKOFF}),
             says="A new attempt of this task."),
        Verb("skip", "s", "Skip", "operator", _TASK,
             task_states=IDLE | {T.FAILED, T.NOT_NEEDED}, says="It will not run; dependents go on."),
        Verb("force-ok", "f", "Force OK", "supervisor", _TASK, level=Level.TYPE,
             task_states=IDLE | {T.FAILED, T.NOT_NEEDED, T.UNKNOWN},
             says="Counted as succeeded by your word; dependents go on."),
        Verb("hold", "h", "Hold", "operator", frozenset({On.RUN, On.TASK, On.PROCESS}),
             task_states=frozenset(TaskState) - ENDED, run_states=_OPEN_RUNS, says="Nothing starts until released."),
        Verb("release", "u", "Release", "operator", frozenset({On.RUN, On.TASK, On.PROCESS}),
             task_states=frozenset(TaskState), run_states=frozenset(RunState), says="Lift the hold."),
        Verb("confirm", "y", "Confirm", "operator", _TASK, reason_required=False,
             task_states=frozenset({T.CONFIRM, T.WAITING, T.READY}), says="A person's yes to this task."),
        Verb("free", "U", "Free gate", "operator", _BOTH,
             task_states=frozenset({T.WAITING, T.READY, T.BACKOFF, T.NOT_NEEDED}),
             run_states=frozenset({RunState.WAITING, RunState.STALLED}), says="Lift one gate for its next start."),
        Verb("kill", "K", "Kill", "operator", _TASK, task_states=LIVE - {T.KILLING}, level=Level.TYPE,
             says="End its process tree; it counts as failed."),
        Verb("rerun", "e", "Rerun from here", "operator", _BOTH, task_states=ENDED, run_states=_RERUNNABLE,
             says="Run it and everything behind it again, in this run."),
        Verb("cancel", "X", "Cancel", "operator", _RUN, run_states=_OPEN_RUNS | {RunState.MISSED}, level=Level.TYPE,
             says="End the run: live tasks are killed, followers do not go."),
        Verb("resolve", "v", "Resolve", "supervisor", _TASK, task_states=frozenset({T.UNKNOWN}),
             says="Say what really happened to an unknown attempt."),
        Verb("event", "", "Post event", "operator", frozenset({On.NOTHING}), reason_required=False,
             says="Something happened: it starts whom it orders, and opens the gates that wait for it."),
        Verb(APPROVE, "", "Approve", "operator", frozenset({On.NOTHING}), reason_required=False,
             says="A second person's yes or no to what somebody asked for."),
        Verb("apply", "", "Apply definitions", "author", frozenset({On.NOTHING}), reason_required=False),
        Verb("users", "", "Administer users", "admin", frozenset({On.NOTHING}), reason_required=False),
    )
}  # fmt: skip
RUN = "run"
"""What a task does by itself once its gates are open: not a verb of people, but they may be wanted for it."""
APPROVABLE = tuple(verb.name for verb in VERBS.values() if verb.name != APPROVE)
"""What a policy may ask a second person for."""
PASSING = ("skip", "force-ok", "resolve")
"""What lets the dependents of a task go on without a start of it."""
NARROWED = (RUN, "order", *(verb.name for verb in VERBS.values() if On.TASK in verb.on))
"""What a task may reserve for some roles (`authorised`)."""
