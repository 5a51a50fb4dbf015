"""A scrolled view of lines that redraws only the cells that changed."""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from boms_tui.screens.keys import SCROLLING, bindings
from boms_tui.screens.line import Line, Span
from boms_tui.screens.signs import PLAIN
from boms_tui.screens.theme import PALETTES

ASCII = "-ascii"
"""The app's class on terminals without Unicode."""


class LineView(ScrollView, can_focus=True):
    """Shows lines; `old` dims them all, which says that they are not live."""

    BINDINGS = bindings(SCROLLING)
    DEFAULT_CSS = "LineView { scrollbar-size: 1 1; overflow-x: hidden; }"
    ALLOW_SELECT = False

    def __init__(self, name: str | None = None, *, classes: str | None = None, focusable: bool = True) -> None:
        super().__init__(id=name, classes=classes)
        self.can_focus = focusable
        self.lines: tuple[Line, ...] = ()
        self.old = False

    def show(self, lines: Sequence[Line]) -> None:
        """Replace what is shown, and redraw the cells that differ."""
        before, self.lines = self.lines, tuple(lines)
        self._measure()
        top = round(self.scroll_y)
        for y in range(top, top + self.size.height):
            self._refresh_difference(y, _at(before, y), _at(self.lines, y))

    def watch_show_vertical_scrollbar(self) -> None:
        """Tell the bar where it stands: Textual tells it of no scrolling that happened before it was shown."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = self.scroll_y

    def age(self, *, old: bool) -> None:
        """Dim what is shown, or show it as live again."""
        if old != self.old:
            self.old = old
            self.refresh()

    def width_of(self) -> int:
        """The width that lines should be laid out for, in cells."""
        return max(0, self.scrollable_content_region.width)

    def _measure(self) -> None:
        size = Size(self._virtual_width(), len(self.lines))
        if size != self.virtual_size:
            self.virtual_size = size

    def _virtual_width(self) -> int:
        return self.scrollable_content_region.width

    def _refresh_difference(self, y: int, before: Line | None, after: Line | None) -> None:
        if before == after and self._mark(before) == self._mark(after):
            return
        start, end = _difference(before.spans if before else (), after.spans if after else ())
        x, width = start - round(self.scroll_x), max(end, 0) - start
        if before is None or after is None:
            x, width = 0, self.size.width
        self.refresh(Region(x, y - round(self.scroll_y), width, 1))

    def _mark(self, line: Line | None) -> str:  # noqa: ARG002 - what a subclass lays over a line
        """The tone that is laid over a whole line."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The strip of the screen's line `y`."""
        width = self.size.width
        line = _at(self.lines, y + round(self.scroll_y))
        base = self.rich_style
        if line is None:
            return Strip.blank(width, base)
        tones = PALETTES[self.app.theme]
        left = round(self.scroll_x)
        strip = Strip([self._segment(span, tones) for span in line.spans]).crop_extend(left, left + width, None)
        mark = self._mark(line)
        if mark:
            strip = Strip([Segment(text, (style or Style.null()) + tones[mark]) for text, style, _ in strip])
        return strip.apply_style(base)

    def _segment(self, span: Span, tones: Mapping[str, Style]) -> Segment:
        text = span.text.translate(PLAIN) if self.app.has_class(ASCII) else span.text
        return Segment(text, tones["old"] if self.old and span.tone != "rail" else tones[span.tone])

    def action_scroll_page(self, pages: float) -> None:
        self.scroll_relative(y=max(1, self.size.height - 1) * pages, animate=False)

    def action_scroll_lines(self, lines: int) -> None:
        self.scroll_relative(y=lines, animate=False)

    def action_scroll_edge(self, edge: int) -> None:
        self.scroll_to(y=self.max_scroll_y if edge else 0, animate=False)


def _at(lines: Sequence[Line], y: int) -> Line | None:
    return lines[y] if 0 <= y < len(lines) else None


def _difference(before: tuple[Span, ...], after: tuple[Span, ...]) -> tuple[int, int]:
    """The cells from the first to behind the last that differ."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    widths = [sum(cell_len(span.text) for span in spans) for spans in (before, after)]
    start = sum(cell_len(span.text) for span in after[:same])
    end = max(widths)
    if widths[0] == widths[1]:
        back = 1
        while back <= min(len(before), len(after)) - same and before[-back] == after[-back]:
            end -= cell_len(after[-back].text)
            back += 1
    return start, end
