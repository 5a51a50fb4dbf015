"""Sets of dates without an end, worked out a year at a time: all days, business days, and days picked among those."""

from abc import ABC, abstractmethod
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from functools import cached_property

from boms_tui.model import public_holidays
from boms_tui.model.calendar import BUSINESS_DAY, DAY, EVERY, FULL_DAY, HALF_DAY, WEEKDAYS, Calendar, DayRule, Roll

FORTH = timedelta(days=1)
BACK = -FORTH
_SATURDAY_AND_SUNDAY = frozenset({5, 6})
_NEVER = "ruled out"
_WITHIN = 5 * 366
"""How many days a search for the next one goes on at the most."""


class Days(ABC):
    """Some dates out of all."""

    def __init__(self) -> None:
        self._years: dict[int, frozenset[date]] = {}

    def has(self, day: date) -> bool:
        return day in self.of(day.year)

    def of(self, year: int) -> frozenset[date]:
        """Those of one year."""
        if year not in self._years:
            self._years[year] = frozenset(self._of(year))
        return self._years[year]

    def next(self, day: date, step: timedelta = FORTH) -> date | None:
        """The nearest after `day`, or before it going `BACK`; None where there is none for five years."""
        days = (day + number * step for number in range(1, _WITHIN))
        return next((one for one in days if self.has(one)), None)

    @abstractmethod
    def why_not(self, day: date) -> str:
        """Why a date that is not one of them is not."""

    @abstractmethod
    def exceptions(self, year: int) -> Mapping[date, str]:
        """The days on which a year is not as every week is, and why."""

    @abstractmethod
    def ends_early(self, day: date) -> time | None:
        """When a half day ends; None for all others."""

    @abstractmethod
    def _of(self, year: int) -> Iterable[date]: ...


class EveryDay(Days):
    """What a process goes by that names no calendar."""

    def why_not(self, day: date) -> str:
        raise AssertionError(f"{day} is a day")

    def exceptions(self, _year: int) -> Mapping[date, str]:
        return {}

    def ends_early(self, _day: date) -> time | None:
        return None

    def _of(self, year: int) -> Iterable[date]:
        return _dates(date(year, 1, 1), date(year, 12, 31))


class BusinessDays(Days):
    """Those of `base` that are no weekend and no holiday of a calendar, but for its `extra_days` and its `never`."""

    def __init__(self, calendar: Calendar, base: Days) -> None:
        super().__init__()
        self._calendar = calendar
        self._base = base
        self._named: dict[int, Mapping[date, str]] = {}

    def why_not(self, day: date) -> str:
        if day in self._calendar.never:
            return _NEVER
        return self._why_off(day) or self._base.why_not(day)

    def exceptions(self, year: int) -> Mapping[date, str]:
        calendar = self._calendar
        holidays = self._holidays(year).items()
        return {
            **self._base.exceptions(year),
            **{day: name for day, name in holidays if day.weekday() not in self._weekend and self._base.has(day)},
            **{day: "an extra day" for day in calendar.extra_days if day.year == year},
            **{day: _NEVER for day in calendar.never if day.year == year},
        }

    def ends_early(self, day: date) -> time | None:
        return self._calendar.half_days.get(day) or self._base.ends_early(day)

    def _of(self, year: int) -> Iterable[date]:
        calendar = self._calendar
        days = {day for day in self._base.of(year) if not self._why_off(day)}
        return (days | {day for day in calendar.extra_days if day.year == year}) - calendar.never

    def _why_off(self, day: date) -> str:
        holiday = self._holidays(day.year).get(day, "")
        return holiday or (f"a {WEEKDAYS[day.weekday()].capitalize()}" if day.weekday() in self._weekend else "")

    @cached_property
    def _weekend(self) -> frozenset[int]:
        calendar = self._calendar
        if calendar.weekend is not None:
            return calendar.weekend
        if calendar.holidays:
            return public_holidays.weekend(calendar.holidays[0])
        return frozenset() if calendar.base else _SATURDAY_AND_SUNDAY

    def _holidays(self, year: int) -> Mapping[date, str]:
        if year not in self._named:
            public = [public_holidays.names(code, year) for code in self._calendar.holidays]
            named = {day: name for names in (*public, self._calendar.closed) for day, name in names.items()}
            self._named[year] = {day: name for day, name in named.items() if day.year == year}
        return self._named[year]


class PickedDays(Days):
    """Those among `business` that a calendar picks, rolls and shifts."""

    def __init__(self, calendar: Calendar, business: Days) -> None:
        super().__init__()
        self._calendar = calendar
        self._business = business

    def why_not(self, day: date) -> str:
        if not self._business.has(day):
            return self._business.why_not(day)
        return f"none of {self._calendar.id}: {', '.join(map(str, self._calendar.picks))}"

    def exceptions(self, year: int) -> Mapping[date, str]:
        return self._business.exceptions(year)

    def ends_early(self, day: date) -> time | None:
        return self._business.ends_early(day)

    def _of(self, year: int) -> Iterable[date]:
        near = (day for around in (year - 1, year, year + 1) for day in self._picks(around))
        moved = (self._moved(day) for day in near)
        return (day for day in moved if day is not None and day.year == year)

    def _picks(self, year: int) -> Iterator[date]:
        for pick in self._calendar.picks:
            if isinstance(pick, DayRule):
                yield from self._ruled(pick, year)
            elif pick.year == year:
                yield pick

    def _ruled(self, rule: DayRule, year: int) -> Iterator[date]:
        place = rule.ordinal - 1 if rule.ordinal > 0 else rule.ordinal
        for first, last in _PERIODS[rule.period](year):
            days = [day for day in _dates(first, last) if self._counts(day, rule.unit)]
            if rule.ordinal == EVERY:
                yield from days
            elif -len(days) <= place < len(days):
                yield days[place]

    def _counts(self, day: date, unit: str) -> bool:
        if unit in WEEKDAYS:
            return day.weekday() == WEEKDAYS.index(unit)
        return unit == DAY or (self._business.has(day) and self._has_length(day, unit))

    def _has_length(self, day: date, unit: str) -> bool:
        half = self._business.ends_early(day) is not None
        return {BUSINESS_DAY: True, HALF_DAY: half, FULL_DAY: not half}[unit]

    def _moved(self, day: date) -> date | None:
        """Where a picked day comes to lie: on a business day, and from there so many business days on."""
        found: date | None = day
        if not self._business.has(day):
            found = self._business.next(day, _ROLLS[self._calendar.roll]) if self._calendar.roll else None
        for _ in range(abs(self._calendar.shift)):
            found = found and self._business.next(found, FORTH if self._calendar.shift > 0 else BACK)
        return found


_ROLLS = {Roll.NEXT: FORTH, Roll.PREVIOUS: BACK}


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + number * FORTH for number in range((last - first).days + 1))


def _months(year: int, at_once: int) -> Iterator[tuple[date, date]]:
    for month in range(1, 13, at_once):
        last = month + at_once - 1
        yield date(year, month, 1), date(year, last, monthrange(year, last)[1])


def _weeks(year: int) -> Iterator[tuple[date, date]]:
    """The weeks, from Monday to Sunday, whose Thursday lies in the year (ISO 8601)."""
    monday = date.fromisocalendar(year, 1, 1)
    while monday.isocalendar().year == year:
        yield monday, monday + 6 * FORTH
        monday += 7 * FORTH


_PERIODS: Mapping[str, Callable[[int], Iterator[tuple[date, date]]]] = {
    "week": _weeks,
    "month": lambda year: _months(year, 1),
    "quarter": lambda year: _months(year, 3),
    "year": lambda year: _months(year, 12),
}
