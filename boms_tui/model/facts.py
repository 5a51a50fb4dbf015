"""What the runtime tells `decide`: everything that can happen to a night."""

from dataclasses import dataclass
from datetime import date as calendar_date
from datetime import datetime
from enum import StrEnum

from boms_tui.model.checks import FileSeen, NotSeen
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, TaskName
from boms_tui.model.people import Session
from boms_tui.model.records import CheckVerdict
from boms_tui.model.request import Request
from boms_tui.model.trigger import FileStart


class How(StrEnum):
    """How an attempt ended, as its shim recorded it."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMEOUT = "timeout"
    KILLED = "killed"
    START_FAILED = "start-failed"
    CHECK_FAILED = "check-failed"


@dataclass(frozen=True, slots=True)
class Started:
    """The shim's word that the program runs."""

    attempt: AttemptId
    pid: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Exited:
    """The end of an attempt: its exit record with what the checks after it found, or the check that kept it from
    starting. `text` explains a failed start. `remain` is how many of its processes outlived it.
    """

    attempt: AttemptId
    how: How
    code: int | None
    signal: int | None
    ended_at: datetime
    text: str = ""
    output_bytes: int = 0
    output_dropped: int = 0
    pid: int | None = None
    started_at: datetime | None = None
    remain: int = 0
    checks: tuple[CheckVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks before an attempt found, where all of them passed."""

    attempt: AttemptId
    checks: tuple[CheckVerdict, ...]


@dataclass(frozen=True, slots=True)
class Strayed:
    """The store is older than what this node has seen of it (RELIABILITY.md section 2.6). `found` are the attempts of
    the spool that it does not know, each with what the spool proves of it.
    """

    why: str
    found: tuple[tuple[AttemptId, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Voided:
    """Proof that an attempt never ran."""

    attempt: AttemptId
    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An attempt that may have run, and nobody can prove how it ended."""

    attempt: AttemptId
    evidence: str


@dataclass(frozen=True, slots=True)
class Unproved:
    """A request that nobody can be held to: its bytes, its session or its signature are wrong. `code` says which."""

    request: RequestId
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that its session's key has signed.

    It may bring along a password, as `secret_hash` or as what makes it too weak, the texts of definitions, or
    the request that it approves (`about`) and who wrote what that would run.
    """

    request: Request
    session: Session
    secret_hash: str = ""
    too_weak: str = ""
    documents: tuple[str, ...] = ()
    about: "Asked | None" = None
    authors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ApprovalDue:
    """The end of the time that a request waits for a second person."""

    id: RequestId


@dataclass(frozen=True, slots=True)
class OccurrenceDue:
    """A time at which the timetable orders a run; `missed` when it passed while nothing could order it.

    `superseded` says that a later time of the process was missed as well.
    """

    process: ProcessId
    at: datetime
    missed: bool = False
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class TaskDue:
    """A backoff that may be over."""

    run: RunId
    task: TaskName


@dataclass(frozen=True, slots=True)
class HoldDue:
    """A hold that may have begun or expired."""

    hold: str


@dataclass(frozen=True, slots=True)
class RunDue:
    """A start time that may have come."""

    run: RunId


@dataclass(frozen=True, slots=True)
class GateDue:
    """A gate of a run that time may have opened or closed."""

    run: RunId


@dataclass(frozen=True, slots=True)
class Said:
    """What an attempt has said of itself by now: a meter in percent, a label."""

    attempt: AttemptId
    meter: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Sighted:
    """What there is to see of a file that runs wait for, when that has changed."""

    place: str
    seen: FileSeen | NotSeen


@dataclass(frozen=True, slots=True)
class LookedAway:
    """Nobody looks at files now: what was seen of them is of another leader's time."""


@dataclass(frozen=True, slots=True)
class FileCame:
    """A file as `start` of a process waits for it; `path` as the pattern has it, `date` that in it.

    `came` is when it came to lie there: told again by whoever leads next, it is still that.
    """

    process: ProcessId
    start: FileStart
    path: str
    size: int
    changed: datetime
    came: datetime
    date: calendar_date | None = None


@dataclass(frozen=True, slots=True)
class DeadlineDue:
    """A deadline that a run may have passed."""

    run: RunId


@dataclass(frozen=True, slots=True)
class ForecastDue:
    """A run whose end may have to be foretold anew."""

    run: RunId


@dataclass(frozen=True, slots=True)
class NotOrderedDue:
    """A deadline by which something should have ordered a process for a business date."""

    process: ProcessId
    business_date: calendar_date

    @property
    def about(self) -> str:
        """What the journal calls it."""
        return f"{self.process}@{self.business_date}"


@dataclass(frozen=True, slots=True)
class TookOver:
    """A new leader: every open run is looked at again, and kills that were asked for are asked again."""


Fact = (
    TookOver | Strayed | Unproved | Started | Checked | Exited | Voided | Lost | Asked
    | OccurrenceDue | TaskDue | HoldDue | RunDue | GateDue | Said | Sighted | LookedAway | FileCame
    | DeadlineDue | ForecastDue | NotOrderedDue | ApprovalDue
)  # fmt: skip
