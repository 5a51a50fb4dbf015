"""What is known of the run or task under the cursor, for the pane beside the tree."""

from collections.abc import Iterator

from boms_tui.model.definition import Command, Task
from boms_tui.model.records import TaskRun
from boms_tui.model.states import LIVE
from boms_tui.model.views import RunView
from boms_tui.screens.line import Line, Span, blank, line
from boms_tui.screens.rows.meter import said
from boms_tui.screens.signs import ATTEMPT_SIGNS, RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import clip, fit, safe, safe_lines, wrap
from boms_tui.screens.when import Moment, day_stamp, elapsed, length, stamp


def detail_lines(view: RunView, ref: str, moment: Moment) -> list[Line]:
    """What is known of the task or run under the cursor, for the pane beside the tree."""
    task = next((task for task in view.tasks.values() if task.ref == ref), None)
    lines = list(_run_detail(view, moment) if task is None else _task_detail(view, task, moment))
    return [line(f"#{number}", *spans) if spans else blank(f"#{number}") for number, spans in enumerate(lines)]


_Spans = tuple[Span, ...]


def pair(label: str, text: str, width: int, tone: str = "") -> Iterator[_Spans]:
    """A labelled text, wrapped."""
    for number, part in enumerate(wrap(text, max(8, width - 13))):
        yield (Span(fit("" if number else label, 12) + " ", "faint"), Span(part, tone))


def _run_detail(view: RunView, moment: Moment) -> Iterator[_Spans]:
    run, process = view.run, view.definition
    yield (Span(clip(safe(process.title or process.id), moment.width), "strong"),)
    yield ()
    yield from pair("state", f"{RUN_SIGNS[run.state].glyph} {run.state}", moment.width, RUN_SIGNS[run.state].tone)
    if run.reason:
        yield from pair("why", safe(run.reason), moment.width)
    yield from pair("date", run.business_date.isoformat(), moment.width)
    yield from pair("ordered", f"{stamp(run.ordered_at, moment.zone)} by {safe(run.ordered_by)}", moment.width)
    for name, value in run.parameters.items():
        yield from pair("parameter", safe(f"{name} = {value}"), moment.width)
    for gate in view.gates:
        yield from pair("gate", f"{'open' if gate.open else 'closed'}: {safe(gate.detail)}", moment.width)
    yield from pair("call", safe(", ".join(process.contacts)) or "nobody named", moment.width)
    yield from _instructions(process.instructions, moment.width)


def _task_detail(view: RunView, task: TaskRun, moment: Moment) -> Iterator[_Spans]:
    definition, attempt = view.definition.tasks[task.task], view.attempts.get(task.task)
    sign, width = TASK_SIGNS[task.state], moment.width
    yield (Span(clip(safe(definition.title or task.task), width), "strong"),)
    yield ()
    yield from pair("state", f"{sign.glyph} {sign.word}", width, sign.tone)
    if task.reason:
        yield from pair("why", safe(task.reason), width)
    if task.task in view.waits:
        yield from pair("waits", safe(view.waits[task.task]), width)
    yield from _said(view, task, moment)
    if attempt is not None and attempt.remain:
        yield from pair("remain", f"▲ {attempt.remain} processes outlived attempt {attempt.number}", width, "warn")
    if attempt is not None:
        text = f"{attempt.number} {ATTEMPT_SIGNS[attempt.state].word} on {safe(attempt.node)}"
        yield from pair("attempt", text, width)
        yield from pair("started", stamp(attempt.started_at, moment.zone) or "not yet", width)
        yield from pair("took", elapsed(attempt.started_at, attempt.ended_at, moment.now), width)
        if attempt.exit_code is not None:
            yield from pair("exit code", str(attempt.exit_code), width)
    yield from pair("after", safe(", ".join(map(str, definition.after))) or "nothing", width)
    yield from _work(definition, width)
    yield from pair("call", safe(", ".join(definition.contacts or view.definition.contacts)) or "nobody named", width)
    yield from _instructions(definition.instructions, width)


def _said(view: RunView, task: TaskRun, moment: Moment) -> Iterator[_Spans]:
    """How far a task that runs says it is."""
    progress = view.progress.get(task.task) if task.state in LIVE else None
    bar, label = said(progress, max(4, moment.width - 18))
    if bar:
        yield (Span(fit("said", 12) + " ", "faint"), *bar)
    if progress is not None:
        at = day_stamp(progress.at, moment)
        yield from pair("" if bar else "said", f"{label} at {at}" if label else f"at {at}", moment.width)


def _work(task: Task, width: int) -> Iterator[_Spans]:
    if isinstance(task.work, Command):
        yield from pair("runs", safe(" ".join(task.work.argv)), width)
        yield from pair("pool", safe(task.pool), width)
    else:
        yield from pair("asks", safe(task.work.prompt), width)
    if task.retry.retries:
        yield from pair("retries", f"{task.retry.retries}, after {length(task.retry.delay)}", width)
    if task.timeout is not None:
        yield from pair("timeout", length(task.timeout), width)


def _instructions(text: str, width: int) -> Iterator[_Spans]:
    if text:
        yield ()
        for part in safe_lines(text):
            yield from ((Span(piece, "dim"),) for piece in wrap(part, width))
