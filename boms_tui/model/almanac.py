"""Which dates the calendars in force select."""

from collections.abc import Mapping
from datetime import date, timedelta

from boms_tui.model import public_holidays
from boms_tui.model.calendar import Calendar
from boms_tui.model.days import BACK, BusinessDays, Days, EveryDay, PickedDays

SOON = timedelta(days=60)
"""How long before its end a calendar is spoken of."""
EVERY_DAY = ""
"""The calendar of a process that names none."""


class Almanac:
    """The days of each calendar by its name, each made when it is first asked for."""

    def __init__(self, calendars: Mapping[str, Calendar]) -> None:
        self._calendars = calendars
        self._days: dict[str, Days] = {EVERY_DAY: EveryDay()}

    def days(self, calendar: str) -> Days:
        """The days that a calendar selects."""
        if calendar not in self._days:
            defined = self._calendars[calendar]
            business = BusinessDays(defined, self.days(defined.base))
            self._days[calendar] = PickedDays(defined, business) if defined.picks else business
        return self._days[calendar]

    def has(self, calendar: str, day: date) -> bool:
        return calendar == EVERY_DAY or self.days(calendar).has(day)

    def why_not(self, calendar: str, day: date) -> str:
        """Why a calendar does not select a date; "" where it does."""
        return "" if self.has(calendar, day) else f"calendar {calendar}: {self.days(calendar).why_not(day)}"

    def before(self, calendar: str, day: date) -> date:
        """The last business date before `day`; plainly the day before where there is none."""
        return self.days(calendar).next(day, BACK) or day + BACK

    def after(self, calendar: str, day: date) -> date | None:
        """The first business date after `day`; None where there is none for years."""
        return self.days(calendar).next(day)

    def ends(self, calendar: str) -> date | None:
        """The last date of which anything is known; None where nothing is left to be announced."""
        return min((end for defined in self._chain(calendar) if (end := _end(defined))), default=None)

    def ending(self, today: date) -> dict[str, date]:
        """The calendars that end soon or have ended, each with the last date of which anything is known."""
        ends = {name: self.ends(name) for name in sorted(self._calendars)}
        return {name: end for name, end in ends.items() if end is not None and end <= today + SOON}

    def _chain(self, calendar: str) -> list[Calendar]:
        """A calendar, and those that it is based on."""
        chain: list[Calendar] = []
        while calendar != EVERY_DAY:
            chain.append(self._calendars[calendar])
            calendar = chain[-1].base
        return chain


def nothing_known(after: date) -> str:
    """What is to be said of a calendar that ends."""
    return f"nothing is known after {after}; weekends alone are off from then on"


def _end(calendar: Calendar) -> date | None:
    if calendar.until is not None or not (calendar.holidays or calendar.closed):
        return calendar.until
    years = [public_holidays.last_year(code) for code in calendar.holidays] or [max(calendar.closed).year]
    return date(min(years), 12, 31)
