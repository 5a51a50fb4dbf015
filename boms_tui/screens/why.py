"""The why screen: what keeps a run or task from going on, the root cause first, with the way to each line's object."""

from collections.abc import Iterable, Sequence
from datetime import date

from textual.widget import Widget

from boms_tui.model.ids import RunId, parse_run_id, split_ref
from boms_tui.model.views import Reasons
from boms_tui.screens import keys
from boms_tui.screens.line import Span
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.why import ref_of, why_lines
from boms_tui.screens.text import safe
from boms_tui.screens.widgets.linetable import LineTable


class WhyScreen(LiveScreen[Reasons]):
    """The reasons of one run or task; Enter goes to the run or task that a line speaks of."""

    BINDINGS = keys.bindings(keys.WHY)
    KEYS = (keys.WHY,)
    TITLE = "Why is it not running?"

    def __init__(self, ref: str) -> None:
        super().__init__()
        self.ref = ref

    @property
    def interest(self) -> Interest:
        return Interest(View.WHY, self.ref)

    def body(self) -> Iterable[Widget]:
        yield LineTable("table")

    def draw(self, data: Reasons) -> None:
        table = self.query_one("#table", LineTable)
        table.show(why_lines(data, self.moment(table)))

    def trail(self) -> Sequence[str]:
        return ("board", *(safe(part) for part in split_ref(self.ref) if part is not None), "why")

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        return self.TITLE, safe(self.ref) if self.data is not None else self.unread, ()

    def shown_date(self) -> date | None:
        parts = parse_run_id(split_ref(self.ref)[0])
        return parts[1] if parts else None

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        self._open(ref_of(event.key))

    def action_open(self) -> None:
        self._open(ref_of(self.query_one("#table", LineTable).cursor))

    def _open(self, ref: str) -> None:
        run, task = split_ref(ref)
        if task is not None:
            self.host.open_task(ref)
        elif run:
            self.host.open_run(RunId(run))
