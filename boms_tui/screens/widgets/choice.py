"""One of a few words, chosen with the arrow keys."""

from textual import events

from boms_tui.screens.keys import Group, Key, bindings
from boms_tui.screens.line import Span, line
from boms_tui.screens.text import safe
from boms_tui.screens.widgets.lineview import LineView

CHOOSING = Group("Choices", (
    Key("left", "turn(-1)", "Choice before"),
    Key("right,space", "turn(1)", "Next choice"),
))  # fmt: skip


class Choice(LineView, can_focus=True):
    """Shows all words in a row; the chosen one stands out. `value` is it."""

    BINDINGS = bindings(CHOOSING)
    DEFAULT_CSS = "Choice { height: 1; width: 1fr; }"

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__()
        self.choices = choices
        self._chosen = 0

    @property
    def value(self) -> str:
        return self.choices[self._chosen] if self.choices else ""

    def offer(self, choices: tuple[str, ...]) -> None:
        """Replace the words; the first is chosen."""
        self.choices, self._chosen = choices, 0
        self._draw()

    def on_mount(self) -> None:
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        self._draw()

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def action_turn(self, by: int) -> None:
        if self.choices:
            self._chosen = (self._chosen + by) % len(self.choices)
            self._draw()

    def on_click(self, event: events.Click) -> None:
        column = 0
        for number, choice in enumerate(self.choices):
            column += len(choice) + 2
            if event.x < column:
                self._chosen = number
                break
        self._draw()

    def _draw(self) -> None:
        chosen = "brand" if self.has_focus else "key"
        words = [
            Span(f" {safe(choice)} ", chosen if number == self._chosen else "dim")
            for number, choice in enumerate(self.choices)
        ]
        hidden = self._chosen if sum(len(word.text) for word in words) > self.size.width else 0
        self.show([line("#choice", *words[hidden:])])
