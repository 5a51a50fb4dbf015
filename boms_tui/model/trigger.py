"""What orders runs: the entries of `start`, as processes keep them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from boms_tui.model.condition import FileCheck, Milestone, Outcome
from boms_tui.model.ids import ProcessId, TaskName


@dataclass(frozen=True, slots=True)
class CronStart:
    """Orders a run at each time that the five-field expression names, in the process's zone."""

    cron: str

    def __str__(self) -> str:
        return f"cron {self.cron}"


@dataclass(frozen=True, slots=True)
class ProcessStart:
    """Orders a run for the same business date when a run of `process`, or its `task`, ends so or says so much."""

    process: ProcessId
    task: TaskName | None = None
    when: Outcome = Outcome.SUCCEEDED
    milestone: Milestone | None = None

    def __str__(self) -> str:
        where = f"{self.process}:{self.task}" if self.task else self.process
        what = str(self.milestone) if self.milestone else "" if self.when is Outcome.SUCCEEDED else self.when.value
        return " ".join(filter(None, ("process", where, what)))


@dataclass(frozen=True, slots=True)
class EventStart:
    """Orders a run when the event is posted, for the event's business date."""

    event: str

    def __str__(self) -> str:
        return f"event {self.event}"


@dataclass(frozen=True, slots=True)
class FileStart:
    """Orders a run for each file that comes, for the date in its path or else for the current one.

    A file that a run was ordered for is moved to the folder `move_to`, or has `mark` added to its name, or stays.
    """

    check: FileCheck
    move_to: str = ""
    mark: str = ""

    def __str__(self) -> str:
        return f"file {self.check.path}"

    @property
    def takes_away(self) -> bool:
        return bool(self.move_to or self.mark)


Start: TypeAlias = CronStart | ProcessStart | EventStart | FileStart


def upstream(starts: tuple[Start, ...]) -> Iterator[ProcessStart]:
    return (start for start in starts if isinstance(start, ProcessStart))
