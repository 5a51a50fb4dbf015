"""What every list is made of: lines of toned spans, addressed by key. Pure, so that what is shown can be tested."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from boms_tui.screens.text import clip, fit


class Span(NamedTuple):
    """Safe text in one tone; tones are named in `theme`."""

    text: str
    tone: str = ""


class Line(NamedTuple):
    """One line of a list. `key` names what it shows; the cursor stops only where `pick` is true."""

    key: str
    spans: tuple[Span, ...]
    pick: bool = True

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    @property
    def cells(self) -> int:
        return sum(cell_len(span.text) for span in self.spans)


class Column(NamedTuple):
    """A column of a table: its heading and width in cells; 0 leaves it out."""

    heading: str
    width: int
    right: bool = False


def line(key: str, *spans: Span | tuple[str, str] | str, pick: bool = False) -> Line:
    """A line from spans, (text, tone) pairs and plain texts."""
    return Line(key, tuple(Span(item) if isinstance(item, str) else Span(*item) for item in spans), pick)


def cells(columns: Sequence[Column], contents: Iterable[Span]) -> tuple[Span, ...]:
    """The spans of one table row, one space between columns, each fitted to its column."""
    return tuple(
        Span(fit(span.text, column.width, right=column.right) + " ", span.tone)
        for column, span in zip(columns, contents, strict=True)
        if column.width
    )


def marked(name: Span, mark: Span, width: int) -> tuple[Span, ...]:
    """A name with its mark right behind it, which is never cut, in so many cells and one more."""
    beside = f" {mark.text}" if mark.text else ""
    text = clip(name.text, width - len(beside))
    rest = " " * (width - cell_len(text) - len(beside) + 1)
    return Span(text, name.tone), Span(beside, mark.tone), Span(rest)


def heading(columns: Sequence[Column]) -> Line:
    """The line of column headings."""
    return Line("#heading", cells(columns, (Span(column.heading, "faint") for column in columns)), pick=False)


def rule(key: str, title: str, width: int, *, tone: str = "group", note: str = "") -> Line:
    """A group's heading: its title, a thin rule over the rest of the width, and a note at its end."""
    tail = f" {note} " if note else ""
    room = width - cell_len(title) - cell_len(tail) - 4
    spans = (Span(" "), Span(title, tone), Span(" " + "─" * max(0, room), "rail"), Span(tail, "faint"))
    return Line(key, spans, pick=False)


def blank(key: str) -> Line:
    return Line(key, (), pick=False)
