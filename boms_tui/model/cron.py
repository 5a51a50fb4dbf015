"""Five-field cron texts: read by croniter, and followed without it, since each of its steps takes a millisecond.

Times are naive: what they mean on the clocks of a zone is not decided here.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat"
_MEANINGS = (
    "minute (0-59)", "hour (0-23)", "day of the month (1-31)", "month (1-12)", "day of the week (0-7)",
)  # fmt: skip
_FIELD = re.compile(rf"([0-9*?/,#LW-]|{_NAMES}){{1,100}}", re.IGNORECASE | re.ASCII)
_DAY = timedelta(days=1)
_WEEK = 7
_LEAP_YEAR = 2000
_LONGEST_WAIT = 9 * 366
"""Days: 29 February comes at least that often."""
LAST = "l"
Days = frozenset[int | str]
"""Numbers, or `l` for the last one."""


@dataclass(frozen=True, slots=True)
class Cron:
    """What a cron text names; None where a field is `*`.

    `days` are of the month, `near` those of them that move to the nearest weekday; `weekdays` count from Sunday, which
    is 0, and `nth` has those that count only as the n-th of a month.
    """

    times: tuple[time, ...]
    hourly: bool
    months: Days | None = None
    days: Days | None = None
    near: frozenset[int] = frozenset()
    weekdays: Days | None = None
    nth: tuple[tuple[int, int | str], ...] = ()

    def has(self, day: date) -> bool:
        """Whether it names a day; where both days of the month and of the week are named, either will do."""
        if self.months is not None and day.month not in self.months:
            return False
        if self.days is not None and self.weekdays is not None:
            return self._has_day(day) or self._has_weekday(day)
        return self._has_day(day) and self._has_weekday(day)

    def after(self, wall: datetime) -> Iterator[datetime]:
        """The times after `wall`; they end where there is none for nine years."""
        day, idle = wall.date(), 0
        while idle < _LONGEST_WAIT:
            idle += 1
            if self.has(day):
                idle = 0
                for at in self.times:
                    found = datetime.combine(day, at)
                    if found > wall:
                        yield found
            day += _DAY

    def _has_day(self, day: date) -> bool:
        if self.near:
            return any(day.day == _nearest(day, wanted) for wanted in self.near)
        if self.days is None or day.day in self.days:
            return True
        return LAST in self.days and day.day == _length(day)

    def _has_weekday(self, day: date) -> bool:
        weekday = day.isoweekday() % _WEEK
        if self.nth:
            return any(weekday == wanted and _is_nth(day, n) for wanted, n in self.nth)
        return self.weekdays is None or weekday in self.weekdays


@lru_cache(maxsize=100_000)
def cron_of(text: str) -> Cron:
    """What a sound text names."""
    from croniter import croniter

    read = croniter(text)
    minutes, hours, days, months, weekdays = read.expanded
    return Cron(
        times=tuple(time(hour, minute) for hour in _numbers(hours, 24) for minute in _numbers(minutes, 60)),
        hourly=hours == ["*"],
        months=_some(months),
        days=_some(days),
        near=frozenset(read.nearest_weekday),
        weekdays=_some(weekdays),
        nth=tuple((weekday, n) for weekday, places in read.nth_weekday_of_month.items() for n in places),
    )


@lru_cache(maxsize=4_096)
def bad_cron(text: str) -> str:
    """What is wrong with a cron text; "" where nothing is."""
    from croniter import CroniterError

    fields = text.split()
    if len(fields) != 5:
        return f"{len(fields)} fields instead of 5"
    wrong = next((one for one in fields if not _FIELD.fullmatch(one)), None)
    if wrong is not None:
        return f"{wrong} cannot be read"
    try:
        found = cron_of(text)
    except CroniterError as error:
        return next(_bad_fields(fields), str(error))
    if (found.nth or found.near) and found.days is not None and found.weekdays is not None:
        return "`#` and `W` stand alone: leave the other day field *"
    if found.days is not None and found.months is not None and found.weekdays is None:
        exists = any(_exists(day, month) for day in found.days for month in found.months)
        return "" if exists else "there is no such day"
    return ""


def _bad_fields(fields: Sequence[str]) -> Iterator[str]:
    """What is wrong with the fields that are wrong by themselves."""
    from croniter import CroniterError, croniter

    for place, (one, meaning) in enumerate(zip(fields, _MEANINGS, strict=True)):
        alone = ["*"] * len(fields)
        alone[place] = one
        try:
            croniter.expand(" ".join(alone))
        except CroniterError:
            yield f"{one} cannot be the {meaning}"


def _exists(day: int | str, month: int | str) -> bool:
    """Whether a month ever has such a day; the last one always comes."""
    return isinstance(day, str) or isinstance(month, str) or day <= monthrange(_LEAP_YEAR, month)[1]


def _numbers(values: Sequence[int | str], most: int) -> Sequence[int]:
    return range(most) if "*" in values else [value for value in values if isinstance(value, int)]


def _some(values: Sequence[int | str]) -> Days | None:
    return None if "*" in values else frozenset(values)


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _is_nth(day: date, n: int | str) -> bool:
    return day.day + _WEEK > _length(day) if n == LAST else (day.day - 1) // _WEEK + 1 == n


def _nearest(day: date, wanted: int) -> int:
    """The weekday, Monday to Friday, nearest to a day of the month, in the same month."""
    length = _length(day)
    wanted = min(wanted, length)
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < length else wanted - 2
    return wanted
