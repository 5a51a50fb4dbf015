"""Whom to call: everybody that definitions name, with hours, and who is next when nobody answers."""

from collections.abc import Iterable, Sequence

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from boms_tui.model.definition import Contact
from boms_tui.screens.line import Span, heading
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.people import contact_columns, contacts_lines, ladder_lines
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView


class ContactsScreen(LiveScreen[tuple[Contact, ...]]):
    """All contacts by name."""

    TITLE = "Contacts"

    @property
    def interest(self) -> Interest:
        return Interest(View.CONTACTS)

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="body"):
            with Vertical(classes="main"):
                yield LineView("columns", focusable=False)
                yield LineTable("table")
            yield LineView("aside", classes="aside", focusable=False)

    def draw(self, data: tuple[Contact, ...]) -> None:
        table = self.query_one("#table", LineTable)
        moment = self.moment(table)
        self.query_one("#columns", LineView).show([heading(contact_columns(moment.width))])
        table.show(contacts_lines(data, moment))
        self._draw_aside()

    def _draw_aside(self) -> None:
        aside = self.query_one("#aside", LineView)
        if aside.display and self.data is not None:
            cursor = self.query_one("#table", LineTable).cursor
            aside.show(ladder_lines(self.data, cursor, self.moment(aside)))

    def on_line_table_moved(self) -> None:
        self._draw_aside()

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        right = (Span(f"{len(self.data)} contacts ", "dim"),) if self.data is not None else ()
        return self.TITLE, "" if self.data is not None else self.unread, right
