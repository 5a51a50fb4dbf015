"""What is read from the store to build a snapshot: durable records of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from boms_tui.model.definition import Contact, Process, Resource, Role
from boms_tui.model.ids import ProcessId
from boms_tui.model.records import Attempt, Hold, Run, TaskRun


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The definitions in force: the newest revision of each document."""

    processes: Mapping[ProcessId, Process] = field(default_factory=dict)
    revisions: Mapping[ProcessId, int] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """Runs with everything that deciding about them needs.

    `definitions` holds, by (process, revision), what each run was ordered with. `attempts` are the live and
    unknown ones. `dates` are the business dates of which every run is here. `beside` are runs that only compete with
    them: of those, `tasks` has no more than what is ready.
    """

    runs: tuple[Run, ...] = ()
    tasks: tuple[TaskRun, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    holds: tuple[Hold, ...] = ()
    definitions: Mapping[tuple[ProcessId, int], Process] = field(default_factory=dict)
    dates: frozenset[date] = frozenset()
    beside: tuple[Run, ...] = ()
