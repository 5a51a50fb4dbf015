"""The next time that each schedule orders a run, worked out once and kept until it has passed."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from boms_tui.model.almanac import Almanac
from boms_tui.model.definition import Process
from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import next_time
from boms_tui.model.trigger import CronStart

GRACE = timedelta(seconds=60)
_PAST = ""
"""Stands where the cron text does, for a schedule that is no longer in force."""


@dataclass(frozen=True, slots=True)
class Era:
    """How long a definition of a process was in force; `until` is None for the one that still is."""

    process: Process
    since: datetime
    until: datetime | None


class Timetable:
    """The coming occurrences of every cron start of a catalogue, from `since` on."""

    def __init__(self, catalogue: Catalogue, since: datetime, eras: Iterable[Era] = ()) -> None:
        """`eras` are those of the processes that were applied after `since`: nobody misses what was not in force."""
        self._seen = since
        self._known = Catalogue()
        self._coming: list[tuple[datetime, ProcessId, str]] = []
        self._begun: dict[ProcessId, datetime] = {}
        for era in eras:
            if era.until is None:
                self._begun[era.process.id] = era.since
            else:
                self._coming.extend(_within(catalogue.almanac, era, since, era.until))
        self.use(catalogue, since)

    def use(self, catalogue: Catalogue, now: datetime) -> None:
        """Follow a changed catalogue; a new schedule counts from where the old one was last looked at.

        That may be to come where the clock was set back: a process that is new counts from `now`.
        """
        before, self._known = self._known, catalogue
        moved = catalogue.calendars != before.calendars
        same = {
            process.id
            for process in catalogue.processes.values()
            if process.id in before.processes
            and _times(before.processes[process.id]) == _times(process)
            and not (process.calendar and moved)
        }
        self._coming = [entry for entry in self._coming if entry[1] in same or entry[2] == _PAST]
        heapq.heapify(self._coming)
        for process in catalogue.processes.values():
            seen = self._seen if process.id in before.processes else min(self._seen, now)
            for cron in crons_of(process) if process.id not in same else ():
                self._push(process, cron, max(seen, self._begun.get(process.id, seen)))

    def next_at(self) -> datetime | None:
        return self._coming[0][0] if self._coming else None

    def due(self, now: datetime) -> Iterator[OccurrenceDue]:
        """Take the occurrences up to `now`; one that is older than the grace was missed."""
        self._seen = max(self._seen, now)
        taken = list(self._take(now))
        last = {process: at for process, at in taken if now - at > GRACE}
        for process, at in taken:
            missed = now - at > GRACE
            yield OccurrenceDue(process, at, missed, superseded=missed and at < last[process])

    def _take(self, now: datetime) -> Iterator[tuple[ProcessId, datetime]]:
        while self._coming and self._coming[0][0] <= now:
            at, process, cron = heapq.heappop(self._coming)
            if cron != _PAST:
                self._push(self._known.processes[process], cron, at)
            yield process, at

    def _push(self, process: Process, cron: str, after: datetime) -> None:
        at = next_time(self._known.almanac, process, cron, after)
        if at is not None:
            heapq.heappush(self._coming, (at, process.id, cron))


def eras_of(applied: Iterable[tuple[datetime, Process]]) -> Iterator[Era]:
    """How long each of these definitions was in force; those of one process stand one after the other."""
    for (since, process), (until, following) in pairwise((*applied, (None, None))):
        if since is not None and process is not None:
            same = following is not None and following.id == process.id
            yield Era(process, since, until if same else None)


def _within(almanac: Almanac, era: Era, since: datetime, until: datetime) -> Iterator[tuple[datetime, ProcessId, str]]:
    """What an era that is over would have ordered after `since`."""
    for cron in crons_of(era.process):
        at = next_time(almanac, era.process, cron, max(since, era.since))
        while at is not None and at <= until:
            yield at, era.process.id, _PAST
            at = next_time(almanac, era.process, cron, at)


def crons_of(process: Process) -> tuple[str, ...]:
    """The cron expressions that order a process."""
    return tuple(start.cron for start in process.start if isinstance(start, CronStart))


def _times(process: Process) -> tuple[tuple[str, ...], str, str, time]:
    return crons_of(process), process.calendar, process.timezone, process.day_starts
