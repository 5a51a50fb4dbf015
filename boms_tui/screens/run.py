"""The run screen: the live dependency tree of its tasks, or their map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from boms_tui.model.ids import AttemptId, RunId, above, parse_run_id, split_ref
from boms_tui.model.verbs import On, Verb
from boms_tui.model.views import Progress, RunView
from boms_tui.screens import keys
from boms_tui.screens.line import Span
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.branches import tree_heading, tree_lines
from boms_tui.screens.rows.detail import detail_lines
from boms_tui.screens.rows.run import summary_lines, within
from boms_tui.screens.target import Target, run_target, task_target
from boms_tui.screens.text import safe
from boms_tui.screens.widgets.graphview import GraphView
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView


class RunScreen(LiveScreen[RunView]):
    """One run; the cursor is on the run itself or on a task, and survives every change."""

    BINDINGS = keys.bindings(keys.RUN) + keys.verb_bindings(On.TASK, On.RUN)
    KINDS = (On.TASK, On.RUN)
    KEYS = (keys.RUN,)
    TITLE = "Run"

    def __init__(self, run: RunId) -> None:
        super().__init__()
        self.run_id = run

    @property
    def interest(self) -> Interest:
        return Interest(View.RUN, self.run_id)

    def body(self) -> Iterable[Widget]:
        yield LineView("summary", focusable=False)
        with Horizontal(id="body"):
            with Vertical(classes="main"):
                yield LineView("columns", focusable=False)
                yield LineTable("table")
                yield GraphView("map")
            yield LineView("aside", classes="aside", focusable=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(GraphView).display = False

    def draw(self, data: RunView) -> None:
        summary, table = self.query_one("#summary", LineView), self.query_one("#table", LineTable)
        summary.show(summary_lines(data, self.moment(summary)))
        graph = self.query_one(GraphView)
        if graph.display:
            graph.show_graph(within(data), {name: task.state for name, task in data.tasks.items()})
        else:
            self.query_one("#columns", LineView).show([tree_heading(data, self.moment(table))])
            table.show(tree_lines(data, self.moment(table)))
        self._draw_aside()

    def hear(self, progress: Mapping[AttemptId, Progress]) -> None:
        """Take over what the attempts that run have said of themselves."""
        if self.data is not None:
            by_task = {attempt.id: name for name, attempt in self.data.attempts.items()}
            said = {by_task[attempt]: last for attempt, last in progress.items() if attempt in by_task}
            self.show(replace(self.data, progress=said))

    def _draw_aside(self) -> None:
        aside = self.query_one("#aside", LineView)
        if aside.display and self.data is not None:
            aside.show(detail_lines(self.data, self.cursor, self.moment(aside)))

    @property
    def cursor(self) -> str:
        """The reference of the run or task under the cursor."""
        graph = self.query_one(GraphView)
        if graph.display and graph.cursor:
            return f"{self.run_id}:{graph.cursor}"
        return self.query_one("#table", LineTable).cursor or self.run_id

    def trail(self) -> Sequence[str]:
        return "board", safe(self.run_id)

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        if self.data is None:
            return safe(self.run_id), self.unread, ()
        process = self.data.definition
        return safe(process.title or process.id), safe(self.data.run.id), ()

    def shown_date(self) -> date | None:
        parts = parse_run_id(self.run_id)
        return parts[1] if parts else None

    def target(self) -> Target | None:
        if self.data is None:
            return None
        name = split_ref(self.cursor)[1]
        if name is None or name not in self.data.tasks:
            return self._run_target(self.data)
        task, definition = self.data.tasks[name], self.data.definition.tasks[name]
        held = self._is_held(self.data, task.ref)
        last = self.data.attempts.get(name)
        return task_target(task, definition, last, self.host.now(), held=held, unfit=self.data.unfit)

    def _run_target(self, data: RunView) -> Target:
        return run_target(data.run, self.host.now(), held=self._is_held(data, data.run.id), empty=not data.tasks)

    @staticmethod
    def _is_held(data: RunView, ref: str) -> bool:
        return not data.held.isdisjoint(above(ref))

    def target_for(self, verb: Verb) -> Target | None:
        """The task under the cursor, or the run for what can only be done to a run."""
        if self.data is not None and On.TASK not in verb.on:
            return self._run_target(self.data)
        return self.target()

    def on_line_table_moved(self) -> None:
        self._draw_aside()
        self.frame()

    def on_graph_view_moved(self) -> None:
        self._draw_aside()
        self.frame()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        self._open(event.key)

    def on_graph_view_opened(self, event: GraphView.Opened) -> None:
        self._open(f"{self.run_id}:{event.name}")

    def _open(self, ref: str) -> None:
        if split_ref(ref)[1] is not None:
            self.host.open_task(ref)

    def action_why(self) -> None:
        """Say why what is under the cursor does not go on."""
        self.host.open_why(self.cursor)

    def action_map(self) -> None:
        """Show the map instead of the tree, or the tree again, with the cursor on the same task."""
        table, graph = self.query_one("#table", LineTable), self.query_one(GraphView)
        name = split_ref(RunId(self.cursor))[1]
        graph.display = not graph.display
        table.display = self.query_one("#columns").display = not graph.display
        if graph.display:
            graph.cursor = name or ""
        elif name is not None:
            table.choose(f"{self.run_id}:{name}")
        (graph if graph.display else table).focus()
        self.call_after_refresh(self.lay_out)
