"""Schedules around every change of the clocks that a zone makes in ten years, held against every minute there is.

BOMS_ZONES=all looks at every zone; otherwise it is a sample.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from boms_tui.model.planning import occurrences

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN, YEARS = datetime(2026, 1, 1, tzinfo=UTC), 10
FIXED = ["30 2 * * *", "0 0 * * *", "*/20 1-3 * * *", "15 */2 * * *", "59 23 * * *"]
ELAPSING = ["0 * * * *", "*/15 * * * *", "7,37 * * * 0,6"]
EVERY = sorted(available_timezones())
SAMPLE = random.Random("zones").sample(EVERY, 8)  # noqa: S311
KNOWN = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"]


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The days in which the clocks are changed."""
    for number in range(YEARS * 366):
        day = BEGIN + number * DAY
        if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset():
            yield day


def names(cron: str, wall: datetime) -> bool:
    """Whether a cron text names a minute of the wall clock; of its forms, those that are used here."""
    values = (wall.minute, wall.hour, wall.day, wall.month, wall.isoweekday() % 7)
    return all(map(_named, _fields(cron), values))


@cache
def _fields(cron: str) -> list[str]:
    return cron.split()


@cache
def _named(field: str, value: int) -> bool:
    if field.startswith("*"):
        return value % int(field[2:] or 1) == 0
    span, _, step = field.partition("/")
    first, _, last = span.partition("-")
    if last:
        return int(first) <= value <= int(last) and (value - int(first)) % int(step or 1) == 0
    return value in map(int, field.split(","))


def minutes(zone: ZoneInfo, after: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Every minute, and some before, with what the wall clock shows."""
    instants = (after + number * MINUTE for number in range(-180, (until - after) // MINUTE + 1))
    return [(at, at.astimezone(zone).replace(tzinfo=None)) for at in instants]


def by_every_minute(cron: str, each: list[tuple[datetime, datetime]]) -> Iterator[datetime]:
    """What the schedule comes to when each minute is looked at, and each that the clocks leave out."""
    seen: set[datetime] = set()
    for (_, before), (at, wall) in pairwise(each):
        if cron in ELAPSING:
            due = names(cron, wall)
        else:
            shown = [before + MINUTE * step for step in range(1, (wall - before) // MINUTE)] + [wall]
            due = any(one not in seen and names(cron, one) for one in shown)
            seen.update(shown)
        if due:
            yield at


@pytest.mark.parametrize("name", EVERY if os.environ.get("BOMS_ZONES") == "all" else sorted({*SAMPLE, *KNOWN}))
def test_each_occurrence_comes_once(name: str) -> None:
    zone = ZoneInfo(name)
    for day in [BEGIN, *changes(zone)]:
        after, until = day - HOUR, day + DAY + HOUR
        each = minutes(zone, after, until)
        for cron in (*FIXED, *ELAPSING):
            expected = [at for at in by_every_minute(cron, each) if at > after]
            assert list(occurrences(cron, zone, after, until)) == expected, f"{cron} in {name} on {day:%Y-%m-%d}"
