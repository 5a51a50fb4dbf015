"""Calendars as they are defined: which weekdays and holidays are off, and which days of a period are picked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST = {"week": 7, "month": 31, "quarter": 92, "year": 366}
"""How many days each period has at the most."""
PERIODS = tuple(_LONGEST)
DAY, BUSINESS_DAY, HALF_DAY, FULL_DAY = "day", "business day", "half day", "full day"
EVERY = 0
"""The ordinal of a rule that picks each unit of its period."""
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_WHOLE = {"every": EVERY, "last": -1}
"""Counts that are not counted back from the last."""
_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
_RULE = re.compile(
    rf"(?P<count>every|last|{'|'.join(_ORDINALS)}|[1-9][0-9]{{0,2}}(st|nd|rd|th)?)(?P<back> to last)? "
    rf"(?P<unit>{'|'.join((BUSINESS_DAY, HALF_DAY, FULL_DAY, DAY, *WEEKDAYS))})"
    rf"( of the (?P<period>{'|'.join(PERIODS)}))?"
)


class Roll(StrEnum):
    """Where a picked day goes that is no business day; without one it is dropped."""

    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class DayRule:
    """The `ordinal`-th `unit` of each `period`; below 0 it counts from the end, and `EVERY` picks them all.

    `unit` is `day`, `business day`, a weekday's name, or a business day that is a `half day` or a `full day`.
    """

    ordinal: int
    unit: str
    period: str = "month"

    def __str__(self) -> str:
        return (
            f"every {self.unit}"
            if self.ordinal == EVERY
            else f"{_counted(self.ordinal)} {self.unit} of the {self.period}"
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """Some days out of all, or out of those of the calendar `base`.

    Off are the days of the `weekend` (0 is Monday; None: what `base` or the first of `holidays` says), those of the
    public calendars named by `holidays` and the dates `closed`, each with its name. `extra_days` and `never` have the
    last word. Where there are `picks`, only the days they name are left, rolled to a business day and then moved by
    `shift` business days. `half_days` close early, at that time. Nothing is known after `until`.
    """

    id: str
    title: str = ""
    base: str = ""
    weekend: frozenset[int] | None = None
    holidays: tuple[str, ...] = ()
    closed: Mapping[date, str] = field(default_factory=dict)
    extra_days: frozenset[date] = frozenset()
    never: frozenset[date] = frozenset()
    half_days: Mapping[date, time] = field(default_factory=dict)
    picks: tuple[DayRule | date, ...] = ()
    roll: Roll | None = None
    shift: int = 0
    until: date | None = None


def day_rule(text: str) -> DayRule | None:
    """The rule that a text such as `last business day` or `third friday of the quarter` names; None for others, and
    where no period has so many.
    """
    match = _RULE.fullmatch(text.lower())
    if match is None or (match["count"] in _WHOLE and match["back"]) or (match["count"] == "every" and match["period"]):
        return None
    count, unit, period = match["count"], match["unit"], match["period"] or "month"
    if count in _WHOLE:
        return DayRule(_WHOLE[count], unit, period)
    ordinal = _ORDINALS.get(count) or int(count.rstrip("sthndr"))
    if ordinal > -(-_LONGEST[period] // (7 if unit in WEEKDAYS else 1)):
        return None
    return DayRule(-ordinal if match["back"] else ordinal, unit, period)


def _counted(ordinal: int) -> str:
    if ordinal == -1:
        return "last"
    count = abs(ordinal)
    suffix = "th" if count % 100 in {11, 12, 13} else _SUFFIXES.get(count % 10, "th")
    return f"{count}{suffix} to last" if ordinal < 0 else f"{count}{suffix}"
