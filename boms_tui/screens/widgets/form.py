"""Labelled fields, one a row."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from boms_tui.screens.fields import Field
from boms_tui.screens.text import safe
from boms_tui.screens.widgets.choice import Choice


def entry(*, secret: bool = False, hint: str = "") -> Input:
    """A one-row input whose cursor stands still; a password's is masked."""
    box = Input(placeholder=safe(hint), password=secret, compact=True, select_on_focus=False)
    box.cursor_blink = False
    return box


class FormRow(Horizontal):
    """A label and its field; above it where each choice has a line of its own."""

    DEFAULT_CSS = """
    FormRow { height: 1; }
    FormRow > .label { width: 20; color: $foreground 60%; }
    FormRow > Input { width: 1fr; }
    FormRow.-above { height: auto; layout: vertical; }
    FormRow.-above > .label { width: 1fr; }
    """

    def __init__(self, field: Field) -> None:
        super().__init__(classes="-above" if field.means else None)
        self.field = field
        self.entry: Input | Choice = (
            Choice(field.choices, field.means) if field.choices else entry(secret=field.secret, hint=field.hint)
        )

    def compose(self) -> ComposeResult:
        yield Static(Content(safe(self.field.label)), classes="label")
        yield self.entry

    @property
    def value(self) -> str:
        return self.entry.value


class Form(Vertical):
    """All fields of a dialog."""

    DEFAULT_CSS = "Form { height: auto; overflow-y: auto; scrollbar-size: 1 1; }"

    def __init__(self, fields: Iterable[Field], name: str | None = None) -> None:
        super().__init__(id=name)
        self.rows = [FormRow(field) for field in fields]

    def compose(self) -> ComposeResult:
        yield from self.rows

    def values(self) -> dict[str, str]:
        return {row.field.name: row.value for row in self.rows}

    def row(self, name: str) -> FormRow:
        return next(row for row in self.rows if row.field.name == name)

    def first(self) -> Input | Choice:
        """Where filling in begins: the field that decides, else the first that is typed into."""
        entries = [row.entry for row in self.rows if row.field.decides or isinstance(row.entry, Input)]
        return entries[0]

    def missing(self) -> FormRow | None:
        """The first field that must be filled in and is not."""
        return next((row for row in self.rows if row.field.required and not row.value.strip()), None)

    def forget(self) -> None:
        """Empty the secret fields."""
        for row in self.rows:
            if row.field.secret and isinstance(row.entry, Input):
                row.entry.value = ""
