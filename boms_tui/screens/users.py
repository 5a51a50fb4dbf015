"""The settings screen: the users, and what an admin can do to their accounts."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from boms_tui.model.views import UserRow
from boms_tui.screens import keys
from boms_tui.screens.line import Span, heading
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.people import user_columns, user_lines
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView


class UsersScreen(LiveScreen[tuple[UserRow, ...]]):
    """Everybody who may sign in. The keys of an admin are dead for everybody else."""

    BINDINGS = keys.bindings(keys.USERS)
    TITLE = "Users"

    @property
    def interest(self) -> Interest:
        return Interest(View.USERS)

    def body(self) -> Iterable[Widget]:
        yield LineView("columns", focusable=False)
        yield LineTable("table")

    def draw(self, data: tuple[UserRow, ...]) -> None:
        table = self.query_one("#table", LineTable)
        moment = self.moment(table)
        self.query_one("#columns", LineView).show([heading(user_columns(moment.width))])
        table.show(user_lines(data, moment))

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        if self.data is None:
            return self.TITLE, self.unread, ()
        note = "" if self.host.may("users") else "an admin can change them"
        return self.TITLE, note, (Span(f"{len(self.data)} users ", "dim"),)

    def _hints(self) -> list[tuple[str, str]]:
        shown = keys.USERS.keys if self.host.may("users") else ()
        return [*((keys.name_of(key.keys), key.label) for key in shown), ("?", "Help")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The account keys work only for those who may, and only while the board is live."""
        if action == "users" and not self.host.may("users"):
            return False
        return super().check_action(action, parameters)

    @property
    def chosen(self) -> UserRow | None:
        key = self.query_one("#table", LineTable).cursor
        return next((user for user in self.data or () if user.name == key), None)

    def action_users(self, do: str) -> None:
        """Ask for what the change needs; the app sends it."""
        if do == "add" or self.chosen is not None:
            self.host.account(do, None if do == "add" else self.chosen)

    def on_line_table_opened(self) -> None:
        if self.host.may("users"):
            self.action_users("roles")
