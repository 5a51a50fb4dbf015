"""What documents are held against that must fit together, and how one that does not is told."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from boms_tui.model.condition import Condition, Dependency, Group, Leaf
from boms_tui.model.definition import Process
from boms_tui.model.definitions.blocks import Path
from boms_tui.model.definitions.documents import TemplateDocument
from boms_tui.model.ids import TaskName
from boms_tui.model.site import ANYWHERE, Site
from boms_tui.model.trigger import ProcessStart


@dataclass(frozen=True, slots=True)
class Known:
    """Every name there is, in documents with faults too.

    `tasks` are by process and `units` by resource, None where nobody can tell. `changed` are the processes that are
    being applied, `faulty` those of them whose order of tasks means nothing.
    """

    tasks: Mapping[str, Collection[str] | None]
    calendars: Collection[str]
    contacts: Collection[str]
    roles: Collection[str]
    units: Mapping[str, int | None]
    templates: Mapping[str, TemplateDocument]
    changed: Collection[str]
    faulty: Collection[str]
    site: Site = ANYWHERE


class Astray(NamedTuple):
    """A document that does not fit the others. The first of `paths` that was written is the place."""

    kind: str
    id: str
    paths: tuple[Path, ...]
    what: str
    hint: str = ""


def process_starts(process: Process) -> Iterator[tuple[Path, ProcessStart]]:
    """The starts that name another process, each with its path."""
    for place, start in enumerate(process.start):
        if isinstance(start, ProcessStart):
            yield ("start", place, "process"), start


def conditions(process: Process) -> Iterator[tuple[Path, TaskName | None, Leaf]]:
    """What the run (None) and its tasks wait for, those of groups one by one."""
    for path, leaf in _leaves(("after",), process.after):
        yield path, None, leaf
    for task in process.tasks.values():
        for path, leaf in _leaves(("tasks", task.name, "after"), task.after):
            yield path, task.name, leaf


def outside(process: Process) -> Iterator[tuple[Path, TaskName | None, Dependency]]:
    """The dependencies on other processes, of the run (None) and of its tasks."""
    for path, task, leaf in conditions(process):
        if isinstance(leaf, Dependency) and leaf.process is not None:
            yield path, task, leaf


def _leaves(path: tuple[str | int, ...], entries: tuple[Condition, ...]) -> Iterator[tuple[Path, Leaf]]:
    for place, entry in enumerate(entries):
        if isinstance(entry, Group):
            yield from _leaves((*path, place, "all" if entry.every else "any"), entry.of)
        else:
            yield (*path, place), entry
