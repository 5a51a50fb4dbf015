"""When runs are ordered: business dates, cron times across DST, and the plan of a day.

All of it is a function of definitions and dates; nothing here knows what time it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from boms_tui.model.almanac import Almanac
from boms_tui.model.cron import Cron, cron_of
from boms_tui.model.definition import Process, Window
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.placeholders import render
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart

HORIZON = timedelta(days=5 * 366)
"""How far ahead a schedule is searched: 29 February comes within five years."""
MOST_A_DAY = 10_000
"""Orders of one process for one date: more are cut, since processes that order each other can multiply."""
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """One run that the definitions order.

    `at` is its time where it has one; a run ordered by another process, its `upstream`, comes when that succeeds, and
    never before `earliest`.
    """

    process: ProcessId
    business_date: date
    at: datetime | None
    cause: str
    earliest: datetime
    upstream: ProcessId | None = None


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


@dataclass(frozen=True, slots=True)
class Hours:
    """A window on one business date: two instants, in the process's zone."""

    opens: datetime
    closes: datetime


def hours_of(window: Window, process: Process, business_date: date) -> Hours:
    """The hours of `business_date`: a time before the day starts belongs to the following morning (SEMANTICS S14)."""
    return _hours(window, process.timezone, process.day_starts, business_date)


def time_on(at: time, process: Process, business_date: date) -> datetime:
    """The UTC instant of a time of day on a business date, by the same rule as a window's hours."""
    return instant_of(_wall_on(at, process.day_starts, business_date), ZoneInfo(process.timezone))


def day_begins(process: Process, business_date: date) -> datetime:
    """When a business date of a process begins, by its zone."""
    return _begin(process.timezone, process.day_starts, business_date)


def business_date_of(process: Process, instant: datetime) -> date:
    """The business date that `instant` belongs to: the newest whose day has begun in the process's zone."""
    zone = ZoneInfo(process.timezone)
    around = instant.astimezone(zone).date()
    # Clocks that go back across midnight make a wall date return: the day that has begun stays.
    return next(
        day
        for day in (around + _DAY, around, around - _DAY)
        if _begin(process.timezone, process.day_starts, day) <= instant
    )


def cron_times(almanac: Almanac, process: Process, cron: str, business_date: date) -> tuple[datetime, ...]:
    """The instants that five-field `cron` names on a business date, where the calendar of `process` selects that."""
    if not almanac.has(process.calendar, business_date):
        return ()
    return _cron_times(cron, process.timezone, process.day_starts, business_date)


def next_time(
    almanac: Almanac, process: Process, cron: str, after: datetime, horizon: timedelta = HORIZON
) -> datetime | None:
    """The first instant after `after` that `cron` names on a date that the calendar selects; None within `horizon`."""
    zone, until = ZoneInfo(process.timezone), after + horizon
    while (at := next(occurrences(cron, zone, after, until), None)) is not None:
        day = business_date_of(process, at)
        if almanac.has(process.calendar, day):
            return at
        following = almanac.after(process.calendar, day)
        if following is None:
            return None
        after = _begin(process.timezone, process.day_starts, following) - _TICK
    return None


