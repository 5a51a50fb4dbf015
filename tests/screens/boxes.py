"""What a test does in a box over the screen: fill its fields, and press its buttons."""

from collections.abc import Mapping

from textual.widgets import Button, Input

from boms_tui.screens.widgets.form import Form
from tests.screens.stage import Seat


async def fill(at: Seat, values: Mapping[str, str]) -> None:
    form = at.app.screen.query_one(Form)
    for row in form.rows:
        if row.field.name in values and isinstance(row.entry, Input):
            row.entry.value = values[row.field.name]
    await at.pilot.pause()


def button(at: Seat, name: str) -> Button:
    return at.app.screen.query_one(f"#{name}", Button)


async def say_yes(at: Seat) -> None:
    await at.until(lambda: not button(at, "yes").has_class("-active"))
    button(at, "yes").focus()
    await at.press("enter")
