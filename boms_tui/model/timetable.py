"""The next time that each schedule orders a run, worked out once and kept until it has passed."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from boms_tui.model.definition import CronStart, Process
from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import occurrences
from boms_tui.model.records import Revision

GRACE = timedelta(seconds=60)
HORIZON = timedelta(days=5 * 366)
"""How far ahead a schedule is searched: 29 February comes within five years."""


class Timetable:
    """The coming occurrences of every cron start of a catalogue, from `since` on."""

    def __init__(self, catalogue: Catalogue, since: datetime, born: Mapping[ProcessId, datetime] | None = None) -> None:
        """`born` says when a process was first applied, where that was after `since`: it missed nothing before."""
        self._born = born or {}
        self._known: dict[ProcessId, Process] = {}
        self._coming: list[tuple[datetime, ProcessId, str]] = []
        self.use(catalogue, since)

    def use(self, catalogue: Catalogue, since: datetime) -> None:
        """Follow a changed catalogue; a new schedule counts from `since` on."""
        for process in catalogue.processes.values():
            known = self._known.get(process.id)
            if known is not None and _times(known) == _times(process):
                continue
            self._coming = [entry for entry in self._coming if entry[1] != process.id]
            for cron in crons_of(process):
                self._push(process, cron, max(since, self._born.get(process.id, since)))
        self._known = dict(catalogue.processes)
        self._coming = [entry for entry in self._coming if entry[1] in self._known]
        heapq.heapify(self._coming)

    def next_at(self) -> datetime | None:
        return self._coming[0][0] if self._coming else None

    def due(self, now: datetime) -> Iterator[OccurrenceDue]:
        """Take the occurrences up to `now`; one that is older than the grace was missed."""
        while self._coming and self._coming[0][0] <= now:
            at, process, cron = heapq.heappop(self._coming)
            self._push(self._known[process], cron, at)
            yield OccurrenceDue(process, at, missed=now - at > GRACE)

    def _push(self, process: Process, cron: str, after: datetime) -> None:
        at = next(occurrences(cron, ZoneInfo(process.timezone), after, after + HORIZON), None)
        if at is not None:
            heapq.heappush(self._coming, (at, process.id, cron))


def born_of(revisions: Iterable[Revision]) -> dict[ProcessId, datetime]:
    """When each process was first applied, of those that have not changed since."""
    return {
        ProcessId(revision.id): revision.applied_at
        for revision in revisions
        if revision.kind == "process" and revision.number == 1
    }


def crons_of(process: Process) -> tuple[str, ...]:
    """The cron expressions that order a process."""
    return tuple(start.cron for start in process.start if isinstance(start, CronStart))


def _times(process: Process) -> tuple[tuple[str, ...], str]:
    return crons_of(process), process.timezone
