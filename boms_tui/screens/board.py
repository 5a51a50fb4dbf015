"""The board: the runs of the current business dates, live, with what needs a person on top."""

from collections.abc import Iterable, Sequence
from datetime import date

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from boms_tui.model.ids import RunId
from boms_tui.model.verbs import On
from boms_tui.model.views import Board, BoardRow
from boms_tui.screens import keys
from boms_tui.screens.line import Span, heading
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.board import (
    Grouping,
    board_lines,
    chips,
    columns,
    current_date,
    foretold,
    of_current_dates,
)
from boms_tui.screens.rows.deadlines import overdue_lines
from boms_tui.screens.rows.preview import preview_lines
from boms_tui.screens.target import Target, run_target
from boms_tui.screens.widgets.filterbar import FilterBar
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView


class BoardScreen(LiveScreen[Board]):
    """Runs by department or by state; Enter opens one."""

    BINDINGS = keys.bindings(keys.BOARD) + keys.verb_bindings(On.RUN)
    KINDS = (On.RUN,)
    KEYS = (keys.BOARD,)
    TITLE = "Board"

    def __init__(self) -> None:
        super().__init__()
        self.grouping = Grouping.DEPARTMENT
        self.every_date = False
        self._rows: list[BoardRow] = []

    @property
    def interest(self) -> Interest:
        return Interest(View.BOARD)

    def body(self) -> Iterable[Widget]:
        yield FilterBar()
        with Horizontal(id="body"):
            with Vertical(classes="main"):
                yield LineView("columns", focusable=False)
                yield LineTable("table")
            yield LineView("aside", classes="aside", focusable=False)

    def draw(self, data: Board) -> None:
        today = self.host.today()
        rows = list(data.rows) if self.every_date else of_current_dates(data.rows, today)
        self._rows = rows
        table = self.query_one("#table", LineTable)
        moment = self.moment(table)
        terms = self.query_one(FilterBar).terms
        shown = columns(moment.width, ends=foretold(rows))
        self.query_one("#columns", LineView).show([heading(shown)])
        lines = board_lines(rows, moment, self.grouping, terms, current_date(data.rows, today))
        table.show([*overdue_lines(data.overdue, moment, shown, terms), *lines])
        self._draw_aside()

    def _draw_aside(self) -> None:
        aside = self.query_one("#aside", LineView)
        row = self._chosen()
        if aside.display and row is not None:
            aside.show(preview_lines(row, self.moment(aside)))

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        if self.data is None:
            return self.TITLE, self.unread, ()
        filtered = " ".join(self.query_one(FilterBar).value.split())
        note = "all dates" if self.every_date else ""
        if not self._rows:
            note = "no runs yet: order one from the processes (2)"
        return self.TITLE, f"filter: {filtered}" if filtered else note, (*chips(self._rows), Span(" "))

    def shown_date(self) -> date:
        return current_date(self.data.rows if self.data is not None else (), self.host.today())

    def target(self) -> Target | None:
        row = self._chosen()
        return run_target(row.run, self.host.now(), empty=not row.total) if row is not None else None

    def _chosen(self) -> BoardRow | None:
        """The run under the cursor."""
        cursor = self.query_one("#table", LineTable).cursor
        return next((row for row in self._rows if row.run.id == cursor), None)

    def on_line_table_moved(self) -> None:
        self._draw_aside()
        self.frame()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        self.host.open_run(RunId(event.key))

    def on_filter_bar_narrowed(self) -> None:
        self.lay_out()

    def on_filter_bar_left(self) -> None:
        self.query_one("#table").focus()

    def action_filter(self) -> None:
        self.query_one(FilterBar).open()

    def action_why(self) -> None:
        """Say why the run under the cursor does not go on."""
        row = self._chosen()
        if row is not None:
            self.host.open_why(row.run.id)

    def action_group(self) -> None:
        state = self.grouping is Grouping.DEPARTMENT
        self.grouping = Grouping.STATE if state else Grouping.DEPARTMENT
        self.lay_out()

    def action_dates(self) -> None:
        self.every_date = not self.every_date
        self.lay_out()

    def action_back(self) -> None:
        """Empty the filter first; the board is the last level."""
        bar = self.query_one(FilterBar)
        if bar.value:
            bar.action_clear()

    def action_leave(self) -> None:
        """Quit."""
        self.app.exit()
