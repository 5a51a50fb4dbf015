"""When runs are ordered: business dates, cron times across DST, and the plan of a day.

All of it is a function of definitions and dates; nothing here knows what time it is.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from boms_tui.model.definition import CronStart, Process, ProcessStart
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue

MOST_A_DAY = 10_000
"""Orders of one process for one date: more are cut, since processes that order each other can multiply."""
_DAY = timedelta(days=1)
_LEAP_YEAR = 2000
_LONGEST_WAIT = 9
"""Years: 29 February comes at least that often."""
_TICK = timedelta(microseconds=1)
_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat"
_MEANINGS = (
    "minute (0-59)", "hour (0-23)", "day of the month (1-31)", "month (1-12)", "day of the week (0-7)",
)  # fmt: skip
_FIELD = re.compile(rf"([0-9*?/,#LW-]|{_NAMES}){{1,100}}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Planned:
    """One run that the definitions order.

    `at` is its time where it has one; a run ordered by another process comes when that succeeds, and never before
    `earliest`.
    """

    process: ProcessId
    business_date: date
    at: datetime | None
    cause: str
    earliest: datetime


@dataclass(frozen=True, slots=True)
class Excluded:
    """A process that nothing orders, and why."""

    process: ProcessId
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A business date: what will be ordered, by time, and what will not."""

    planned: tuple[Planned, ...]
    excluded: tuple[Excluded, ...]


def business_date_of(process: Process, instant: datetime) -> date:
    """The business date that `instant` belongs to: the newest whose day has begun in the process's zone."""
    zone = ZoneInfo(process.timezone)
    around = instant.astimezone(zone).date()
    # Clocks that go back across midnight make a wall date return: the day that has begun stays.
    return next(day for day in (around + _DAY, around, around - _DAY) if _day_begins(process, day) <= instant)


def cron_times(process: Process, cron: str, business_date: date) -> tuple[datetime, ...]:
    """The instants that five-field `cron` names on a business date of `process`."""
    return _cron_times(cron, process.timezone, process.day_starts, business_date)


def occurrences(cron: str, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """The UTC instants in (after, until] that five-field `cron` names on the wall clock of `zone`.

    A wall time that exists twice counts the first time; one that does not exist counts at the first moment after the
    gap, together with all others that fell into it.
    """
    from croniter import CroniterBadDateError, croniter

    wall = after.astimezone(zone).replace(tzinfo=None, microsecond=0)
    times = croniter(cron, wall, ret_type=datetime, max_years_between_matches=_LONGEST_WAIT)
    last = after
    while True:
        try:
            at = instant_of(times.get_next(), zone)
        except CroniterBadDateError:
            return
        if at > until:
            return
        if at > last:
            last = at
            yield at


@lru_cache(maxsize=4_096)
def bad_cron(text: str) -> str:
    """What is wrong with a cron text; "" where nothing is."""
    from croniter import CroniterError, croniter

    fields = text.split()
    if len(fields) != 5:
        return f"{len(fields)} fields instead of 5"
    wrong = next((field for field in fields if not _FIELD.fullmatch(field)), None)
    if wrong is not None:
        return f"{wrong} cannot be read"
    try:
        _, _, days, months, weekdays = croniter.expand(text)[0]
    except CroniterError as error:
        return next(_bad_fields(fields), str(error))
    if weekdays == ["*"] and not any(_exists(day, month) for day in days for month in months):
        return "there is no such day"
    return ""


def _bad_fields(fields: Sequence[str]) -> Iterator[str]:
    """What is wrong with the fields that are wrong by themselves."""
    from croniter import CroniterError, croniter

    for place, (field, meaning) in enumerate(zip(fields, _MEANINGS, strict=True)):
        alone = ["*"] * len(fields)
        alone[place] = field
        try:
            croniter.expand(" ".join(alone))
        except CroniterError:
            yield f"{field} cannot be the {meaning}"


def _exists(day: int | str, month: int | str) -> bool:
    """Whether a month ever has such a day; croniter's `*` and `l` always come."""
    return isinstance(day, str) or isinstance(month, str) or day <= monthrange(_LEAP_YEAR, month)[1]


def plan(catalogue: Catalogue, day: date) -> Plan:
    """What is ordered for business date `day`, each process by its own zone and start of the day."""
    orders = _orders(catalogue, day)
    planned = [one for runs in orders.values() for one in runs]
    return Plan(
        planned=tuple(sorted(planned, key=lambda one: (one.earliest, one.at is None))),
        excluded=tuple(
            Excluded(process, _why_not(catalogue.processes[process], day))
            for process, runs in sorted(orders.items())
            if not runs
        ),
    )


def _orders(catalogue: Catalogue, day: date) -> dict[ProcessId, tuple[Planned, ...]]:
    """The runs ordered of each process, those first whose success orders others."""
    done: dict[ProcessId, tuple[Planned, ...]] = {}
    todo = sorted(catalogue.processes, reverse=True)
    begun: set[ProcessId] = set()
    while todo:
        process = todo[-1]
        definition = catalogue.processes.get(process)
        upstream = _upstream(definition) if definition and process not in begun else []
        begun.add(process)
        if waiting := [other for other in upstream if other not in begun]:
            todo.extend(waiting)
            continue
        todo.pop()
        if definition and process not in done:
            runs = sorted(_orders_of(definition, day, done), key=lambda one: one.earliest)
            done[process] = tuple(runs[:MOST_A_DAY])
    return done


def _orders_of(process: Process, day: date, done: Mapping[ProcessId, tuple[Planned, ...]]) -> Iterator[Planned]:
    for start in process.start:
        if isinstance(start, CronStart):
            for at in cron_times(process, start.cron, day):
                yield Planned(process.id, day, at, f"cron {start.cron}", at)
        else:
            for cause in done.get(start.process, ()):
                yield Planned(process.id, day, None, f"process {start.process}", cause.earliest)


def _upstream(process: Process) -> list[ProcessId]:
    return [start.process for start in process.start if isinstance(start, ProcessStart)]


def _why_not(process: Process, day: date) -> str:
    crons = [start.cron for start in process.start if isinstance(start, CronStart)]
    reasons = [f"cron {cron} names no time of {day}" for cron in crons]
    reasons += [f"nothing orders {other} for {day}" for other in _upstream(process)]
    return "; ".join(reasons) or "it has no start: a person orders it"


@lru_cache(maxsize=8_192)
def _cron_times(cron: str, timezone: str, day_starts: time, day: date) -> tuple[datetime, ...]:
    zone = ZoneInfo(timezone)
    begins, ends = (instant_of(datetime.combine(when, day_starts), zone) for when in (day, day + _DAY))
    return tuple(occurrences(cron, zone, begins - _TICK, ends - _TICK))


def _day_begins(process: Process, day: date) -> datetime:
    return instant_of(datetime.combine(day, process.day_starts), ZoneInfo(process.timezone))


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a naive wall time; the end of the gap where the wall clock jumped over it."""
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
