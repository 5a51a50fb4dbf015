"""What every verb is handed: who asks for what, on which object, found and checked."""

from dataclasses import dataclass
from enum import StrEnum

from boms_tui.model.facts import Asked
from boms_tui.model.records import Run, TaskRun


class Code(StrEnum):
    """Why a request was not applied; a closed set."""

    BAD_REQUEST = "bad-request"
    BAD_SIGNATURE = "bad-signature"
    NO_SESSION = "no-session"
    SESSION_ENDED = "session-ended"
    REPLAYED = "replayed"
    OTHER_DEPLOYMENT = "other-deployment"
    EXPIRED = "expired"
    UNKNOWN_VERB = "unknown-verb"
    NOT_FOUND = "not-found"
    NOT_AUTHORISED = "not-authorised"
    REASON_REQUIRED = "reason-required"
    BAD_PARAMETER = "bad-parameter"
    NOT_PLANNED = "not-planned"
    WRONG_STATE = "wrong-state"
    STALE = "stale"
    INTERNAL = "internal"
    DENIED = "denied"
    INVALID = "invalid-definition"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is not done: a code for scripts, a sentence for people."""

    code: Code
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """An allowed request, with the objects it is about. `by` is the person."""

    asked: Asked
    by: str
    process: str = ""
    run: Run | None = None
    task: TaskRun | None = None

    @property
    def place(self) -> str:
        """Where it acts, as rights see it: a process, or `PROCESS:TASK`."""
        return self.process if self.task is None else f"{self.process}:{self.task.task}"

    @property
    def reason(self) -> str:
        return self.asked.request.reason

    def parameter(self, name: str, default: str = "") -> str:
        return self.asked.request.parameters.get(name, default)

    def yes(self, name: str) -> bool:
        return self.parameter(name) == "yes"

    def the_run(self) -> Run:
        """The run, of a verb that acts on runs or tasks."""
        if self.run is None:
            raise AssertionError(f"{self.asked.request.verb} was handed no run")
        return self.run

    def the_task(self) -> TaskRun:
        """The task run, of a verb that acts on tasks."""
        if self.task is None:
            raise AssertionError(f"{self.asked.request.verb} was handed no task")
        return self.task
