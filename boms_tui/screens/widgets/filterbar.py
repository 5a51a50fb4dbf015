"""The filter line of a list: hidden while empty and left, live while it is typed."""

from dataclasses import dataclass

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from boms_tui.screens.filter import Term, parse


class FilterBar(Input):
    """`/` opens it, Enter goes back to the list, Esc empties it."""

    BINDINGS = [Binding("escape", "clear", "Clear")]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = "FilterBar { display: none; height: 1; }"

    @dataclass
    class Narrowed(Message):
        """The filter says something else now."""

        terms: tuple[Term, ...]

    @dataclass
    class Left(Message):
        """The list has the keys again."""

    def __init__(self) -> None:
        super().__init__(placeholder="state:failed dept:risk text, -term turns a term round", compact=True, id="filter")
        self.cursor_blink = False
        self.terms: tuple[Term, ...] = ()

    def open(self) -> None:
        self.display = True
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.terms = parse(event.value)
        self.post_message(self.Narrowed(self.terms))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave()

    def action_clear(self) -> None:
        self.value = ""
        self._leave()

    def _leave(self) -> None:
        self.display = bool(self.value)
        self.post_message(self.Left())
