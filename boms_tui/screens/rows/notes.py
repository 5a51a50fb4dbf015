"""What there is to say of a task in its line of the tree: why it failed, what it waits for, how far it is."""

from typing import NamedTuple

from boms_tui.model.condition import Condition, Group, inside
from boms_tui.model.records import Attempt, TaskRun
from boms_tui.model.states import IDLE, LIVE, PASSED, TaskState
from boms_tui.model.views import RunView
from boms_tui.screens.line import Span
from boms_tui.screens.rows.meter import said
from boms_tui.screens.signs import ATTEMPT_SIGNS
from boms_tui.screens.text import safe
from boms_tui.screens.when import Moment, stamp

MANY = 9
METER = 6
"""Cells of a meter's bar in a line."""
_PRESSING = LIVE | {TaskState.FAILED, TaskState.UNKNOWN, TaskState.BACKOFF, TaskState.READY}


class Note(NamedTuple):
    """Marks that are never cut, and words. What presses and has no room in its line gets lines of its own."""

    marks: tuple[Span, ...]
    text: str
    presses: bool


def note_of(view: RunView, task: TaskRun, others: tuple[str, ...], moment: Moment) -> Note:
    """What there is to say of a task; `others` are its predecessors elsewhere in the tree."""
    attempt = view.attempts.get(task.task)
    text = _text(view, task, attempt, moment)
    if task.state in LIVE:
        bar, label = said(view.progress.get(task.task), METER)
        marks = (*remain_mark(attempt), *bar, *((Span(" "),) if bar else ()))
        return Note(marks, "; ".join(filter(None, (label, text))), presses=bool(label))
    presses = task.state in _PRESSING or bool(view.waits.get(task.task))
    after = f"after {', '.join(map(safe, others))}" if others and task.state not in IDLE else ""
    return Note(remain_mark(attempt), text or after, presses and bool(text))


def remain_mark(attempt: Attempt | None) -> tuple[Span, ...]:
    """The warning that processes of the attempt outlived it."""
    return (Span(f"▲ {attempt.remain} remain  ", "warn"),) if attempt is not None and attempt.remain else ()


def _text(view: RunView, task: TaskRun, attempt: Attempt | None, moment: Moment) -> str:
    if task.state is TaskState.BACKOFF and task.due_at is not None:
        return f"tries again at {stamp(task.due_at, moment.zone)}: {outcome_text(attempt)}"
    if task.state in IDLE:
        inside, own = _waits_for(view, task), safe(task.reason)
        said = (inside, own) if task.state is TaskState.WAITING else (own, inside)
        return safe(view.waits.get(task.task, "")) or next(filter(None, said), "")
    if task.reason:
        return safe(task.reason)
    return outcome_text(attempt) if task.state in {TaskState.FAILED, TaskState.UNKNOWN} else ""


def outcome_text(attempt: Attempt | None) -> str:
    """How an attempt ended, in few words."""
    if attempt is None:
        return ""
    code = f"exit {attempt.exit_code}" if attempt.exit_code is not None else ""
    signal = f"signal {attempt.signal}" if attempt.signal is not None else ""
    return safe(attempt.reason) or code or signal or ATTEMPT_SIGNS[attempt.state].word


def _waits_for(view: RunView, task: TaskRun) -> str:
    open_ones = [safe(str(entry)) for entry in view.definition.tasks[task.task].after if not _passed(view, entry)]
    more = f" and {len(open_ones) - MANY} more" if len(open_ones) > MANY else ""
    return f"waits for {', '.join(open_ones[:MANY])}{more}" if open_ones else ""


def _passed(view: RunView, entry: Condition) -> bool:
    if isinstance(entry, Group):
        return (all if entry.every else any)(_passed(view, one) for one in entry.of)
    return any(view.tasks[name].state in PASSED for name, _ in inside([entry]) if name in view.tasks)
