"""The end of an output; it follows what is added until somebody scrolls up."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from boms_tui.screens.line import Line
from boms_tui.screens.widgets.lineview import LineView


class LogView(LineView, can_focus=True):
    """A line view that stays at its end while it follows."""

    @dataclass
    class Followed(Message):
        """It follows now, or has stopped."""

        following: bool

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.following = True

    def show(self, lines: Sequence[Line]) -> None:
        """Replace the lines, and go to the end while following."""
        super().show(lines)
        if self.following:
            self._to_end()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._to_end()
        self._set(following=True)

    def on_resize(self) -> None:
        if self.following:
            self._to_end()

    def _to_end(self) -> None:
        self.scroll_to(y=max(0, len(self.lines) - self.size.height), animate=False, force=True)

    def _set(self, *, following: bool) -> None:
        if following != self.following:
            self.following = following
            self.post_message(self.Followed(following))

    def _stop_unless_at_end(self) -> None:
        self._set(following=round(self.scroll_y) >= len(self.lines) - self.size.height)

    def action_scroll_page(self, pages: float) -> None:
        super().action_scroll_page(pages)
        self._stop_unless_at_end()

    def action_scroll_lines(self, lines: int) -> None:
        super().action_scroll_lines(lines)
        self._stop_unless_at_end()

    def action_scroll_edge(self, edge: int) -> None:
        super().action_scroll_edge(edge)
        self._stop_unless_at_end()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll_lines(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll_lines(3)
