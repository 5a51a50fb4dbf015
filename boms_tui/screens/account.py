"""The box for a change of an account: a new user, other roles, a new password, closed or open again."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.widgets import Button, Input

from boms_tui.model.views import UserRow
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.dialog import Box, Buttons, Dialog, button
from boms_tui.screens.fields import Field
from boms_tui.screens.line import line
from boms_tui.screens.text import safe
from boms_tui.screens.widgets.choice import Choice
from boms_tui.screens.widgets.form import Form
from boms_tui.screens.widgets.lineview import LineView

_USER = Field("user", "User", hint="small letters, digits, - and _", required=True)
_ROLE = Field("roles", "Role", choices=("viewer", "operator", "supervisor", "author", "admin"))
_PASSWORD = Field("secret", "Initial password", hint="to be changed at the first sign-in", secret=True, required=True)
_AGAIN = Field("again", "The same again", secret=True, required=True)

CHANGES: dict[str, tuple[str, tuple[Field, ...]]] = {
    "add": ("Add a user", (_USER, _ROLE, _PASSWORD, _AGAIN)),
    "roles": ("Change the role of", (_ROLE,)),
    "reset": ("Reset the password of", (_PASSWORD, _AGAIN)),
    "disable": ("Disable", ()),
    "enable": ("Enable", ()),
}


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One change of one account. `repr` keeps the password out of logs."""

    do: str
    user: str
    roles: str = ""
    version: int | None = None
    secret: str = ""

    def __repr__(self) -> str:
        return f"AccountChange({self.do!r}, {self.user!r})"


class AccountBox(Dialog[AccountChange]):
    """Ends with the change, or with None."""

    def __init__(self, do: str, user: UserRow | None) -> None:
        super().__init__()
        self.do = do
        self.user = user
        self._form = Form(CHANGES[do][1])

    def compose(self) -> ComposeResult:
        name = self.user.name if self.user is not None else ""
        with Box(f"{CHANGES[self.do][0]} {name}".strip()):
            yield LineView("object", focusable=False)
            yield self._form
            yield LineView("wrong", focusable=False)
            with Buttons():
                yield button("No, go back", "no")
                yield button("Yes", "yes")

    def on_mount(self) -> None:
        first = self._form.rows[0].entry if self._form.rows else self.query_one("#no", Button)
        first.focus()
        self.soon(self._draw)
        if "roles" in self._form.values():
            in_background("roles", lambda: tuple(self.host.gateway.roles()), self.post_message)

    def on_done(self, event: Done) -> None:
        entry = self._form.row("roles").entry
        if isinstance(entry, Choice) and isinstance(event.data, tuple) and event.data:
            held = self.user.roles if self.user is not None else ("operator",)
            entry.offer(tuple(sorted(event.data, key=lambda role: (role not in held, role))))

    def _draw(self) -> None:
        if self.user is not None:
            roles = ", ".join(self.user.roles)
            text = f"{self.user.name} has {roles}{', and is disabled' if self.user.disabled else ''}"
            self.query_one("#object", LineView).show([line("#object", (safe(text), "dim"))])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()
        if self.focused is self.query_one("#no"):
            self.query_one("#yes", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.dismiss(None)
            return
        wrong = self._wrong()
        if wrong:
            self.say(wrong)
            return
        self._finish()

    def _wrong(self) -> str:
        missing = self._form.missing()
        if missing is not None:
            return f"{missing.field.label} is required"
        values = self._form.values()
        if values.get("secret") != values.get("again"):
            return "the two passwords differ"
        return ""

    def _finish(self) -> None:
        values = self._form.values()
        user = self.user.name if self.user is not None else values["user"].strip()
        version = self.user.version if self.user is not None else None
        change = AccountChange(self.do, user, values.get("roles", ""), version, values.get("secret", ""))
        self._form.forget()
        self.dismiss(change)
