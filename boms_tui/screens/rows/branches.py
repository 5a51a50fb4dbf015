"""The live tree of a run's tasks as lines: state, when it ran, and what there is to say of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from boms_tui.model.ids import TaskName
from boms_tui.model.records import TaskRun
from boms_tui.model.states import IDLE, TaskState
from boms_tui.model.views import RunView
from boms_tui.screens.line import Column, Line, Span, heading
from boms_tui.screens.rows.bars import TimeLine, axis, time_bar
from boms_tui.screens.rows.notes import Note, note_of
from boms_tui.screens.rows.run import within
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import clip, fit, safe, wrap_most
from boms_tui.screens.tree import Branch, tree
from boms_tui.screens.when import Moment, elapsed, length

_BELOW = 3
"""The most lines of a note that has none beside its task."""


class Table(NamedTuple):
    """How the tree is laid out: its columns, the length of its time line, its branches."""

    columns: tuple[Column, ...]
    scale: timedelta
    branches: tuple[Branch, ...]


def tree_table(view: RunView, moment: Moment) -> Table:
    """Name, state, time line, duration, attempts, note; the name is as wide as the longest needs it."""
    width, branches = moment.width, _branches(tuple(within(view).items()))
    span = scale(view, moment.now)
    bar = 12 if width < 100 else 20 if width < 140 else 28
    longest = max((len(branch.twigs) + cell_len(branch.name) for branch in branches), default=0) + 3
    name = max(20, min(46, width - 50, max(longest, cell_len(view.run.id) + 3)))
    marks = f"0{length(span):>{bar - 1}}"
    rest = max(0, width - name - 10 - bar - 7 - 3 - 6)
    columns = (
        Column(" TASK", name), Column("STATE", 10), Column(marks, bar), Column("TOOK", 7, right=True),
        Column("TRY", 3, right=True), Column("NOTE", rest),
    )  # fmt: skip
    return Table(columns, span, branches)


def scale(view: RunView, now: datetime) -> timedelta:
    """The length of the run's time line."""
    run = view.run
    return axis((run.ended_at or now) - run.started_at) if run.started_at is not None else timedelta(minutes=1)


@lru_cache(maxsize=64)
def _branches(after: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Branch, ...]:
    return tree(dict(after))


def tree_heading(view: RunView, moment: Moment) -> Line:
    return heading(tree_table(view, moment).columns)


def tree_lines(view: RunView, moment: Moment) -> list[Line]:
    """The run, then each task once, under its last predecessor."""
    table = tree_table(view, moment)
    lines = [_root(view, moment, table)]
    for branch in table.branches:
        if branch.name in view.tasks:
            lines.extend(_task_lines(view, branch, moment, table))
    return lines


def _root(view: RunView, moment: Moment, table: Table) -> Line:
    run, sign = view.run, RUN_SIGNS[view.run.state]
    took = elapsed(run.started_at, run.ended_at, moment.now)
    return Line(
        run.id,
        (
            Span(f" {sign.glyph} ", sign.tone),
            Span(fit(safe(run.id), table.columns[0].width - 3) + " ", "strong"),
            Span(fit(sign.word, 10) + " ", sign.tone),
            Span(" " * (table.columns[2].width + 1)),
            Span(fit(took, 7, right=True) + " ", "dim"),
        ),
    )


def _task_lines(view: RunView, branch: Branch, moment: Moment, table: Table) -> Iterator[Line]:
    task = view.tasks[TaskName(branch.name)]
    note = note_of(view, task, branch.others, moment)
    spans = (*_head(task, branch, table), *_when(view, task, moment, table))
    room = moment.width - sum(cell_len(span.text) for span in spans)
    tone = _note_tone(task, note)
    fits = sum(cell_len(span.text) for span in note.marks) + cell_len(note.text) <= room
    beside = note.text if fits or not note.presses else ""
    yield Line(task.ref, (*spans, *_beside(note.marks, beside, tone, room)))
    if not fits and note.presses:
        yield from _below(task, branch, note.text, tone, moment.width)


def _head(task: TaskRun, branch: Branch, table: Table) -> tuple[Span, ...]:
    sign = TASK_SIGNS[task.state]
    return (
        Span(f" {branch.twigs}", "faint"),
        Span(f"{sign.glyph} ", sign.tone),
        Span(fit(safe(task.task), table.columns[0].width - len(branch.twigs) - 3) + " "),
        Span(fit(sign.word, 10) + " ", sign.tone),
    )


def _when(view: RunView, task: TaskRun, moment: Moment, table: Table) -> tuple[Span, ...]:
    """When it ran, how long and how often; nothing of a task that has not started, whose note has the room."""
    if task.started_at is None or task.state in IDLE:
        return ()
    line = TimeLine(view.run.started_at or task.started_at, table.scale, table.columns[2].width)
    bar = time_bar(line, task.state, task.started_at, task.ended_at or moment.now)
    took = elapsed(task.started_at, task.ended_at, moment.now)
    tries = f"{task.attempts}" if task.attempts else ""
    return (*bar, Span(" "), Span(fit(took, 7, right=True), "dim"), Span(fit(tries, 4, right=True) + " ", "dim"))


def _note_tone(task: TaskRun, note: Note) -> str:
    if task.state in {TaskState.FAILED, TaskState.UNKNOWN}:
        return TASK_SIGNS[task.state].tone
    if task.state in IDLE and TASK_SIGNS[task.state].tone == "warn":
        return "warn"
    return "dim" if note.presses else "faint"


def _beside(marks: tuple[Span, ...], text: str, tone: str, room: int) -> Iterator[Span]:
    for mark in marks:
        yield Span(clip(mark.text, max(0, room)), mark.tone)
        room -= cell_len(mark.text)
    yield Span(clip(text, max(0, room)), tone)


def _below(task: TaskRun, branch: Branch, text: str, tone: str, width: int) -> Iterator[Line]:
    """The note under its task, on as many lines as it takes."""
    rails = branch.twigs.replace("├─", "│ ").replace("└─", "  ")
    for number, part in enumerate(wrap_most(text, max(10, width - len(rails) - 5), _BELOW)):
        arrow = "↳ " if number == 0 else "  "
        yield Line(
            f"{task.ref}#note{number}",
            (Span(f" {rails}", "faint"), Span(f"  {arrow}", "faint"), Span(part, tone)),
            pick=False,
        )
