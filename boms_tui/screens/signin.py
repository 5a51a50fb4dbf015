"""Sign-in: a box over the live board. Esc looks around without any rights."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Input

from boms_tui.errors import MustChangeError
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.dialog import Box, Buttons, Dialog, button
from boms_tui.screens.fields import Field
from boms_tui.screens.gateway import SignedIn
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.text import fit, safe
from boms_tui.screens.widgets.form import Form
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView

_USER, _PASSWORD = Field("user", "User", required=True), Field("password", "Password", secret=True, required=True)
_NEW = Field("new", "New password", hint="must be changed now", secret=True, required=True)
_AGAIN = Field("again", "The same again", secret=True, required=True)
MOST_ACCOUNTS = 9


class SignIn(Dialog[SignedIn]):
    """Ends with who signed in, or with None."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding(str(number), f"pick({number})", f"Sample account {number}", show=False)
        for number in range(1, MOST_ACCOUNTS + 1)
    ]

    def __init__(self) -> None:
        super().__init__()
        self._form = Form((_USER, _PASSWORD))
        self._change = Form((_NEW, _AGAIN), "change")
        self._busy = False

    @property
    def accounts(self) -> list[tuple[str, str, str]]:
        """The sample accounts that can be offered: what is put into a field must be printable."""
        offered = [account for account in self.host.hint.accounts if all(map(str.isprintable, account))]
        return offered[:MOST_ACCOUNTS]

    def compose(self) -> ComposeResult:
        with Box("Sign in"):
            if self.accounts:
                yield LineTable("accounts")
            yield self._form
            yield self._change
            yield LineView("wrong", focusable=False)
            with Buttons():
                yield button("Sign in", "yes")
                yield button("Look around", "no")

    def on_mount(self) -> None:
        self._change.display = False
        if self.accounts:
            table = self.query_one("#accounts", LineTable)
            table.styles.height = len(self.accounts) + 2
            table.show(self._account_lines())
            table.focus()
        else:
            self._form.rows[0].entry.focus()
        self.say("Enter signs in, Esc looks around read-only", "faint")

    def _account_lines(self) -> list[Line]:
        lines = [line("#sample", ("Sample accounts: press the digit, or Enter", "dim"))]
        for number, (name, _, role) in enumerate(self.accounts, 1):
            spans = (Span(f" {number} ", "key"), Span(fit(safe(name), 16), "strong"), Span(safe(role), "dim"))
            lines.append(line(str(number), *spans, pick=True))
        return [*lines, line("#space")]

    def action_pick(self, number: int) -> None:
        """Sign in with one of the sample accounts."""
        if 0 < number <= len(self.accounts):
            user, password, _ = self.accounts[number - 1]
            self._fill("user", user)
            self._fill("password", password)
            self._send()

    def _fill(self, name: str, value: str) -> None:
        entry = self._form.row(name).entry
        if isinstance(entry, Input):
            entry.value = value

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        event.stop()
        self.action_pick(int(event.key))

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the last field that is shown sends; in another it goes on."""
        event.stop()
        shown = [*self._form.rows, *(self._change.rows if self._change.display else ())]
        if event.input is shown[-1].entry:
            self._send()
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.action_cancel()
        else:
            self._send()

    def _send(self) -> None:
        wrong = self._wrong()
        if wrong:
            self.say(wrong)
        if wrong or self._busy:
            return
        self._busy = True
        self.say("checking", "dim")
        gateway, form, change = self.host.gateway, self._form.values(), self._change.values()
        in_background(
            "sign-in", lambda: gateway.sign_in(form["user"].strip(), form["password"], change["new"]), self.post_message
        )

    def _wrong(self) -> str:
        forms = (self._form, self._change) if self._change.display else (self._form,)
        for form in forms:
            missing = form.missing()
            if missing is not None:
                missing.entry.focus()
                return f"{missing.field.label} is required"
        values = self._change.values()
        return "the two passwords differ" if values["new"] != values["again"] else ""

    def on_done(self, event: Done) -> None:
        self._busy = False
        if isinstance(event.data, SignedIn):
            self._form.forget()
            self._change.forget()
            self.dismiss(event.data)
        elif isinstance(event.error, MustChangeError):
            self._ask_new()
        elif event.error is not None:
            text = f"{event.error.title}; {event.error.next_step}" if event.error.next_step else event.error.title
            self.say(safe(text))
            self._form.forget()
            self._form.row("password").entry.focus()

    def _ask_new(self) -> None:
        """The password is right but must be changed: ask for a new one, twice."""
        self._change.display = True
        self.say("the password must be changed: choose a new one")
        self._change.rows[0].entry.focus()
