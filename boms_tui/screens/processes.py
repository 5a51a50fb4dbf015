"""The process browser: search, what a process is and how it went, and ordering a run of it."""

from collections.abc import Iterable, Iterator, Sequence

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from boms_tui.errors import BomsError
from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId
from boms_tui.model.verbs import On
from boms_tui.model.views import ProcessRow, ProcessView
from boms_tui.screens import keys
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.line import Line, Span, heading, line
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, Processes, View
from boms_tui.screens.rows.holds import over
from boms_tui.screens.rows.process import columns, detail_lines, process_lines
from boms_tui.screens.target import Target, process_target
from boms_tui.screens.text import safe, wrap
from boms_tui.screens.widgets.filterbar import FilterBar
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView


class ProcessesScreen(LiveScreen[Processes]):
    """All processes by department, and the one under the cursor in a pane of its own."""

    BINDINGS = keys.bindings(keys.PROCESSES) + keys.verb_bindings(On.PROCESS)
    KINDS = (On.PROCESS,)
    KEYS = (keys.PROCESSES,)
    TITLE = "Processes"

    def __init__(self) -> None:
        super().__init__()
        self._views: dict[str, ProcessView] = {}
        self._failed: dict[str, BomsError] = {}
        self._wanted = ""

    @property
    def interest(self) -> Interest:
        return Interest(View.PROCESSES)

    def body(self) -> Iterable[Widget]:
        yield FilterBar()
        with Horizontal(id="body"):
            with Vertical(classes="main"):
                yield LineView("columns", focusable=False)
                yield LineTable("table")
            yield LineView("details")

    def draw(self, data: Processes) -> None:
        table = self.query_one("#table", LineTable)
        moment = self.moment(table)
        self.query_one("#columns", LineView).show([heading(columns(moment.width))])
        table.show(process_lines(data.rows, moment, self.query_one(FilterBar).terms, data.holds))
        self._draw_details()

    def _draw_details(self) -> None:
        details = self.query_one("#details", LineView)
        cursor, moment = self.query_one("#table", LineTable).cursor, self.moment(details)
        view, failed = self._views.get(cursor), self._failed.get(cursor)
        if failed is not None:
            details.show(list(_failed_lines(failed, moment.width)))
        elif view is not None and self.data is not None:
            details.show(detail_lines(view, moment, self.data.holds))
        else:
            details.show([])

    def show(self, data: Processes) -> None:
        """Take over the list; what is under the cursor is read again."""
        super().show(data)
        if self._wanted:
            self.query_one("#table", LineTable).choose(self._wanted)
            self._wanted = ""
        self._read()

    def _read(self) -> None:
        key = self.query_one("#table", LineTable).cursor
        if key:
            in_background(f"process:{key}", lambda: self.host.gateway.process(ProcessId(key)), self.post_message)

    def on_done(self, event: Done) -> None:
        key = event.tag.removeprefix("process:")
        if isinstance(event.data, ProcessView):
            self._views[key] = event.data
            self._failed.pop(key, None)
        elif event.error is not None:
            self._failed[key] = event.error
        self._draw_details()

    def process(self, key: str) -> Process | None:
        """The definition of a process, if it was read."""
        view = self._views.get(key)
        return view.definition if view is not None else None

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        if self.data is None:
            return self.TITLE, self.unread, ()
        filtered = " ".join(self.query_one(FilterBar).value.split())
        rows = self.data.rows
        right = (Span(f"{len(rows)} processes, {sum(row.tasks for row in rows)} tasks ", "dim"),)
        return self.TITLE, f"filter: {filtered}" if filtered else "", right

    def target(self) -> Target | None:
        row, now = self._chosen(), self.host.now()
        if row is None or self.data is None:
            return None
        return process_target(row, now, held=bool(over(self.data.holds, row.id, now)))

    def _chosen(self) -> ProcessRow | None:
        """The process under the cursor."""
        cursor = self.query_one("#table", LineTable).cursor
        rows = self.data.rows if self.data is not None else ()
        return next((row for row in rows if row.id == cursor), None)

    def action_why(self) -> None:
        """Say why the newest run does not go on."""
        row = self._chosen()
        if row is not None and row.last is not None:
            self.host.open_why(row.last[0])
        elif row is not None:
            self._say_never(row.id)

    def _say_never(self, process: str) -> None:
        self.host.say(f"{safe(process)} has no run yet; o orders one", "dim")

    def choose_when_read(self, key: str) -> None:
        """Put the cursor on a process as soon as the list is there."""
        self._wanted = key

    def on_line_table_moved(self) -> None:
        self._draw_details()
        self._read()
        self.frame()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        view = self._views.get(event.key)
        if view is not None and view.runs:
            self.host.open_run(view.runs[0].run.id)
        else:
            self._say_never(event.key)

    def on_filter_bar_narrowed(self) -> None:
        self.lay_out()

    def on_filter_bar_left(self) -> None:
        self.query_one("#table").focus()

    def action_filter(self) -> None:
        self.query_one(FilterBar).open()

    def action_back(self) -> None:
        """Empty the filter first, then go back."""
        bar = self.query_one(FilterBar)
        if bar.value:
            bar.action_clear()
        else:
            super().action_back()


def _failed_lines(error: BomsError, width: int) -> Iterator[Line]:
    """Why a process cannot be shown."""
    text = safe(f"✗ {error.title}: {error.next_step}" if error.next_step else f"✗ {error.title}")
    for number, part in enumerate(wrap(text, width)):
        yield line(f"#failed{number}", (part, "bad"))
