"""The map of a run: its tasks in layers, edges between them, and a cursor that walks along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from textual import events
from textual.message import Message

from boms_tui.model.states import TaskState
from boms_tui.screens.graph import NEIGHBOURHOOD, neighbourhood
from boms_tui.screens.keys import MAP, bindings
from boms_tui.screens.line import Line, Span
from boms_tui.screens.signs import TASK_SIGNS
from boms_tui.screens.text import safe
from boms_tui.screens.widgets.lineview import LineView
from boms_tui.screens.wires import Picture, picture

_After = tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=32)
def _picture(after: _After) -> Picture:
    return picture(dict(after))


class GraphView(LineView, can_focus=True):
    """The layout is made once per graph; states only recolour it."""

    BINDINGS = bindings(MAP)
    DEFAULT_CSS = "GraphView { overflow-x: auto; overflow-y: auto; }"

    @dataclass
    class Moved(Message):
        """The cursor is on another task."""

        name: str

    @dataclass
    class Opened(Message):
        """A task was opened."""

        name: str

    def __init__(self, name: str | None = None, *, classes: str | None = None) -> None:
        super().__init__(name, classes=classes)
        self.cursor = ""
        self._after: Mapping[str, Sequence[str]] = {}
        self._states: Mapping[str, TaskState] = {}
        self._picture = _picture(())

    def show_graph(self, after: Mapping[str, Sequence[str]], states: Mapping[str, TaskState]) -> None:
        """Draw the graph with each task in its state."""
        self._after, self._states = after, states
        if self.cursor not in after:
            self.cursor = next(iter(after), "")
        part = after if len(after) <= NEIGHBOURHOOD else neighbourhood(after, self.cursor)
        self._picture = _picture(tuple((name, tuple(before)) for name, before in part.items()))
        self._draw()
        self._reveal()

    def on_resize(self) -> None:
        self._draw()

    @property
    def _indent(self) -> int:
        """The cells before the picture, which stands in the middle where it is smaller than the view."""
        return max(1, (self.scrollable_content_region.width - self._picture.width) // 2)

    def _virtual_width(self) -> int:
        return max(self._picture.width + self._indent, self.scrollable_content_region.width)

    def _draw(self) -> None:
        labels: dict[int, list[tuple[int, str]]] = {}
        for name, place in self._picture.places.items():
            labels.setdefault(place.row, []).append((place.column, name))
        self.show([
            Line(f"#{number}", tuple(self._spans(row, sorted(labels.get(number, [])))), pick=False)
            for number, row in enumerate(self._picture.rows)
        ])  # fmt: skip

    def _spans(self, row: str, labels: Sequence[tuple[int, str]]) -> list[Span]:
        spans = [Span(" " * self._indent)]
        reached = 0
        for column, name in labels:
            sign = TASK_SIGNS[self._states.get(name, TaskState.WAITING)]
            here = name == self.cursor
            spans.append(Span(row[reached:column], "faint"))
            spans.append(Span(f"{sign.glyph} ", "brand" if here else sign.tone))
            spans.append(Span(safe(name), "brand" if here else sign.tone if sign.tone in {"bad", "live"} else ""))
            reached = column + 2 + cell_len(name)
        spans.append(Span(row[reached:].rstrip(), "faint"))
        return spans

    def _reveal(self) -> None:
        place = self._picture.places.get(self.cursor)
        if place is None:
            return
        width, height = self.size.width, self.size.height
        x, y = self.scroll_offset
        left = place.column + self._indent - 1
        right = left + cell_len(self.cursor) + 3
        x = min(x, max(0, left - 2)) if right <= x + width else right - width
        x = min(x, max(0, left - 2))
        y = place.row - 1 if place.row <= y else place.row - height + 2 if place.row >= y + height - 1 else y
        self.scroll_to(x=max(0, x), y=max(0, y), animate=False, force=True)

    def action_walk(self, across: int, down: int) -> None:
        """Go to the neighbour in the layer, or along an edge to the layer beside it."""
        place = self._picture.places.get(self.cursor)
        if place is None:
            return
        if across:
            layer = sorted(self._picture.layers[place.layer], key=lambda name: self._picture.places[name].column)
            index = layer.index(self.cursor) + across
            self._choose(layer[max(0, min(len(layer) - 1, index))])
            return
        linked = self._below() if down > 0 else list(self._after.get(self.cursor, ()))
        shown = [name for name in linked if name in self._picture.places]
        beside = shown or self._layer_beside(place.layer, down)
        if beside:
            self._choose(min(beside, key=self._distance))

    def _below(self) -> list[str]:
        return [name for name, before in self._after.items() if self.cursor in before]

    def _layer_beside(self, layer: int, down: int) -> list[str]:
        number = layer + down
        return list(self._picture.layers[number]) if 0 <= number < len(self._picture.layers) else []

    def _distance(self, name: str) -> tuple[int, int]:
        here, there = self._picture.places[self.cursor], self._picture.places[name]
        return abs(there.layer - here.layer), abs(there.column - here.column)

    def _choose(self, name: str) -> None:
        if name != self.cursor:
            self.cursor = name
            self.show_graph(self._after, self._states)
            self.post_message(self.Moved(name))

    def action_open(self) -> None:
        if self.cursor:
            self.post_message(self.Opened(self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Choose the task under the mouse; open it if it was chosen already."""
        x, y = event.x + round(self.scroll_x) - self._indent, event.y + round(self.scroll_y)
        for name, place in self._picture.places.items():
            if place.row == y and place.column <= x < place.column + cell_len(name) + 2:
                if name == self.cursor:
                    self.action_open()
                self._choose(name)
                return
