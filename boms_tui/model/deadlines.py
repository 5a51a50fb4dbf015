"""The deadlines of a run: when each passes, whether it has passed, and what is said of it.

A deadline is an alarm. Nothing of a run depends on it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from boms_tui.model.definition import Process
from boms_tui.model.planning import time_on
from boms_tui.model.records import Late, Run
from boms_tui.model.wall import wall_time

_CLEARLY = timedelta(minutes=1)


class Deadline(NamedTuple):
    """When a run that has not done by then what it should is late, and how."""

    late: Late
    at: datetime


def deadlines_of(process: Process, run: Run) -> Iterator[Deadline]:
    """Those that a run may still pass or has passed; the one for its start no more once it has started in time."""
    by, day = process.deadlines, run.business_date
    if by.start_by is not None:
        at = time_on(by.start_by, process, day)
        if run.started_at is None or run.started_at > at:
            yield Deadline(Late.START_BY, at)
    if by.finish_by is not None:
        yield Deadline(Late.FINISH_BY, time_on(by.finish_by, process, day))
    if by.max_duration is not None and run.started_at is not None:
        yield Deadline(Late.MAX_DURATION, run.started_at + by.max_duration)


def passed(process: Process, run: Run, now: datetime) -> list[Deadline]:
    """The deadlines that an open run has passed and that are not on record yet."""
    return [one for one in deadlines_of(process, run) if one.at <= now and one.late not in run.late]


def at_risk(process: Process, run: Run, end: datetime, now: datetime) -> Deadline | None:
    """The first deadline to come that a run will pass if it ends at `end`."""
    coming = (one for one in _of_the_end(process, run) if now < one.at < end)
    return min(coming, key=lambda one: one.at, default=None)


def out_of_reach(process: Process, run: Run, left: timedelta, now: datetime) -> datetime | None:
    """The first moment to come at which a run that still has so long to go will clearly pass a deadline."""
    moments = (one.at - left + _CLEARLY for one in _of_the_end(process, run))
    return min((at for at in moments if at > now), default=None)


def _of_the_end(process: Process, run: Run) -> Iterator[Deadline]:
    return (one for one in deadlines_of(process, run) if one.late is not Late.START_BY)


def in_words(process: Process, deadline: Deadline, now: datetime) -> str:
    """What is wrong once it has passed."""
    if deadline.late is Late.MAX_DURATION:
        return f"runs longer than {process.deadlines.max_duration}"
    doing = "started" if deadline.late is Late.START_BY else "finished"
    return f"not {doing} by {wall_time(deadline.at, process.timezone, now)}"
