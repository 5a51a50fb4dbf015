"""What a process is, fully resolved: templates merged, defaults filled in, names checked.

These records are what a run keeps of the revision it was ordered with. `definitions/` makes them from YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from boms_tui.model.condition import Condition, FileCheck
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.states import AttemptState
from boms_tui.model.trigger import Start

_YEAR = timedelta(days=366)
RETRIABLE = (
    AttemptState.FAILED,
    AttemptState.TIMED_OUT,
    AttemptState.START_FAILED,
    AttemptState.CHECK_FAILED,
)
"""The ends of an attempt that may be tried again without a person."""


class OnFailure(StrEnum):
    """What a failed task means for its run (SEMANTICS S18)."""

    WAIT = "wait"
    FAIL = "fail"
    CONTINUE = "continue"


class OnUnknown(StrEnum):
    """What follows an attempt of which nobody can prove how it ended; `rerun` declares that twice does no harm."""

    WAIT = "wait"
    RERUN = "rerun"


class Overlap(StrEnum):
    """What a run does while an earlier run of its process is open."""

    QUEUE = "queue"
    SKIP = "skip"
    PARALLEL = "parallel"


class Missed(StrEnum):
    """What becomes of the times that come due while no runtime can order anything."""

    ASK = "ask"
    LATEST = "latest"
    ALL = "all"
    NONE = "none"


class CyclicFrom(StrEnum):
    """What the interval of a cyclic process counts from."""

    START = "start"
    END = "end"


class LockMode(StrEnum):
    """Whether others may hold the lock at the same time."""

    SHARED = "shared"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments, with `${...}` placeholders still in them; never a shell line."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str = "."
    success_codes: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True)
class Manual:
    """A question to a person; the task has no attempt."""

    prompt: str


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, after what delay and after which ends the runtime tries again by itself.

    `jitter` is the share of a delay, 0 to 1, by which it may be longer.
    """

    retries: int = 0
    delay: timedelta = timedelta(seconds=60)
    backoff: float = 1.0
    max_delay: timedelta | None = None
    jitter: float = 0.0
    on: frozenset[AttemptState] = frozenset(RETRIABLE)

    def delay_before(self, retry: int, spread: float = 0.0) -> timedelta:
        """The wait before the `retry`-th automatic retry, which counts from 1; a year at the most.

        `spread`, 0 to 1, is how much of the jitter it gets.
        """
        longest = _YEAR if self.max_delay is None else self.max_delay
        wait = min(self.delay, longest)
        for _ in range(retry - 1):
            wait = min(wait * self.backoff, longest)
        return wait * (1 + self.jitter * spread)


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of the business date, in the process's zone, within which tasks may start; may cross midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Deadlines:
    """By when a run has to start and to end, on the clocks of its business date, and how long it may take.

    They are alarms: whoever passes one is late, and goes on as before.
    """

    start_by: time | None = None
    finish_by: time | None = None
    max_duration: timedelta | None = None


@dataclass(frozen=True, slots=True)
class OutputCheck:
    """What the output must not and must hold, as RE2 patterns looked for in each line; "" asks for nothing."""

    fail_on: str = ""
    require: str = ""


BeforeCheck = FileCheck | Window
AfterCheck = FileCheck | OutputCheck


@dataclass(frozen=True, slots=True)
class Checks:
    """What must hold just before an attempt's program starts, and after it ended well.

    `retry` is the policy for an attempt that ends check-failed; None where the task's own policy serves.
    """

    before: tuple[BeforeCheck, ...] = ()
    after: tuple[AfterCheck, ...] = ()
    retry: RetryPolicy | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A name that an attempt holds from `starting` to its proven end."""

    name: str
    mode: LockMode = LockMode.EXCLUSIVE


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a process. `priority` 0..100, higher first; `output_cap` in bytes.

    `resources` has the units it holds of each while it runs. `secrets` has the reference (`env:NAME`, `file:/path`) of
    each value that it is handed by descriptor, never by argument or environment. One that is `exclude` is skipped as
    soon as its run starts; one that is `dry` waits for all its gates like any other, and then runs nothing.
    `authorised` narrows who may use a verb on it, or have it run (`run`): to those with one of these roles.
    One that is `two_person` starts, and is passed over, only with the yes of a second person.
    """

    name: TaskName
    work: Command | Manual
    title: str = ""
    after: tuple[Condition, ...] = ()
    retry: RetryPolicy = RetryPolicy()
    timeout: timedelta | None = None
    pool: str = "local"
    priority: int = 50
    confirm: bool = False
    on_failure: OnFailure = OnFailure.WAIT
    contacts: tuple[str, ...] = ()
    instructions: str = ""
    output_cap: int = 10_000_000
    on_unknown: OnUnknown = OnUnknown.WAIT
    checks: Checks = Checks()
    resources: Mapping[str, int] = field(default_factory=dict)
    locks: tuple[Lock, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    exclude: bool = False
    dry: bool = False
    authorised: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    two_person: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value a run can be ordered with. Without a default it must be given."""

    default: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cyclic:
    """Each round orders the next one, `every` so long after its start or end, `rounds` at the most for one date.

    No round starts after `until`, a time of the business date in the process's zone.
    """

    every: timedelta
    start_from: CyclicFrom = CyclicFrom.START
    until: time | None = None
    rounds: int | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A process as a run executes it. `tasks` is in topological order of the dependencies within.

    It is ordered for the dates of its `calendar`; for any date where that is "".
    """

    id: ProcessId
    tasks: Mapping[TaskName, Task]
    title: str = ""
    instructions: str = ""
    owner: str = "operator"
    calendar: str = ""
    timezone: str = "UTC"
    day_starts: time = time(0)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    start: tuple[Start, ...] = ()
    after: tuple[Condition, ...] = ()
    contacts: tuple[str, ...] = ()
    priority: int = 50
    overlap: Overlap = Overlap.QUEUE
    window: Window | None = None
    once_per_date: bool = False
    missed: Missed = Missed.ASK
    cyclic: Cyclic | None = None
    deadlines: Deadlines = Deadlines()


@dataclass(frozen=True, slots=True)
class Resource:
    """Something there is only so much of; with 0 units, nothing that needs it starts."""

    id: str
    units: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or desk. `hours` by weekday range, `then` is the ladder: who next, after how long."""

    id: str
    name: str
    phone: str = ""
    mail: str = ""
    hours: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """Where a second person has to approve: the verbs `two_person`, within `scopes`."""

    id: str
    two_person: tuple[str, ...]
    scopes: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class Role:
    """A set of rights: those of the roles it inherits, within its scopes (folder patterns)."""

    id: str
    inherits: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("*",)
