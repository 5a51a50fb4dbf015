"""Bars of one line: how far a run is, and when a task ran."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from boms_tui.model.states import ENDED, LIVE, PASSED, TaskState
from boms_tui.screens.line import Span
from boms_tui.screens.signs import TASK_SIGNS

_STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 7200)
)


def done(counts: Mapping[TaskState, int]) -> int:
    """How many tasks have ended."""
    return sum(number for state, number in counts.items() if state in ENDED)


def progress(counts: Mapping[TaskState, int], width: int) -> tuple[Span, ...]:
    """Ended, failed and live tasks as parts of a line of `width` cells."""
    total = sum(counts.values()) or 1
    parts = (
        (sum(number for state, number in counts.items() if state in PASSED), "ok"),
        (counts.get(TaskState.NOT_NEEDED, 0) + counts.get(TaskState.CANCELLED, 0), "wait"),
        (counts.get(TaskState.FAILED, 0), "bad"),
        (counts.get(TaskState.UNKNOWN, 0), "odd"),
        (sum(number for state, number in counts.items() if state in LIVE), "live"),
    )
    spans, reached, drawn = [], 0, 0
    for number, tone in parts:
        reached += number
        end = reached * width // total
        end = max(end, drawn + 1) if number and drawn < width else end
        if end > drawn:
            spans.append(Span("━" * (end - drawn), tone))
            drawn = end
    return (*spans, Span("─" * (width - drawn), "rail")) if drawn < width else tuple(spans)


def axis(length: timedelta) -> timedelta:
    """The end of a time line that holds `length`: a round length, so that bars rarely change their scale."""
    return next((step for step in _STEPS if step >= length), length)


class TimeLine(NamedTuple):
    """A line of `width` cells that stands for the time from `origin` on, `scale` long."""

    origin: datetime
    scale: timedelta
    width: int

    def cell(self, at: datetime) -> int:
        return min(self.width - 1, max(0, int((at - self.origin) / self.scale * self.width)))


def time_bar(line: TimeLine, state: TaskState, started: datetime | None, ended: datetime) -> tuple[Span, ...]:
    """When a task ran."""
    if started is None or line.width <= 0:
        return (Span("─" * line.width, "rail"),)
    first = line.cell(started)
    last = max(first, line.cell(ended))
    tones = ["rail"] * first + [TASK_SIGNS[state].tone] * (last - first + 1) + ["rail"] * (line.width - 1 - last)
    return tuple(_joined(tones))


def _joined(tones: list[str]) -> Iterator[Span]:
    for tone, cells in groupby(tones):
        yield Span(("─" if tone == "rail" else "━") * len(list(cells)), tone)
