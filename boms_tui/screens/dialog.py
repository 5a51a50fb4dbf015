"""What all boxes over a screen have in common: a title, Esc to go back, and buttons of which the safe one is first."""

from typing import Generic, TypeVar, cast

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button

from boms_tui.screens.host import Host
from boms_tui.screens.keys import DIALOG, bindings
from boms_tui.screens.text import safe

R = TypeVar("R")


class Dialog(ModalScreen[R | None], Generic[R]):
    """A box that ends with a result, or with None when it is left."""

    BINDINGS = bindings(DIALOG)

    @property
    def host(self) -> Host:
        return cast("Host", self.app)

    def action_cancel(self) -> None:
        self.dismiss(None)


class Box(Vertical):
    """The frame of a dialog, with its title in the border."""

    def __init__(self, title: str, *, tone: str = "") -> None:
        super().__init__(classes=f"box {tone}".strip())
        self.border_title = Content(safe(title))


def button(label: str, name: str) -> Button:
    return Button(Content(label), id=name, compact=True)


class Buttons(Horizontal):
    """The row of buttons at the foot of a box."""
