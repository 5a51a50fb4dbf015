"""What is looked up again and again of one definition: who follows whom, and what lies outside."""

from dataclasses import dataclass
from itertools import filterfalse

from boms_tui.model.condition import Condition, Dependency, EventWait, FileWait, Outcome, dependencies, is_inner, leaves
from boms_tui.model.definition import OnFailure, Process
from boms_tui.model.ids import TaskName
from boms_tui.model.needs import Needs, needs_of


@dataclass(frozen=True, slots=True)
class Shape:
    """`followers` of each task within the process; `rank` its place in topological order; `inner` what it waits for
    within its process alone, and `outer` the rest; `outside` the dependencies on other processes, of the run (None) and
    of tasks, and `awaited` the files and events; `fatal` the tasks whose failure ends the run; `answering` those that
    answer a failure or an end, with what follows them; `needs` what each task takes.
    """

    followers: dict[TaskName, tuple[TaskName, ...]]
    rank: dict[TaskName, int]
    inner: dict[TaskName, tuple[Condition, ...]]
    outer: dict[TaskName, tuple[Condition, ...]]
    outside: tuple[tuple[TaskName | None, Dependency], ...]
    awaited: tuple[tuple[TaskName | None, FileWait | EventWait], ...]
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
    outside: list[tuple[TaskName | None, Dependency]] = []
    awaited: list[tuple[TaskName | None, FileWait | EventWait]] = []
    for name, after in ((None, process.after), *((task.name, task.after) for task in process.tasks.values())):
        for leaf in leaves(after):
            if not isinstance(leaf, Dependency):
                awaited.append((name, leaf))
            elif leaf.process is not None:
                outside.append((name, leaf))
            elif name is not None and leaf.task is not None:
                followers[leaf.task].append(name)
    return Shape(
        followers={name: tuple(dict.fromkeys(behind)) for name, behind in followers.items()},
        rank={name: place for place, name in enumerate(process.tasks)},
        inner={name: tuple(filter(is_inner, task.after)) for name, task in process.tasks.items()},
        outer={name: tuple(filterfalse(is_inner, task.after)) for name, task in process.tasks.items()},
        outside=tuple(outside),
        awaited=tuple(awaited),
        fatal=tuple(name for name, task in process.tasks.items() if task.on_failure is OnFailure.FAIL),
        answering=_answering(process),
        needs={name: needs_of(task) for name, task in process.tasks.items()},
    )


def _answering(process: Process) -> frozenset[TaskName]:
    found: set[TaskName] = set()
    for name, task in process.tasks.items():
        if any(one.when is not Outcome.SUCCEEDED or one.task in found for one in dependencies(task.after)):
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
