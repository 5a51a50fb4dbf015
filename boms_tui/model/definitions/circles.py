"""Processes that wait for each other in a circle, to the task: only edges of the same business date count."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePosixPath

from boms_tui.model import graph
from boms_tui.model.condition import EventWait, RelativeDate, inside
from boms_tui.model.definition import Command, Process
from boms_tui.model.definitions.blocks import Path
from boms_tui.model.definitions.rules import loop_text
from boms_tui.model.definitions.together import Astray, Known, conditions, outside, process_starts
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.trigger import EventStart

# A node is a task `process:task`, or the begin `process<` or end `process>` of a run.


def circles(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    sound = [process for process in catalogue.processes.values() if process.id not in known.faulty]
    posters = _posters(sound)
    needs = {process.id: list(_upstream(process, posters)) for process in sound}
    for tangle in graph.tangles(needs):
        yield from _circles_in([catalogue.processes[name] for name in tangle], posters, known)


Posters = dict[str, list[tuple[ProcessId, TaskName]]]
"""Of each event the tasks that post it, as far as their command says so: `boms event NAME`."""


def _posters(processes: Iterable[Process]) -> Posters:
    found: Posters = {}
    for process in processes:
        for task in process.tasks.values():
            argv = task.work.argv if isinstance(task.work, Command) else ()
            if len(argv) > 2 and PurePosixPath(argv[0]).name == "boms" and argv[1] == "event":
                found.setdefault(argv[2], []).append((process.id, task.name))
    return found


def _circles_in(processes: list[Process], posters: Posters, known: Known) -> Iterator[Astray]:
    needs = {node: before for process in processes for node, before in _nodes(process, posters).items()}
    written = {
        (node, need): (process.id, path) for process in processes for path, node, need in _edges(process, posters)
    }
    for cycle in graph.cycles(needs):
        steps = [written[step] for step in zip(cycle, (*cycle[1:], cycle[0]), strict=True) if step in written]
        name, path = next((step for step in steps if step[0] in known.changed), steps[0])
        yield Astray("process", name, (path,), loop_text(_names_in(cycle)))


def _nodes(process: Process, posters: Posters) -> dict[str, list[str]]:
    """What each node of a process needs: a task its begin, the end all tasks, and what they wait for."""
    begin, end = f"{process.id}<", f"{process.id}>"
    needs: dict[str, list[str]] = {begin: []}
    for task in process.tasks.values():
        own = [f"{process.id}:{need}" for need, _ in inside(task.after)]
        needs[f"{process.id}:{task.name}"] = [begin, *own]
    needs[end] = [begin, *(node for node in needs if node != begin)]
    for _, node, need in _edges(process, posters):
        needs[node].append(need)
    return needs


def _edges(process: Process, posters: Posters) -> Iterator[tuple[Path, str, str]]:
    """Where a process waits for another on the same date: path, its node, the other's node."""
    begin = f"{process.id}<"
    for path, start in process_starts(process):
        yield path, begin, f"{start.process}:{start.task}" if start.task else f"{start.process}>"
    for path, task, dependency in outside(process):
        if dependency.date is RelativeDate.SAME:
            other = f"{dependency.process}:{dependency.task}" if dependency.task else f"{dependency.process}>"
            yield path, begin if task is None else f"{process.id}:{task}", other
    for path, node, event in _events(process):
        for poster, task in posters.get(event, ()):
            yield path, node, f"{poster}:{task}"


def _events(process: Process) -> Iterator[tuple[Path, str, str]]:
    """Where a process waits for an event: path, its node, the event."""
    for place, start in enumerate(process.start):
        if isinstance(start, EventStart):
            yield ("start", place, "event"), f"{process.id}<", start.event
    for path, task, leaf in conditions(process):
        if isinstance(leaf, EventWait):
            yield path, f"{process.id}<" if task is None else f"{process.id}:{task}", leaf.event


def _upstream(process: Process, posters: Posters) -> Iterator[ProcessId]:
    """The processes that one waits for; itself where a task of it waits, by an event, for another."""
    for _, _, node in _edges(process, posters):
        yield ProcessId(node.partition(":")[0].rstrip("<>"))


def _names_in(cycle: Iterable[str]) -> list[str]:
    """The processes and tasks that a cycle goes through, each named once as it comes by."""
    names = [name for name, _ in groupby(node.rstrip("<>") for node in cycle)]
    return names[:-1] if len(names) > 1 and names[0] == names[-1] else names
