"""The task screen: why it does not run, its attempts, whom to call, what to do; below it the log that follows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from textual.containers import Container
from textual.widget import Widget

from boms_tui.model.ids import AttemptId, parse_run_id, split_ref
from boms_tui.model.records import Attempt
from boms_tui.model.states import IDLE, TaskState
from boms_tui.model.verbs import On
from boms_tui.model.views import GateKind, Output, Progress, TaskView
from boms_tui.screens import keys
from boms_tui.screens.line import Span, rule
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Interest, View
from boms_tui.screens.rows.log import log_lines, log_title
from boms_tui.screens.rows.task import fact_lines, head_lines
from boms_tui.screens.target import Target, held_by_gates, task_target
from boms_tui.screens.text import safe
from boms_tui.screens.widgets.lineview import LineView
from boms_tui.screens.widgets.logview import LogView

_ZOOMS = ("", "-log", "-facts")


class TaskScreen(LiveScreen[TaskView]):
    """One task; the newest attempt's log is followed unless another is chosen."""

    BINDINGS = keys.bindings(keys.TASK) + keys.verb_bindings(On.TASK)
    KINDS = (On.TASK,)
    KEYS = (keys.TASK,)
    TITLE = "Task"

    def __init__(self, ref: str) -> None:
        super().__init__()
        self.ref = ref
        self.chosen: int | None = None
        self.output: Output | None = None
        self._zoom = 0

    @property
    def attempt(self) -> Attempt | None:
        """The attempt whose log is shown."""
        if self.data is None or not self.data.attempts:
            return None
        wanted = (attempt for attempt in self.data.attempts if attempt.number == self.chosen)
        return next(wanted, self.data.attempts[-1])

    @property
    def interest(self) -> Interest:
        attempt = self.attempt
        log = self.query_one_optional(LogView)
        follow = log.following if log is not None else True
        return Interest(View.TASK, self.ref, attempt.id if attempt is not None else None, follow)

    def body(self) -> Iterable[Widget]:
        yield LineView("summary", focusable=False)
        with Container(id="panes"):
            yield LineView("facts")
            with Container(id="logpane"):
                yield LineView("logtitle", focusable=False)
                yield LogView("log")

    def draw(self, data: TaskView) -> None:
        summary, facts = self.query_one("#summary", LineView), self.query_one("#facts", LineView)
        summary.show(head_lines(data, self.moment(summary)))
        facts.show(fact_lines(data, self.moment(facts), self.attempt, self.output))
        self._draw_log()

    def show(self, data: TaskView) -> None:
        """Take over the task; a new attempt's log is followed."""
        before = self.attempt.id if self.attempt is not None else None
        super().show(data)
        if self.attempt is not None and self.attempt.id != before:
            self.output = None
            self._draw_log()
            self.host.watch_again()

    def print(self, attempt: AttemptId, output: Output | None) -> None:
        """Take over the end of an attempt's output."""
        if self.attempt is not None and attempt == self.attempt.id:
            self.output = output
            self._draw_log()
            if self.data is not None and self.data.task.state is TaskState.UNKNOWN:
                self.lay_out()

    def hear(self, progress: Mapping[AttemptId, Progress]) -> None:
        """Take over what the attempt that runs has said of itself."""
        if self.data is not None and self.data.attempts:
            said = progress.get(self.data.attempts[-1].id)
            self.show(replace(self.data, progress=said))

    def _draw_log(self) -> None:
        if not self._stands():
            return
        log, title = self.query_one(LogView), self.query_one("#logtitle", LineView)
        text = log_title(self.attempt, self.output, following=log.following)
        title.show([rule("#logtitle", text, self.moment(title).width)])
        log.show(log_lines(self.output, log.width_of()) if self.attempt is not None else [])

    def trail(self) -> Sequence[str]:
        run, task = split_ref(self.ref)
        return "board", safe(run), safe(task or "")

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        name = split_ref(self.ref)[1] or self.ref
        if self.data is None:
            return safe(name), self.unread, ()
        return safe(self.data.definition.title or name), safe(self.ref), ()

    def shown_date(self) -> date | None:
        parts = parse_run_id(split_ref(self.ref)[0])
        return parts[1] if parts else None

    def target(self) -> Target | None:
        if self.data is None:
            return None
        task, attempts = self.data.task, self.data.attempts
        held = held_by_gates(self.data.gates) if task.state in IDLE else None
        last = attempts[-1] if attempts else None
        unfit = any(gate.kind is GateKind.RIGHT for gate in self.data.gates)
        return task_target(task, self.data.definition, last, self.host.now(), held=held, unfit=unfit)

    def on_log_view_followed(self) -> None:
        self._draw_log()
        self.host.watch_again()

    def action_follow(self) -> None:
        self.query_one(LogView).follow()

    def action_why(self) -> None:
        self.host.open_why(self.ref)

    def action_attempt(self, by: int) -> None:
        """Look at the log of the attempt before or after."""
        shown = self.attempt
        if self.data is None or shown is None:
            return
        numbers = [attempt.number for attempt in self.data.attempts]
        place = numbers.index(shown.number) + by
        self.chosen = numbers[max(0, place)] if place < len(numbers) - 1 else None
        if self.attempt != shown:
            self.output = None
            self.query_one(LogView).follow()
        self.lay_out()
        self.host.watch_again()

    def action_zoom(self) -> None:
        """Both panes, the log alone, the facts alone."""
        self._zoom = (self._zoom + 1) % len(_ZOOMS)
        panes = self.query_one("#panes")
        for number, name in enumerate(_ZOOMS[1:], 1):
            panes.set_class(number == self._zoom, name)
        self.call_after_refresh(self.lay_out)
