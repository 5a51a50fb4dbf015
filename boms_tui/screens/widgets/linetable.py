"""A list with a cursor that holds the key of its line, whatever happens to the lines around it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from boms_tui.screens.keys import LIST, bindings
from boms_tui.screens.line import Line
from boms_tui.screens.widgets.lineview import LineView


class LineTable(LineView, can_focus=True):
    """Lines of which one is chosen. The cursor stops only on lines that can be picked."""

    BINDINGS = bindings(LIST)

    @dataclass
    class Moved(Message):
        """The cursor is on another line."""

        table: "LineTable"
        key: str

    @dataclass
    class Opened(Message):
        """A line was opened with Enter or by a click on the chosen line."""

        table: "LineTable"
        key: str

    def __init__(self, name: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(name, classes=classes)
        self.cursor = ""
        self._picks: tuple[int, ...] = ()
        self._rows: dict[str, int] = {}

    @property
    def row(self) -> int | None:
        """The number of the chosen line."""
        return self._rows.get(self.cursor)

    def show(self, lines: Sequence[Line]) -> None:
        """Replace the lines; the cursor stays on its key, or goes to the nearest line where that has gone."""
        row = self.row
        offset = 0 if row is None else row - round(self.scroll_y)
        super().show(lines)
        self._picks = tuple(y for y, line in enumerate(self.lines) if line.pick)
        self._rows = {self.lines[y].key: y for y in self._picks}
        now = self.row
        if now is None:
            self._choose(self._nearest(row or 0))
        elif row is not None and now != row:
            self.refresh()
            self._follow(now, offset)

    def choose(self, key: str) -> None:
        """Put the cursor on the line with this key, if it is shown."""
        if key in self._rows:
            self._choose(self._rows[key])

    def _follow(self, row: int, offset: int) -> None:
        """Keep the chosen line at the place of the screen where it was; at the top, keep what comes first in sight."""
        if round(self.scroll_y) == 0 and row < self.size.height:
            return
        if 0 <= offset < self.size.height:
            self.scroll_to(y=row - offset, animate=False, force=True)

    def _nearest(self, row: int) -> int | None:
        return min(self._picks, key=lambda y: abs(y - row), default=None)

    def _choose(self, row: int | None) -> None:
        before = self.row
        self.cursor = "" if row is None else self.lines[row].key
        for y in {before, row} - {None}:
            self.refresh_line(y or 0)
        if row is not None:
            self._reveal(row)
        self.post_message(self.Moved(self, self.cursor))

    def _reveal(self, row: int) -> None:
        top, height = round(self.scroll_y), self.size.height
        first = row if row != self._picks[0] else 0
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif row >= top + height > 0:
            self.scroll_to(y=row - height + 1, animate=False, force=True)

    def _mark(self, line: Line | None) -> str:
        if line is None or not line.pick or line.key != self.cursor:
            return ""
        return "cursor" if self.has_focus else "blurred"

    def _move(self, lines: int) -> None:
        row = self.row
        if not self._picks:
            return
        place = bisect_left(self._picks, row) if row is not None else 0
        self._choose(self._picks[max(0, min(len(self._picks) - 1, place + lines))])

    def action_scroll_lines(self, lines: int) -> None:
        self._move(lines)

    def action_scroll_page(self, pages: float) -> None:
        self._move(round(max(1, self.size.height - 1) * pages))

    def action_scroll_edge(self, edge: int) -> None:
        if self._picks:
            self._choose(self._picks[-1 if edge else 0])

    def action_open(self) -> None:
        if self.cursor:
            self.post_message(self.Opened(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the mouse; open it if it was chosen already."""
        row = event.y + round(self.scroll_y)
        if not (0 <= row < len(self.lines) and self.lines[row].pick):
            return
        if row == self.row:
            self.action_open()
        else:
            self._choose(row)

    def on_resize(self) -> None:
        """Keep the chosen line in sight when the view gets smaller."""
        if self.row is not None:
            self._reveal(self.row)

    def on_focus(self) -> None:
        self._redraw_cursor()

    def on_blur(self) -> None:
        self._redraw_cursor()

    def _redraw_cursor(self) -> None:
        row = self.row
        if row is not None:
            self.refresh_line(row)
