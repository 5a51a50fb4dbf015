"""What is read from the store to build a snapshot: durable records of one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from boms_tui.model.almanac import EVERY_DAY, Almanac
from boms_tui.model.calendar import Calendar
from boms_tui.model.causes import Causes, causes_of
from boms_tui.model.condition import Dependency, RelativeDate, dependencies
from boms_tui.model.definition import Contact, Policy, Process, Resource, Role
from boms_tui.model.ids import ProcessId
from boms_tui.model.records import Attempt, Event, Hold, Run, Sighting, TaskRun

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Catalogue:
    """The definitions in force: the newest revision of each document."""

    processes: Mapping[ProcessId, Process] = field(default_factory=dict)
    revisions: Mapping[ProcessId, int] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)

    @cached_property
    def causes(self) -> Causes:
        """What orders whom."""
        return causes_of(self.processes.values())

    @cached_property
    def almanac(self) -> Almanac:
        """Which dates its calendars select."""
        return Almanac(self.calendars)

    @cached_property
    def elsewhere(self) -> tuple[Dependency, ...]:
        """One dependency for each way in which anybody reads other dates than their own."""
        found: dict[tuple[object, ...], Dependency] = {}
        for process in self.processes.values():
            for after in (process.after, *(task.after for task in process.tasks.values())):
                for one in dependencies(after):
                    if one.process is not None and one.date is not RelativeDate.SAME:
                        found.setdefault((self._calendar_read(one), one.date, one.within), one)
        return tuple(found.values())

    @cached_property
    def looked_back_on(self) -> Mapping[ProcessId, timedelta]:
        """The processes of which a young end counts, whatever its date, and how old it may be at the most."""
        return longest_look_backs(
            one
            for process in self.processes.values()
            for after in (process.after, *(task.after for task in process.tasks.values()))
            for one in dependencies(after)
        )

    def date_read(self, dependency: Dependency, own: date) -> date | None:
        """The business date that a run of `own` reads of the other process; `previous` is by its calendar.

        None where it reads the newest run, of whatever date.
        """
        match dependency.date:
            case RelativeDate.SAME:
                return own
            case RelativeDate.PREVIOUS:
                return self.almanac.before(self._calendar_read(dependency), own)
            case RelativeDate.NEWEST:
                return None
            case day:
                return day

    def dates_reading(self, dependency: Dependency, day: date) -> tuple[date, ...]:
        """The business dates whose runs read `day`; of those that read one fixed date, the days around it."""
        if dependency.date is RelativeDate.SAME:
            return (day,)
        if dependency.date is RelativeDate.NEWEST:
            return (day, day + DAY)
        following = self.almanac.after(self._calendar_read(dependency), day) or day + DAY
        dates = [day + DAY * number for number in range((following - day).days + 1)]
        return tuple(own for own in dates if self.date_read(dependency, own) == day)

    def _calendar_read(self, dependency: Dependency) -> str:
        known = self.processes.get(dependency.process) if dependency.process is not None else None
        return EVERY_DAY if known is None else known.calendar


def longest_look_backs(read: Iterable[Dependency]) -> dict[ProcessId, timedelta]:
    """The processes of which some dependency reads the newest run, and how old its end may be at the most."""
    found: dict[ProcessId, timedelta] = {}
    for one in read:
        if one.process is not None and one.within is not None and one.date is RelativeDate.NEWEST:
            found[one.process] = max(one.within, found.get(one.process, one.within))
    return found


@dataclass(frozen=True, slots=True)
class Picture:
    """Runs with everything that deciding about them needs.

    `definitions` holds, by (process, revision), what each run was ordered with. `attempts` are the live and
    unknown ones. `dates` are the business dates of which every run is here. `beside` are runs that only compete with
    them: of those, `tasks` has no more than what is ready. `used` are causes whose runs need not be here.
    """

    runs: tuple[Run, ...] = ()
    tasks: tuple[TaskRun, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    holds: tuple[Hold, ...] = ()
    definitions: Mapping[tuple[ProcessId, int], Process] = field(default_factory=dict)
    dates: frozenset[date] = frozenset()
    beside: tuple[Run, ...] = ()
    events: tuple[Event, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    used: frozenset[tuple[ProcessId, str]] = frozenset()

    def joined(self, other: "Picture") -> "Picture":
        """This, and what another has besides; a run that both have stays as it is here."""
        known = {run.id for run in self.runs}
        new = {run.id for run in other.runs} - known
        beside = {run.id: run for run in (*other.beside, *self.beside) if run.id not in known | new}
        stay = {run.id for run in self.beside} - new
        return Picture(
            runs=(*self.runs, *(run for run in other.runs if run.id in new)),
            tasks=(
                *(task for task in self.tasks if task.run not in new),
                *(task for task in other.tasks if task.run not in known | stay),
            ),
            attempts=tuple({one.id: one for one in (*other.attempts, *self.attempts)}.values()),
            holds=tuple({one.id: one for one in (*other.holds, *self.holds)}.values()),
            definitions={**other.definitions, **self.definitions},
            dates=self.dates | other.dates,
            beside=tuple(beside.values()),
            events=(*other.events, *self.events),
            sightings=(*other.sightings, *self.sightings),
            used=self.used | other.used,
        )
