"""The process browser: search, what a process is and how it went, and ordering a run of it."""

from collections.abc import Iterable, Sequence

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId
from boms_tui.model.verbs import On
from boms_tui.model.views import ProcessRow, ProcessView
from boms_tui.screens import keys
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.line import Span, heading
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.process import columns, detail_lines, process_lines
from boms_tui.screens.target import Target, process_target
from boms_tui.screens.widgets.filterbar import FilterBar
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView


class ProcessesScreen(LiveScreen[tuple[ProcessRow, ...]]):
    """All processes by department, and the one under the cursor in a pane of its own."""

    BINDINGS = keys.bindings(keys.PROCESSES) + keys.verb_bindings(On.PROCESS)
    KINDS = (On.PROCESS,)
    KEYS = (keys.PROCESSES,)
    TITLE = "Processes"

    def __init__(self) -> None:
        super().__init__()
        self._views: dict[str, ProcessView] = {}
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

    def draw(self, data: tuple[ProcessRow, ...]) -> None:
        table = self.query_one("#table", LineTable)
        moment = self.moment(table)
        self.query_one("#columns", LineView).show([heading(columns(moment.width))])
        table.show(process_lines(data, moment, self.query_one(FilterBar).terms))
        self._draw_details()

    def _draw_details(self) -> None:
        details = self.query_one("#details", LineView)
        view = self._views.get(self.query_one("#table", LineTable).cursor)
        details.show(detail_lines(view, self.moment(details)) if view is not None else [])

    def show(self, data: tuple[ProcessRow, ...]) -> None:
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
        if isinstance(event.data, ProcessView):
            self._views[event.data.definition.id] = event.data
            self._draw_details()

    def process(self, key: str) -> Process | None:
        """The definition of a process, if it was read."""
        view = self._views.get(key)
        return view.definition if view is not None else None

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        if self.data is None:
            return self.TITLE, "reading the store", ()
        filtered = " ".join(self.query_one(FilterBar).value.split())
        tasks = sum(row.tasks for row in self.data)
        right = (Span(f"{len(self.data)} processes, {tasks} tasks ", "dim"),)
        return self.TITLE, f"filter: {filtered}" if filtered else "", right

    def target(self) -> Target | None:
        key = self.query_one("#table", LineTable).cursor
        row = next((row for row in self.data or () if row.id == key), None)
        return process_target(row, self.host.now()) if row is not None else None

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
            self.host.say(f"{event.key} has no run yet; o orders one", "dim")

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
