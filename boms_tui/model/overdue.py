"""Processes that something should have ordered by now for a business date, and that have no run."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias

from boms_tui.model.definition import Deadlines, Process
from boms_tui.model.facts import NotOrderedDue
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import business_date_of, cron_times, time_on
from boms_tui.model.records import Late
from boms_tui.model.timetable import Era
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start
from boms_tui.model.views import Overdue

Ordered: TypeAlias = Callable[[ProcessId, date], bool]
"""Whether a process has a run for a business date."""
_DAY = timedelta(days=1)


def overdue_on(catalogue: Catalogue, process: Process, day: date, now: datetime, ordered: Ordered) -> Overdue | None:
    """How a process is overdue for a business date; None where it is not, or where only persons order it."""
    first = _first(process.deadlines)
    if first is None or not catalogue.almanac.has(process.calendar, day):
        return None
    at = time_on(first.by, process, day)
    if now < at or ordered(process.id, day) or not _is_expected(catalogue, process, day, ordered, frozenset()):
        return None
    return Overdue(process.id, day, first.late, at, process.title)


def overdue_now(catalogue: Catalogue, now: datetime, ordered: Ordered) -> Iterator[Overdue]:
    """What is overdue of the business dates that are current now, by process."""
    for name in sorted(catalogue.processes):
        process = catalogue.processes[name]
        if _first(process.deadlines) is not None:
            found = overdue_on(catalogue, process, business_date_of(process, now), now, ordered)
            if found is not None:
                yield found


class _First(NamedTuple):
    late: Late
    by: time


def _first(deadlines: Deadlines) -> _First | None:
    """The deadline by which there has to be a run, at the latest."""
    if deadlines.start_by is not None:
        return _First(Late.START_BY, deadlines.start_by)
    return None if deadlines.finish_by is None else _First(Late.FINISH_BY, deadlines.finish_by)


def _is_expected(
    catalogue: Catalogue, process: Process, day: date, ordered: Ordered, seen: frozenset[ProcessId]
) -> bool:
    """Whether anything should order a process for a date that its calendar selects."""
    if process.id in seen or not catalogue.almanac.has(process.calendar, day):
        return False
    return any(_orders(catalogue, process, start, day, ordered, seen=seen | {process.id}) for start in process.start)


def _orders(
    catalogue: Catalogue, process: Process, start: Start, day: date, ordered: Ordered, *, seen: frozenset[ProcessId]
) -> bool:
    """Whether `start` should; of an event and of a file, nobody can say that it will not come."""
    match start:
        case CronStart(cron):
            return bool(cron_times(catalogue.almanac, process, cron, day))
        case ProcessStart(upstream):
            before = catalogue.processes.get(upstream)
            comes = before is not None and _is_expected(catalogue, before, day, ordered, seen)
            return ordered(upstream, day) or comes
        case EventStart() | FileStart():
            return True


class Lookout:
    """The coming moments at which processes should have been ordered; one of each process, kept until it has passed."""

    def __init__(self, catalogue: Catalogue, since: datetime, eras: Iterable[Era] = ()) -> None:
        """`eras` are those of the processes that were applied after `since`: before that, nobody is late."""
        self._seen = since
        self._known = Catalogue()
        self._coming: list[tuple[datetime, ProcessId, date]] = []
        self._begun = {era.process.id: era.since for era in eras if era.until is None}
        self.use(catalogue)

    def use(self, catalogue: Catalogue) -> None:
        """Follow a changed catalogue; a new deadline counts from now on."""
        before, self._known = self._known, catalogue
        moved = catalogue.calendars != before.calendars
        same = {
            process.id
            for process in catalogue.processes.values()
            if process.id in before.processes
            and _moments(before.processes[process.id]) == _moments(process)
            and not (process.calendar and moved)
        }
        self._coming = [entry for entry in self._coming if entry[1] in same]
        heapq.heapify(self._coming)
        for process in catalogue.processes.values():
            if process.id not in same and process.start:
                self._push(process, max(self._seen, self._begun.get(process.id, self._seen)))

    def next_at(self) -> datetime | None:
        return self._coming[0][0] if self._coming else None

    def due(self, now: datetime) -> Iterator[NotOrderedDue]:
        """Take those up to `now`."""
        self._seen = max(self._seen, now)
        while self._coming and self._coming[0][0] <= now:
            at, name, day = heapq.heappop(self._coming)
            self._push(self._known.processes[name], at)
            yield NotOrderedDue(name, day)

    def _push(self, process: Process, after: datetime) -> None:
        """Put down the first moment after `after`, on a date that the calendar selects."""
        first, almanac = _first(process.deadlines), self._known.almanac
        day: date | None = business_date_of(process, after) - _DAY
        while first is not None and day is not None:
            day = almanac.after(process.calendar, day)
            if day is not None and (at := time_on(first.by, process, day)) > after:
                heapq.heappush(self._coming, (at, process.id, day))
                return


def _moments(process: Process) -> tuple[object, ...]:
    return process.deadlines, bool(process.start), process.calendar, process.timezone, process.day_starts
