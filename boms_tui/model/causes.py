"""What orders whom, and what is waited for that only somebody outside can tell: looked up, never searched for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from boms_tui.model.condition import Dependency, EventWait, Milestone, leaves
from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.trigger import EventStart, FileStart, ProcessStart

Upstream: TypeAlias = tuple[ProcessId, TaskName | None]
"""A process, or a task of one."""


class Follower(NamedTuple):
    """A process that a start orders."""

    process: ProcessId
    start: ProcessStart


class Watched(NamedTuple):
    """A process that files start."""

    process: ProcessId
    start: FileStart


@dataclass(frozen=True, slots=True)
class Causes:
    """`followers` of each process and task; what lies `behind` each process: all that its runs order, by their ends or
    those of their tasks; of each event the processes that it orders and those that wait for it; the `milestones` that
    somebody wants to know of a task; and the files that start processes.
    """

    followers: Mapping[Upstream, Sequence[Follower]]
    behind: Mapping[ProcessId, Sequence[ProcessId]]
    ordered_by_event: Mapping[str, Sequence[ProcessId]]
    waiting_for_event: Mapping[str, Sequence[ProcessId]]
    milestones: Mapping[tuple[ProcessId, TaskName], frozenset[Milestone]]
    files: Sequence[Watched]

    def events(self) -> list[str]:
        """Every event that a definition names."""
        return sorted({*self.ordered_by_event, *self.waiting_for_event})

    def receivers(self, event: str) -> list[ProcessId]:
        return sorted({*self.ordered_by_event.get(event, ()), *self.waiting_for_event.get(event, ())})


def causes_of(processes: Iterable[Process]) -> Causes:
    followers: defaultdict[Upstream, list[Follower]] = defaultdict(list)
    behind: defaultdict[ProcessId, dict[ProcessId, None]] = defaultdict(dict)
    ordered: defaultdict[str, dict[ProcessId, None]] = defaultdict(dict)
    waiting: defaultdict[str, dict[ProcessId, None]] = defaultdict(dict)
    milestones: defaultdict[tuple[ProcessId, TaskName], set[Milestone]] = defaultdict(set)
    files: list[Watched] = []
    for process in processes:
        for start in process.start:
            match start:
                case ProcessStart():
                    followers[start.process, start.task].append(Follower(process.id, start))
                    behind[start.process][process.id] = None
                    if start.task is not None and start.milestone is not None:
                        milestones[start.process, start.task].add(start.milestone)
                case EventStart(event):
                    ordered[event][process.id] = None
                case FileStart():
                    files.append(Watched(process.id, start))
                case _:
                    pass
        for leaf in _conditions(process):
            if isinstance(leaf, EventWait):
                waiting[leaf.event][process.id] = None
            elif leaf.milestone is not None and leaf.task is not None:
                milestones[leaf.process or process.id, leaf.task].add(leaf.milestone)
    return Causes(
        followers=dict(followers),
        behind={process: tuple(names) for process, names in behind.items()},
        ordered_by_event={event: tuple(names) for event, names in ordered.items()},
        waiting_for_event={event: tuple(names) for event, names in waiting.items()},
        milestones={task: frozenset(wanted) for task, wanted in milestones.items()},
        files=files,
    )


def _conditions(process: Process) -> Iterable[Dependency | EventWait]:
    for after in (process.after, *(task.after for task in process.tasks.values())):
        for leaf in leaves(after):
            if isinstance(leaf, Dependency | EventWait):
                yield leaf
