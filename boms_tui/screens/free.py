"""The box that asks which of an object's closed gates is meant, before the usual box asks why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from textual.app import ComposeResult

from boms_tui.model.ids import RunId
from boms_tui.model.verbs import On
from boms_tui.model.views import Gate, RunView, TaskView
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.dialog import Box, Dialog
from boms_tui.screens.gateway import Gateway
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.rows.gates import Offer, choice_lines, liftable
from boms_tui.screens.target import Target, run_target, task_target
from boms_tui.screens.text import safe, wrap
from boms_tui.screens.when import Moment
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView


@dataclass(frozen=True, slots=True)
class Chosen:
    """A gate to lift, and what it is a gate of, as it was when the gates were read."""

    target: Target
    gate: Gate


@dataclass(frozen=True, slots=True)
class _Read:
    """What the gates are of: a run, or a task with its run."""

    run: RunView
    task: TaskView | None = None


class FreeBox(Dialog[Chosen]):
    """Ends with the chosen gate, or with None. The cursor stops only on gates that can be lifted.

    A task of a run that has not started shows its run's gates too; those are lifted for the run.
    """

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target
        self._offers: dict[str, tuple[Offer, Target]] = {}

    def compose(self) -> ComposeResult:
        with Box("Free gate"):
            yield LineView("object", focusable=False)
            yield LineTable("gates")
            yield LineView("wrong", focusable=False)

    def on_mount(self) -> None:
        self.query_one("#gates").focus()
        self.soon(self._draw)
        self.say("reading its gates", "faint")
        in_background("gates", _reading(self.host.gateway, self.target), self.post_message)

    def on_done(self, event: Done) -> None:
        if isinstance(event.data, _Read):
            self._take(event.data)
        elif event.error is not None:
            self.say(safe(event.error.title))

    def _take(self, read: _Read) -> None:
        run = replace(run_target(read.run.run, self.host.now()), sequence=self.target.sequence)
        self.target = self._task_target(read.task) if read.task is not None else run
        self._offers = {}
        of_run = [gate.name for gate in read.run.gates]
        for gate in read.task.gates if read.task is not None else read.run.gates:
            lies_above = read.task is not None and gate.name in of_run
            if lies_above:
                of_run.remove(gate.name)
            if not gate.open:
                key = f"run {gate.name}" if lies_above else gate.name
                self._offers[key] = Offer(key, gate, of_run=lies_above), run if lies_above else self.target
        self.soon(self._draw)
        self.say(self._hint(), "faint" if self._can_lift() else "warn")

    def _task_target(self, view: TaskView) -> Target:
        last = view.attempts[-1] if view.attempts else None
        target = task_target(view.task, view.definition, last, self.host.now())
        return replace(target, sequence=self.target.sequence)

    def _can_lift(self) -> bool:
        return any(liftable(offer.gate) for offer, _ in self._offers.values())

    def _hint(self) -> str:
        if self._can_lift():
            return "Enter chooses, Esc goes back. What is freed stays open for one start."
        if self._offers:
            return "None of these can be freed. Esc goes back."
        return "No gate of it is closed. Esc goes back."

    def on_resize(self) -> None:
        self.soon(self._draw)

    def _draw(self) -> None:
        head, table = self.query_one("#object", LineView), self.query_one("#gates", LineTable)
        head.show(list(self._head(head.width_of())))
        moment = Moment(self.host.now(), self.host.zone, table.size.width - 1)
        table.show(choice_lines([offer for offer, _ in self._offers.values()], moment))

    def _head(self, width: int) -> Iterator[Line]:
        seen = self.target.seen
        for number, part in enumerate(wrap(safe(self.target.id), width - 7)):
            yield line(f"#id{number}", ("on     " if number == 0 else "       ", "faint"), (part, "strong"))
        yield line("#seen", ("seen   ", "faint"), Span(safe(seen.text), seen.tone))

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        event.stop()
        if event.key in self._offers:
            offer, target = self._offers[event.key]
            self.dismiss(Chosen(target, offer.gate))


def _reading(gateway: Gateway, target: Target) -> Callable[[], _Read]:
    """What reads the object with its gates."""

    def read() -> _Read:
        task = gateway.task(target.id) if target.on is On.TASK else None
        return _Read(gateway.run(task.run.id if task is not None else RunId(target.id)), task)

    return read
