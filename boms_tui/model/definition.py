"""What a process is, fully resolved: templates merged, defaults filled in, names checked.

These records are what a run keeps of the revision it was ordered with. `definitions/` makes them from YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as calendar_date
from datetime import time, timedelta
from enum import StrEnum

from boms_tui.model.ids import ProcessId, TaskName

_YEAR = timedelta(days=366)


class Outcome(StrEnum):
    """How a predecessor must have ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    FINISHED = "finished"


class RelativeDate(StrEnum):
    """Which business date of another process a dependency reads."""

    SAME = "same"
    PREVIOUS = "previous"


class OnFailure(StrEnum):
    """What a failed task means for its run (SEMANTICS S18)."""

    WAIT = "wait"
    FAIL = "fail"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of `after`: a task of this process, another process, or a task of another process."""

    when: Outcome = Outcome.SUCCEEDED
    process: ProcessId | None = None
    task: TaskName | None = None
    date: RelativeDate | calendar_date = RelativeDate.SAME
    if_planned: bool = False

    def __str__(self) -> str:
        where = f"{self.process}:{self.task}" if self.process and self.task else self.process or self.task or ""
        when = "" if self.when is Outcome.SUCCEEDED else f" {self.when.value}"
        on = "" if self.date is RelativeDate.SAME else f" ({self.date})"
        return f"{where}{when}{on}"


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
    """How often and after what delay the runtime tries again by itself."""

    retries: int = 0
    delay: timedelta = timedelta(seconds=60)
    backoff: float = 1.0
    max_delay: timedelta | None = None

    def delay_before(self, retry: int) -> timedelta:
        """The wait before the `retry`-th automatic retry, which counts from 1; a year at the most."""
        longest = _YEAR if self.max_delay is None else self.max_delay
        wait = min(self.delay, longest)
        for _ in range(retry - 1):
            wait = min(wait * self.backoff, longest)
        return wait


@dataclass(frozen=True, slots=True)
class Task:
    """One step of a process. `priority` 0..100, higher first; `output_cap` in bytes."""

    name: TaskName
    work: Command | Manual
    title: str = ""
    after: tuple[Dependency, ...] = ()
    retry: RetryPolicy = RetryPolicy()
    timeout: timedelta | None = None
    pool: str = "local"
    priority: int = 50
    confirm: bool = False
    on_failure: OnFailure = OnFailure.WAIT
    contacts: tuple[str, ...] = ()
    instructions: str = ""
    output_cap: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value a run can be ordered with. Without a default it must be given."""

    default: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CronStart:
    """Orders a run at each time that the five-field expression names, in the process's zone."""

    cron: str


@dataclass(frozen=True, slots=True)
class ProcessStart:
    """Orders a run when a run of `process` succeeds, for the same business date."""

    process: ProcessId


@dataclass(frozen=True, slots=True)
class Process:
    """A process as a run executes it. `tasks` is in topological order of the dependencies within."""

    id: ProcessId
    tasks: Mapping[TaskName, Task]
    title: str = ""
    instructions: str = ""
    owner: str = "operator"
    timezone: str = "UTC"
    day_starts: time = time(0)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    start: tuple[CronStart | ProcessStart, ...] = ()
    after: tuple[Dependency, ...] = ()
    contacts: tuple[str, ...] = ()
    priority: int = 50


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
class Role:
    """A set of rights: those of the roles it inherits, within its scopes (folder patterns)."""

    id: str
    inherits: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("*",)
