"""What readers are given: the console and the command line show these and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from boms_tui.model.definition import Contact, Process, Task
from boms_tui.model.ids import AttemptId, ProcessId, RunId, TaskName
from boms_tui.model.people import Lent
from boms_tui.model.records import Attempt, CheckVerdict, Late, Run, SealedEntry, TaskRun
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.wall import wall_time


class GateKind(StrEnum):
    """Everything that can keep a run or a task from starting; a closed set."""

    RUN = "run"
    START_TIME = "start-time"
    OVERLAP = "overlap"
    DEPENDENCY = "dependency"
    FILE = "file"
    EVENT = "event"
    GROUP = "group"
    WINDOW = "window"
    HOLD = "hold"
    CONFIRM = "confirm"
    APPROVAL = "approval"
    BACKOFF = "backoff"
    RIGHT = "right"
    POOL = "pool"
    SLOT = "slot"
    RESOURCE = "resource"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a start, as the scheduler evaluated it.

    `by_itself` says that a closed gate can still open without a person; `opens_at` when, where that is known.
    `name` identifies it within its run or task, for example `dependency:compute`. `impossible` says that the
    condition can no longer come true. `about` are the runs, and `RUN:TASK`, whose own standing is behind it.
    """

    kind: GateKind
    name: str
    open: bool
    detail: str
    by_itself: bool = True
    opens_at: datetime | None = None
    who_can_free: str = "operator"
    impossible: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the answer to why something does not run: a gate, or a run or task that is behind one.

    `ref` is the run or task to look at for it. `verbs` are what a person can do about it, which `advice` says in words.
    `waiting` is how many tasks of one run wait for it; `because` are the reasons behind it, and `cut` says why they are
    not told.
    """

    says: str
    ref: str = ""
    gate: Gate | None = None
    state: str = ""
    since: datetime | None = None
    opens_at: datetime | None = None
    by_itself: bool = True
    verbs: tuple[str, ...] = ()
    advice: str = ""
    waiting: int = 0
    because: tuple["Reason", ...] = ()
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a run or task does not go on. `gates` are all of its gates; those of its tasks, where it is a run under way.

    `because` is the tree of what it waits for, and `roots` are the ends of that, those first that need a person;
    `more` is how many of them are left out. `beyond` are runs that would have to be at hand to look further.
    """

    about: str
    state: str
    gates: tuple[Reason, ...] = ()
    because: tuple[Reason, ...] = ()
    roots: tuple[Reason, ...] = ()
    more: int = 0
    beyond: tuple[RunId, ...] = ()

    @property
    def is_flat(self) -> bool:
        """Whether the roots say all that the tree says."""
        return len(self.because) <= len(self.roots) and not any(reason.because for reason in self.because)


STALE_AFTER = timedelta(seconds=2)
"""Two beats of the runtime: what is younger is live, and said to be no older than this."""
DOWN_AFTER = timedelta(seconds=2.5)
"""Seen at the next look, half a second later, a runtime that stopped is down within three seconds."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The state of the runtime and of what is shown, by the store's own clock.

    `beat_at` is the leader's last sign of life; `led` is False where no runtime holds the lease. `pools` has the slots
    of each pool that the last leader served.
    """

    store_now: datetime
    sequence: int
    led: bool
    node: str
    epoch: int
    beat_at: datetime | None
    pools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One run on the board. `counts` has the number of its tasks in each state that occurs."""

    run: Run
    title: str
    counts: Mapping[TaskState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Overdue:
    """A process without a run for a business date, and its first deadline for that, which has passed."""

    process: ProcessId
    business_date: date
    late: Late
    at: datetime
    title: str = ""

    def __str__(self) -> str:
        return f"{self.process}@{self.business_date}"

    def in_words(self, zone: str, now: datetime) -> str:
        return f"nothing has ordered it by {wall_time(self.at, zone, now)}"


@dataclass(frozen=True, slots=True)
class Board:
    """What there is to see of the night: runs, and what should have a run and has none."""

    rows: tuple[BoardRow, ...] = ()
    overdue: tuple[Overdue, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process in the browser. `last` is its newest run; cron texts in `starts` are by the clocks of `timezone`."""

    id: ProcessId
    title: str
    owner: str
    revision: int
    tasks: int
    starts: tuple[str, ...]
    last: tuple[RunId, RunState] | None = None
    calendar: str = ""
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ProcessView:
    """One process with its newest runs, the newest first, and the templates under it, the nearest first.

    `next_start` is when a cron text orders it next; None where none does.
    """

    definition: Process
    revision: int
    applied_by: str
    applied_at: datetime
    source: str
    runs: tuple[BoardRow, ...] = ()
    templates: tuple[str, ...] = ()
    next_start: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a task said of itself by `::boms` lines: a meter in percent, a label; `at` is when it last did."""

    meter: int | None
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RunView:
    """One run at one moment: its definition, its tasks in that order, and the newest attempt of each.

    `held` names every object that a hold stands on or is planned for; `waits` says of each task
    that waits for something outside its run what that is; `progress` has what the tasks that run say of themselves.
    `unfit` says that whom it runs for may not have it run any more: each start needs the yes of somebody who may.
    """

    run: Run
    definition: Process
    tasks: Mapping[TaskName, TaskRun]
    attempts: Mapping[TaskName, Attempt]
    gates: tuple[Gate, ...] = ()
    held: frozenset[str] = frozenset()
    waits: Mapping[TaskName, str] = field(default_factory=dict)
    progress: Mapping[TaskName, Progress] = field(default_factory=dict)
    unfit: bool = False


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task run: why it does or does not run, what it did so far, and whom to call."""

    run: Run
    definition: Task
    task: TaskRun
    attempts: tuple[Attempt, ...]
    gates: tuple[Gate, ...]
    contacts: tuple[Contact, ...]
    instructions: str
    journal: tuple[SealedEntry, ...] = ()
    checks: tuple[CheckVerdict, ...] = ()
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """The end of what an attempt printed, as far back as it was asked for and as the store has it without a gap.

    `size` is all of it, `dropped` what the cap cut behind the first `head`; bytes. `complete` says that the store has
    all that it will ever have.
    """

    attempt: AttemptId
    tail: bytes
    size: int
    dropped: int
    at: datetime
    head: int = 0
    complete: bool = False
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some bytes of an output, without a gap, the first of them `start` bytes behind its beginning."""

    start: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act would do, if what moves then succeeds.

    `frees` are the tasks that it sets going at once, `then` those that follow them; `blocked` the ones behind its
    object that stay blocked, and by what; `went_on` runs of other processes that already used what it does again.
    """

    frees: tuple[str, ...] = ()
    blocked: tuple[tuple[str, str], ...] = ()
    went_on: tuple[str, ...] = ()
    refusal: str = ""
    then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user on the settings screen."""

    name: str
    roles: tuple[str, ...]
    disabled: bool
    must_change: bool
    locked_until: datetime | None
    created_at: datetime
    version: int
    lent: tuple[Lent, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """Which runs to read; an empty field does not narrow. `runs` names exactly those to read again."""

    dates: frozenset[date] = frozenset()
    states: frozenset[RunState] = frozenset()
    process: ProcessId | None = None
    runs: frozenset[RunId] = frozenset()
    limit: int = field(default=2_000)
