"""What all boxes over a screen have in common: a title, Esc to go back, and buttons of which the safe one is first."""

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input

from boms_tui.screens.host import Host
from boms_tui.screens.keys import DIALOG, bindings
from boms_tui.screens.line import line
from boms_tui.screens.text import safe, wrap
from boms_tui.screens.widgets.choice import Choice
from boms_tui.screens.widgets.lineview import LineView

R = TypeVar("R")


class Dialog(ModalScreen[R | None], Generic[R]):
    """A box that ends with a result, or with None when it is left.

    Enter goes on from one field to the next before any later key is looked at: keys that come in one piece must not
    land in the field before, where a password would be seen.
    """

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        *bindings(DIALOG), Binding("enter", "next_field", show=False, priority=True),
    ]  # fmt: skip
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual declares it so
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012 - Textual declares it so

    @property
    def host(self) -> Host:
        return cast("Host", self.app)

    def say(self, text: str, tone: str = "warn") -> None:
        """Put a message above the buttons, on as many rows as it takes."""
        self.soon(self._say, text, tone)

    def soon(self, draw: Callable[..., None], *given: str) -> None:
        """Draw once the layout stands, unless the box has been left meanwhile."""
        self.call_after_refresh(self._draw_if_open, draw, *given)

    def _draw_if_open(self, draw: Callable[..., None], *given: str) -> None:
        if self.is_attached and self.query(Box):
            draw(*given)

    def _say(self, text: str, tone: str) -> None:
        view = self.query_one("#wrong", LineView)
        view.show([line(f"#wrong{number}", (part, tone)) for number, part in enumerate(wrap(text, view.width_of()))])

    def action_cancel(self) -> None:
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_field":
            return self._next_field() is not None
        return super().check_action(action, parameters)

    def action_next_field(self) -> None:
        self.set_focus(self._next_field())

    def _next_field(self) -> Widget | None:
        """The field that follows the one being filled in; None behind the last."""
        chain = self.focus_chain
        if not isinstance(self.focused, Input | Choice) or self.focused not in chain:
            return None
        after = chain[chain.index(self.focused) + 1 :]
        return next((widget for widget in after if isinstance(widget, Input | Choice)), None)


class Box(Vertical):
    """The frame of a dialog, with its title in the border."""

    def __init__(self, title: str, *, tone: str = "") -> None:
        super().__init__(classes=f"box {tone}".strip())
        self.border_title = Content(safe(title))


def button(label: str, name: str) -> Button:
    return Button(Content(label), id=name, compact=True)


class Buttons(Horizontal):
    """The row of buttons at the foot of a box; the arrow keys go from one to the other."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("left", "app.focus_previous", show=False), Binding("right", "app.focus_next", show=False),
    ]  # fmt: skip
