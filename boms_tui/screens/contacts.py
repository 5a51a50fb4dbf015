"""Whom to call: everybody that definitions name, with hours and who is next."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from boms_tui.model.definition import Contact
from boms_tui.screens.line import Span
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.people import contacts_lines
from boms_tui.screens.widgets.linetable import LineTable


class ContactsScreen(LiveScreen[tuple[Contact, ...]]):
    """All contacts by name."""

    TITLE = "Contacts"

    @property
    def interest(self) -> Interest:
        return Interest(View.CONTACTS)

    def body(self) -> Iterable[Widget]:
        yield LineTable("table")

    def draw(self, data: tuple[Contact, ...]) -> None:
        table = self.query_one("#table", LineTable)
        table.show(contacts_lines(data, self.moment(table)))

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        right = (Span(f"{len(self.data)} contacts ", "dim"),) if self.data is not None else ()
        return self.TITLE, "" if self.data is not None else "reading the store", right
