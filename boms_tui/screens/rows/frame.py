"""The rows around every screen: header, status bar and footer."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from rich.cells import cell_len

from boms_tui.screens.freshness import Freshness, Health
from boms_tui.screens.line import Line, Span
from boms_tui.screens.text import clip, clip_left, fit, wrap_most
from boms_tui.screens.when import date_text

_HEALTH_TONES = {
    Health.CONNECTING: "dim", Health.LIVE: "ok", Health.STALE: "caution", Health.DOWN: "alarm", Health.LOST: "alarm",
}  # fmt: skip


_PLACE = 18
"""The least cells in which the status bar says where one is."""


class Who(NamedTuple):
    """Who uses the console: the name and the highest role; without a name one only looks."""

    user: str = ""
    role: str = ""


def header(title: str, note: str, right: Sequence[Span], width: int) -> Line:
    """The brand, what this screen is, and its counts at the right."""
    brand = Span(" BOMS ", "brand")
    size = sum(cell_len(span.text) for span in right)
    room = width - cell_len(brand.text) - size - 3
    if room < 0:
        right, size, room = (), 0, width - cell_len(brand.text) - 3
    head = clip(title, room)
    tail = clip(note, max(0, room - cell_len(head) - 2))
    tail = f"  {tail}" if tail else ""
    space = " " * max(0, room - cell_len(head) - cell_len(tail) + 1)
    return Line("#header", (brand, Span(" "), Span(head, "strong"), Span(tail, "dim"), Span(space), *right), pick=False)


MOST_SAID = 3
"""The most rows that a message takes."""


def said_lines(key: str, said: Span, width: int) -> list[Line]:
    """A message above the status bar, in as many rows as it needs; none where nothing is said."""
    parts = wrap_most(said.text, width - 2, MOST_SAID) if said.text else []
    return [Line(f"{key}{number}", (Span(f" {part}", said.tone),), pick=False) for number, part in enumerate(parts)]


class Times(NamedTuple):
    """How fresh the screen is, the business date it is about, the operator's clock, and the journal's head it shows."""

    fresh: Freshness
    day: date | None
    clock: str
    sequence: int = -1


def status(trail: Sequence[str], who: Who, times: Times, width: int) -> Line:
    """Where one is, who one is, how old it is, and when it is. Each part is a span of its own."""
    fresh, day, clock, sequence = times
    person = Span(f"{who.user} {who.role}", "dim") if who.user else Span("RO", "key")
    mark = "● " if fresh.live else "▲ " if fresh.health is not Health.CONNECTING else ""
    alarm = not fresh.live and fresh.health is not Health.CONNECTING
    health = Span(f" {mark}{fresh.text} " if alarm else f"{mark}{fresh.text}", _HEALTH_TONES[fresh.health])
    when = Span(f"for {date_text(day)}" if day else "", "dim")
    version = Span(f"#{sequence}" if sequence >= 0 else "", "faint")
    choices = ((person, health, version, when), (person, health, when), (person, health))
    rows = [_between_rails(*parts, Span(clock)) for parts in choices]
    spans = next((row for row in rows if _cells(row) <= width - _PLACE), rows[-1])
    room = max(0, width - _cells(spans) - 1)
    return Line("#status", (Span(" " + fit(place_text(trail, room), room), "accent"), *spans), pick=False)


def _between_rails(*parts: Span) -> list[Span]:
    spans = [part for span in parts if span.text for part in (Span(" │ ", "rail"), span)]
    return [*spans, Span(" ")]


def _cells(spans: Sequence[Span]) -> int:
    return sum(cell_len(span.text) for span in spans)


def place_text(trail: Sequence[str], width: int) -> str:
    """The breadcrumb; what it begins with is left out first."""
    for start in range(len(trail)):
        text = ("… › " if start else "") + " › ".join(trail[start:])
        if cell_len(text) <= width:
            return text
    return clip_left(trail[-1] if trail else "", width)


def footer(hints: Sequence[tuple[str, str]], note: Span, width: int) -> Line:
    """Keys with their labels, as many as there is room for and always the last, and a note that is never cut."""
    sizes = [cell_len(key) + cell_len(label) + 3 for key, label in hints]
    room = width - cell_len(note.text) - 2
    shown, used = [], 1 + (sizes[-1] if sizes else 0)
    for hint, size in zip(hints[:-1], sizes[:-1], strict=True):
        if used + size > room:
            break
        shown.append(hint)
        used += size
    spans = [Span(" ")]
    for key, label in (*shown, *hints[-1:]):
        spans.extend((Span(key, "key"), Span(f" {label}  ", "dim")))
    return Line("#footer", (*spans, Span(" " * max(0, room - used + 1)), note), pick=False)
