"""`boms plan --calendar NAME`: a year of a calendar, its months side by side, and every exception with its reason."""

from calendar import month_name, monthcalendar
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import zip_longest

from boms_tui import clock
from boms_tui.commands.context import Context
from boms_tui.errors import BomsError, ExitCode
from boms_tui.model.almanac import nothing_known
from boms_tui.model.calendar import WEEKDAYS
from boms_tui.model.days import Days, EveryDay
from boms_tui.model.nearest import did_you_mean

_SIDE_BY_SIDE = 3
_GAP = "   "
_OFF = " ·"


def show_year(context: Context, name: str, year: int | None) -> int:
    catalogue = context.reader.catalogue()
    if name not in catalogue.calendars:
        raise BomsError(f"there is no calendar {name}", did_you_mean(name, catalogue.calendars))
    shown = year or clock.now().year
    almanac, out = catalogue.almanac, context.out
    days, exceptions = almanac.days(name), list(_exceptions(almanac.days(name), shown))
    ends = almanac.ends(name)
    if out.as_json:
        out.json({
            "calendar": name, "year": shown, "days": sorted(days.of(shown)), "known_until": ends,
            "exceptions": [{"date": day, "selected": days.has(day), "reason": why} for day, why in exceptions],
        })  # fmt: skip
        return ExitCode.DONE
    out.line(f"{name}, {shown}: {len(days.of(shown))} days")
    for first in range(1, 13, _SIDE_BY_SIDE):
        out.line()
        months = [_month(days, shown, month) for month in range(first, first + _SIDE_BY_SIDE)]
        for texts in zip_longest(*months, fillvalue=" " * 20):
            out.line(_GAP.join(texts).rstrip())
    if exceptions:
        out.line()
        rows = [(day, WEEKDAYS[day.weekday()][:3].capitalize(), why) for day, why in exceptions]
        out.table(("DATE", "DAY", "WHAT"), rows)
    if ends is not None and ends.year <= shown:
        out.note(nothing_known(ends))
    return ExitCode.DONE


def _month(days: Days, year: int, month: int) -> Sequence[str]:
    """One month as lines of weeks, with a dot for each day that is not selected."""
    weeks = [
        " ".join("  " if not day else f"{day:2}" if days.has(date(year, month, day)) else _OFF for day in week)
        for week in monthcalendar(year, month)
    ]
    return [f"{month_name[month]:^20}", " ".join(name[:2].capitalize() for name in WEEKDAYS), *weeks]


def _exceptions(days: Days, year: int) -> Iterator[tuple[date, str]]:
    """The days on which the year is not as every week is, and those that end early."""
    exceptions = days.exceptions(year)
    for day in sorted(EveryDay().of(year)):
        half = days.ends_early(day) if days.has(day) else None
        words = (exceptions.get(day, ""), f"ends at {half:%H:%M}" if half else "")
        if any(words):
            yield day, ", ".join(filter(None, words))
