"""What waits for a second person: a request that one person made, or the start of a task."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from boms_tui.model.ids import RequestId, attempt_id
from boms_tui.model.records import TaskRun
from boms_tui.model.verbs import RUN

LASTS = timedelta(minutes=30)
"""How long a request waits for a second person."""


class ApprovalState(StrEnum):
    """What has become of it."""

    WAITING = "waiting"
    GIVEN = "given"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person's yes or no, asked for.

    `id` is that of the request, or of the attempt that is to start (then `verb` is `run`, and it waits for as long as
    the task does). `digest` is the SHA-256 of exactly what was asked. `rule` says what wants a second person.
    """

    id: RequestId
    verb: str
    target: str
    place: str
    by: str
    session: str
    digest: str
    reason: str
    rule: str
    asked_at: datetime
    expires_at: datetime | None = None
    state: ApprovalState = ApprovalState.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether a second person may still say yes: a no to the start of a task can be overruled."""
        overruled = self.verb == RUN and self.state is ApprovalState.DENIED
        return self.state is ApprovalState.WAITING or overruled


def next_start(task: TaskRun) -> RequestId:
    """Under what name the next start of a task asks for a second person: that of the attempt it is to be."""
    return RequestId(attempt_id(task.run, task.task, task.attempts + 1))