def occurrences(cron: str, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """The UTC instants in (after, until] that five-field `cron` names on the wall clock of `zone`.

    A time of day that exists twice counts the first time; one that does not exist counts at the first moment after the
    gap, together with all others that fell into it. What comes in every hour is an interval, which follows elapsed
    time: in an hour that exists twice it comes twice as often.
    """
    named = cron_of(cron)
    return (_elapsing if named.hourly else _fixed)(named, zone, after, until)


def _fixed(cron: Cron, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    last = after
    for wall in cron.after(_wall(after, zone)):
        at = instant_of(wall, zone)
        if at > until:
            return
        if at > last:
            last = at
            yield at


def _elapsing(cron: Cron, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """From one change of the clocks to the next, a day at a time at the most; days without any are passed over."""
    while after < until:
        end = min(after + _DAY, until)
        local = (after + _TICK).astimezone(zone)
        offset = local.utcoffset() or timedelta()
        if end.astimezone(zone).utcoffset() != offset:
            end = _change(zone, after, end) - _TICK
        for wall in cron.after(_wall(after, timezone(offset))):
            at = (wall - offset).replace(tzinfo=UTC)
            if at > end:
                break
            yield at
        else:
            return
        after = max(end, at - 2 * _DAY)


def _wall(instant: datetime, zone: tzinfo) -> datetime:
    """What the clocks of a zone show, to the second."""
    return instant.astimezone(zone).replace(tzinfo=None, microsecond=0)


def plan(catalogue: Catalogue, day: date) -> Plan:
    """What is ordered for business date `day`, each process by its own zone and start of the day."""
    orders = _orders(catalogue, day, catalogue.processes, most=None)
    planned = [one for runs in orders.values() for one in runs]
    return Plan(
        planned=tuple(sorted(planned, key=lambda one: (one.earliest, one.at is None))),
        excluded=tuple(
            Excluded(process, why_not(catalogue, catalogue.processes[process], day))
            for process, runs in sorted(orders.items())
            if not runs
        ),
    )


def ordered(catalogue: Catalogue, day: date, processes: Iterable[ProcessId]) -> set[ProcessId]:
    """Those of some processes that are ordered for a business date, and those that order them."""
    return {process for process, runs in _orders(catalogue, day, processes, most=1).items() if runs}


def _orders(
    catalogue: Catalogue, day: date, processes: Iterable[ProcessId], *, most: int | None
) -> dict[ProcessId, tuple[Planned, ...]]:
    """The runs ordered of some processes and of those that order them, which come first; `most` of each, or all."""
    done: dict[ProcessId, tuple[Planned, ...]] = {}
    todo = sorted(processes, reverse=True)
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
            found = islice(_orders_of(catalogue.almanac, definition, day, done), most)
            runs = sorted(found, key=lambda one: one.earliest)
            done[process] = tuple(_first_of_each(runs) if definition.once_per_date else runs[:MOST_A_DAY])
    return done


def _first_of_each(runs: Iterable[Planned]) -> Iterable[Planned]:
    """What may order the one run of a date: the first of its times, and the first of each cause without one."""
    first: dict[str | None, Planned] = {}
    for one in runs:
        first.setdefault(one.cause if one.at is None else None, one)
    return first.values()


def _orders_of(
    almanac: Almanac, process: Process, day: date, done: Mapping[ProcessId, tuple[Planned, ...]]
) -> Iterator[Planned]:
    if not almanac.has(process.calendar, day):
        return
    times: set[datetime] = set()
    for start in process.start:
        match start:
            case CronStart(cron):
                for at in (at for at in cron_times(almanac, process, cron, day) if at not in times):
                    times.add(at)
                    yield Planned(process.id, day, at, str(start), at)
            case ProcessStart(upstream):
                for cause in done.get(upstream, ()):
                    yield Planned(process.id, day, None, str(start), cause.earliest, upstream)
            case FileStart(check):
                path = render(check.path, {"business_date": day})
                yield Planned(process.id, day, None, f"file {path}", day_begins(process, day))
            case EventStart():
                yield Planned(process.id, day, None, str(start), day_begins(process, day))


def _upstream(process: Process) -> list[ProcessId]:
    return [start.process for start in process.start if isinstance(start, ProcessStart)]


def why_not(catalogue: Catalogue, process: Process, day: date) -> str:
    """Why nothing orders a process for a business date."""
    if off := catalogue.almanac.why_not(process.calendar, day):
        return off
    crons = [start.cron for start in process.start if isinstance(start, CronStart)]
    reasons = [f"cron {cron} names no time of {day}" for cron in crons]
    reasons += [f"nothing orders {other} for {day}" for other in _upstream(process)]
    return "; ".join(reasons) or "it has no start: a person orders it"


@lru_cache(maxsize=8_192)
def _cron_times(cron: str, timezone: str, day_starts: time, day: date) -> tuple[datetime, ...]:
    begins, ends = (_begin(timezone, day_starts, when) for when in (day, day + _DAY))
    return tuple(occurrences(cron, ZoneInfo(timezone), begins - _TICK, ends - _TICK))


@lru_cache(maxsize=8_192)
def _hours(window: Window, timezone: str, day_starts: time, day: date) -> Hours:
    zone = ZoneInfo(timezone)
    opens, closes = (_wall_on(at, day_starts, day) for at in (window.start, window.end))
    if closes <= opens:
        closes += _DAY
    return Hours(instant_of(opens, zone).astimezone(zone), instant_of(closes, zone).astimezone(zone))


def _wall_on(at: time, day_starts: time, day: date) -> datetime:
    """What the clocks show then; before the day starts, it is the following morning."""
    return datetime.combine(day + _DAY if at < day_starts else day, at)


@lru_cache(maxsize=65_536)
def _begin(zone: str, day_starts: time, day: date) -> datetime:
    """When a business date begins."""
    return instant_of(datetime.combine(day, day_starts), ZoneInfo(zone))


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a naive wall time; the end of the gap where the wall clock jumped over it."""
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    return _change(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant after `before` at which the clocks of a zone show what they show at `after`."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
