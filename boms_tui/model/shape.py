"""What is looked up again and again of one definition: who follows whom, and what lies outside."""

from dataclasses import dataclass

from boms_tui.model.definition import Dependency, OnFailure, Outcome, Process
from boms_tui.model.ids import TaskName
from boms_tui.model.needs import Needs, needs_of


@dataclass(frozen=True, slots=True)
class Shape:
    """`followers` of each task within the process; `rank` its place in topological order; `outside` the dependencies
    on other processes, of the run (None) and of tasks; `fatal` the tasks whose failure ends the run;
    `answering` those that answer a failure or an end, with what follows them; `needs` what each task takes.
    """

    followers: dict[TaskName, tuple[TaskName, ...]]
    rank: dict[TaskName, int]
    outside: tuple[tuple[TaskName | None, Dependency], ...]
    fatal: tuple[TaskName, ...]
    answering: frozenset[TaskName]
    needs: dict[TaskName, Needs]


def shape_of(process: Process) -> Shape:
    """The shape of a definition, worked out once for each; told apart by identity, since hashing costs more."""
    known = _KNOWN.get(id(process))
    if known is not None and known[0] is process:
        return known[1]
    if len(_KNOWN) >= _MOST:
        _KNOWN.clear()
    shape = _work_out(process)
    _KNOWN[id(process)] = (process, shape)
    return shape


_KNOWN: dict[int, tuple[Process, Shape]] = {}
_MOST = 4_096


def _work_out(process: Process) -> Shape:
    followers: dict[TaskName, list[TaskName]] = {name: [] for name in process.tasks}
    outside: list[tuple[TaskName | None, Dependency]] = [(None, dependency) for dependency in process.after]
    for name, task in process.tasks.items():
        for dependency in task.after:
            if dependency.process is not None:
                outside.append((name, dependency))
            elif dependency.task is not None:
                followers[dependency.task].append(name)
    return Shape(
        followers={name: tuple(dict.fromkeys(behind)) for name, behind in followers.items()},
        rank={name: place for place, name in enumerate(process.tasks)},
        outside=tuple(outside),
        fatal=tuple(name for name, task in process.tasks.items() if task.on_failure is OnFailure.FAIL),
        answering=_answering(process),
        needs={name: needs_of(task) for name, task in process.tasks.items()},
    )


def _answering(process: Process) -> frozenset[TaskName]:
    found: set[TaskName] = set()
    for name, task in process.tasks.items():
        if any(dependency.when is not Outcome.SUCCEEDED or dependency.task in found for dependency in task.after):
            found.add(name)
    return frozenset(found)


def behind(process: Process, task: TaskName) -> tuple[TaskName, ...]:
    """Every task downstream of `task` within the process, in topological order."""
    shape = shape_of(process)
    found: set[TaskName] = set()
    frontier = [task]
    while frontier:
        for follower in shape.followers[frontier.pop()]:
            if follower not in found:
                found.add(follower)
                frontier.append(follower)
    return tuple(sorted(found, key=shape.rank.__getitem__))
