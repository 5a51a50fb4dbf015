"""Definitions that can never start: their calendar, their times and their causes never come together."""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta

from boms_tui.model.cron import cron_of
from boms_tui.model.definition import Process, Window
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import cron_times, day_begins, hours_of, next_time
from boms_tui.model.prospects import Prospect
from boms_tui.model.trigger import CronStart, ProcessStart, Start

AHEAD = timedelta(days=2 * 366)
"""How far one looks: what does not come within two years never comes."""
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def never(catalogue: Catalogue, since: date) -> tuple[Prospect, ...]:
    """The processes that nothing can order from `since` on, and of others the causes that never come; by process.

    What only a person orders is none of them.
    """
    return tuple(_Search(catalogue, since).prospects())


class _Search:
    """Each calendar is asked about each cron text once, however many processes share them."""

    def __init__(self, catalogue: Catalogue, since: date) -> None:
        self._catalogue = catalogue
        self._since = since
        self._until = since + AHEAD
        self._dates: dict[str, list[date]] = {}
        self._likely: dict[tuple[str, str, time], bool] = {}
        self._comes: dict[tuple[str, str, str, time], bool] = {}
        self._meets: dict[tuple[str, str, str, time, Window], bool] = {}

    def prospects(self) -> Iterator[Prospect]:
        dead = self._dead()
        for name, process in sorted(self._catalogue.processes.items()):
            if name in dead:
                yield Prospect(name, f"can never start: {dead[name]}")
                continue
            for start in process.start:
                if why := self._why_never(process, start, dead):
                    yield Prospect(name, f"never starts by {start}: {why}")

    def _dead(self) -> Mapping[ProcessId, str]:
        """The processes that nothing can order, and why; those are among them that only such processes order."""
        dead: dict[ProcessId, str] = {}
        todo = list(self._catalogue.processes.values())
        while todo:
            process = todo.pop()
            if process.id not in dead and (why := self._why_dead(process, dead)):
                dead[process.id] = why
                todo += self._followers(process)
        return dead

    def _followers(self, process: Process) -> Iterator[Process]:
        for task in (None, *process.tasks):
            for follower, _ in self._catalogue.causes.followers.get((process.id, task), ()):
                yield self._catalogue.processes[follower]

    def _why_dead(self, process: Process, dead: Mapping[ProcessId, str]) -> str:
        if not self._selected(process.calendar):
            return f"calendar {process.calendar} selects no date before {self._until}"
        reasons = [f"{start}: {why}" for start in process.start if (why := self._why_never(process, start, dead))]
        return "; ".join(reasons) if reasons and len(reasons) == len(process.start) else ""

    def _why_never(self, process: Process, start: Start, dead: Mapping[ProcessId, str]) -> str:
        """Why one cause of a process never comes; "" where it may."""
        match start:
            case CronStart(cron) if not self._has_a_time(process, cron):
                of = f" of a date of calendar {process.calendar}" if process.calendar else ""
                return f"it names no time{of} before {self._until}"
            case CronStart(cron) if process.window is not None and not self._is_in_time(process, cron, process.window):
                return f"the window, {process.window.start:%H:%M} to {process.window.end:%H:%M}, has passed by then"
            case ProcessStart(upstream) if upstream in dead:
                return f"{upstream} can never start"
        return ""

    def _has_a_time(self, process: Process, cron: str) -> bool:
        """Whether a cron text names a time of any business date."""
        about = (process.calendar, cron, process.day_starts)
        if about not in self._likely:
            self._likely[about] = self._is_likely(*about)
        if self._likely[about]:
            return True
        key = (process.calendar, cron, process.timezone, process.day_starts)
        if key not in self._comes:
            almanac, begin = self._catalogue.almanac, day_begins(process, self._since) - _TICK
            self._comes[key] = next_time(almanac, process, cron, begin, AHEAD) is not None
        return self._comes[key]

    def _is_likely(self, calendar: str, cron: str, day_starts: time) -> bool:
        """The same by the wall's dates alone: a yes is right, a no has to be proved, since clocks change."""
        named = cron_of(cron)
        early, late = min(named.times) < day_starts, max(named.times) >= day_starts
        return any((late and named.has(day)) or (early and named.has(day + _DAY)) for day in self._selected(calendar))

    def _is_in_time(self, process: Process, cron: str, window: Window) -> bool:
        """Whether any time of a cron text comes before the window of its business date has closed."""
        key = (process.calendar, cron, process.timezone, process.day_starts, window)
        if key not in self._meets:
            self._meets[key] = any(
                at < hours_of(window, process, day).closes
                for day in self._selected(process.calendar)
                for at in cron_times(self._catalogue.almanac, process, cron, day)
            )
        return self._meets[key]

    def _selected(self, calendar: str) -> list[date]:
        """The dates of a calendar within the time looked at."""
        if calendar not in self._dates:
            days = self._catalogue.almanac.days(calendar)
            years = range(self._since.year, self._until.year + 1)
            found = (day for year in years for day in days.of(year))
            self._dates[calendar] = sorted(day for day in found if self._since <= day < self._until)
        return self._dates[calendar]
