"""One of a few words, chosen with the arrow keys: in a row, or one below the other with what each means."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from boms_tui.screens.keys import Group, Key, bindings
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.text import clip, fit, safe
from boms_tui.screens.widgets.lineview import LineView

CHOOSING = Group("Choices", (
    Key("left,up", "turn(-1)", "Choice before"),
    Key("right,down,space", "turn(1)", "Next choice"),
))  # fmt: skip


class Choice(LineView, can_focus=True):
    """Shows all words; the chosen one stands out. `value` is it."""

    BINDINGS = bindings(CHOOSING)
    DEFAULT_CSS = "Choice { height: 1; width: 1fr; }"

    @dataclass
    class Turned(Message):
        """Another word is chosen."""

        value: str

    def __init__(self, choices: tuple[str, ...], means: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.choices, self.means = choices, means
        self.styles.height = len(choices) if means else 1
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
            self._choose((self._chosen + by) % len(self.choices))

    def on_click(self, event: events.Click) -> None:
        if self.means:
            self._choose(min(event.y, len(self.choices) - 1))
            return
        column = 0
        for number, choice in enumerate(self.choices):
            column += cell_len(choice) + 2
            if event.x < column:
                self._choose(number)
                break

    def _choose(self, number: int) -> None:
        self._chosen = number
        self._draw()
        self.post_message(self.Turned(self.value))

    def _draw(self) -> None:
        self.show([*self._below_each_other()] if self.means else [self._in_a_row()])

    def _tone(self, number: int) -> str:
        if number != self._chosen:
            return "dim"
        return "brand" if self.has_focus else "key"

    def _in_a_row(self) -> Line:
        words = [Span(f" {safe(choice)} ", self._tone(number)) for number, choice in enumerate(self.choices)]
        hidden = self._chosen if sum(cell_len(word.text) for word in words) > self.size.width else 0
        return line("#choice", *words[hidden:])

    def _below_each_other(self) -> Iterator[Line]:
        longest = max(map(cell_len, self.choices))
        for number, (choice, means) in enumerate(zip(self.choices, self.means, strict=True)):
            chosen = number == self._chosen
            yield line(
                f"#{choice}",
                ("▸" if chosen else " ", "accent"),
                (f" {fit(safe(choice), longest)} ", self._tone(number)),
                (f" {clip(safe(means), self.size.width - longest - 4)}", "" if chosen else "dim"),
            )
