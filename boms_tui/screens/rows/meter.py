"""What a running task says of itself: how far it is, and in its own words."""

from typing import NamedTuple

from boms_tui.model.views import Progress
from boms_tui.screens.line import Span
from boms_tui.screens.text import safe


class Said(NamedTuple):
    """The last word of a task: the meter as a bar with a number, "" where it gave none, and its label."""

    bar: tuple[Span, ...]
    label: str


def said(progress: Progress | None, width: int) -> Said:
    """The meter as a bar of `width` cells with its percent, and the label."""
    if progress is None:
        return Said((), "")
    label = safe(progress.label)
    if progress.meter is None:
        return Said((), label)
    percent = min(100, max(0, progress.meter))
    full = percent * width // 100
    return Said(
        (Span("━" * full, "live"), Span("─" * (width - full), "rail"), Span(f" {percent:>3}%", "strong")),
        label,
    )
