"""Cron texts in the words of people, where they name plain times on plain days."""

from collections.abc import Iterator

_FIELDS = 5
_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEK = frozenset(range(7))


def schedule_words(start: str, calendar: str = "") -> str:
    """What orders a run, as it is told in a list: `30 18 * * mon-fri` is `18:30 Mon-Fri`, by the calendar if any."""
    if not is_cron(start):
        return start
    minute, hour, day, month, weekday = start.split()
    times, days = _times(minute, hour), _days(weekday)
    if times is None or days is None or (day, month) != ("*", "*"):
        return " ".join(filter(None, ("cron", start, calendar)))
    daily = "daily" if days == "" and not calendar and minute.isdigit() and hour != "*" else ""
    return " ".join(filter(None, (times, days or daily, calendar)))


def is_cron(start: str) -> bool:
    """Whether a start is a cron text; others begin with a word."""
    return len(start.split()) == _FIELDS and not start[0].isalpha()


def _times(minute: str, hour: str) -> str | None:
    """`18:30`, `08:00, 12:00`, `hourly at :05`, `every 10 min`; None where that would not say it."""
    hours = hour.split(",")
    if minute.isdigit() and all(one.isdigit() for one in hours):
        return ", ".join(f"{int(one):02}:{int(minute):02}" for one in hours)
    if hour != "*":
        return None
    if minute.isdigit():
        return f"hourly at :{int(minute):02}"
    every = minute.removeprefix("*/")
    return f"every {every} min" if every.isdigit() else None


def _days(weekday: str) -> str | None:
    """`Mon-Fri`, `Mon, Wed`; "" for all days, None where that would not say it."""
    if weekday == "*":
        return ""
    ranges = [[_number(end) for end in part.split("-")] for part in weekday.casefold().split(",")]
    if any(len(ends) > 2 or None in ends for ends in ranges):
        return None
    known = [[end for end in ends if end is not None] for ends in ranges]
    if {day for ends in known for day in _between(ends[0], ends[-1])} == _WEEK:
        return ""
    return ", ".join("-".join(_NAMES[end % 7].capitalize() for end in ends) for ends in known)


def _number(day: str) -> int | None:
    """A day of the week, counted from Sunday, which is 0 and 7."""
    if day in _NAMES:
        return _NAMES.index(day)
    return int(day) if day.isdigit() and int(day) <= 7 else None


def _between(first: int, last: int) -> Iterator[int]:
    return (day % 7 for day in range(first, last + 1 if last >= first else last + 8))
