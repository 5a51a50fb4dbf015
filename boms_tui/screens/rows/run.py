"""One run as lines: a summary, the live tree of its tasks, and what is known of the task under the cursor."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from boms_tui.model.definition import Dependency, Process
from boms_tui.model.ids import TaskName
from boms_tui.model.records import Attempt, TaskRun
from boms_tui.model.states import IDLE, PASSED, TaskState
from boms_tui.model.views import RunView
from boms_tui.screens.line import Column, Line, Span, heading, line
from boms_tui.screens.rows.bars import TimeLine, axis, done, progress, time_bar
from boms_tui.screens.signs import ATTEMPT_SIGNS, RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import clip, fit, safe
from boms_tui.screens.tree import Branch, tree
from boms_tui.screens.when import Moment, clock_text, elapsed, length, stamp

MANY = 9


def within(process: Process) -> dict[str, tuple[str, ...]]:
    """Each task's predecessors in its own process, in topological order of the tasks."""
    return {
        name: tuple(d.task for d in task.after if d.task is not None and d.process is None and d.task in process.tasks)
        for name, task in process.tasks.items()
    }


def counts(view: RunView) -> Mapping[TaskState, int]:
    return Counter(task.state for task in view.tasks.values())


def summary_lines(view: RunView, moment: Moment) -> list[Line]:
    """The state of the run and of its steps, and why it does not move, in two lines."""
    run, numbers = view.run, counts(view)
    sign = RUN_SIGNS[run.state]
    states = [state for state in TaskState if numbers.get(state) and state not in PASSED]
    wide = moment.width >= 120 or len(states) < 3
    spans = [
        Span(f" {sign.glyph} {sign.word}  ", sign.tone),
        *progress(numbers, 24 if moment.width < 120 else 48),
        Span(f"  {done(numbers)}/{sum(numbers.values())} tasks  ", "strong"),
        *(
            Span(
                f"{TASK_SIGNS[state].glyph} {numbers[state]}{f' {state.value}' if wide else ''}  ",
                TASK_SIGNS[state].tone,
            )
            for state in states
        ),
    ]
    return [Line("#steps", tuple(spans), pick=False), _why(view, moment)]


def _why(view: RunView, moment: Moment) -> Line:
    run = view.run
    closed = [gate for gate in view.gates if not gate.open]
    if run.reason:
        return line("#why", (f" {clip(safe(run.reason), moment.width - 2)}", RUN_SIGNS[run.state].tone))
    if closed and run.started_at is None:
        text = "; ".join(safe(gate.detail) for gate in closed)
        return line("#why", (clip(f" waits: {text}", moment.width - 1), "dim"))
    took = elapsed(run.started_at, run.ended_at, moment.now)
    began = clock_text(run.started_at, moment.zone, now=moment.now)
    text = f" ordered by {safe(run.ordered_by)}, revision {run.revision}"
    return line("#why", (text + (f", started {began}, {took}" if began else ""), "faint"))


def scale(view: RunView, now: datetime) -> timedelta:
    """The length of the run's time line."""
    run = view.run
    return axis((run.ended_at or now) - run.started_at) if run.started_at is not None else timedelta(minutes=1)


def tree_columns(width: int, scale: timedelta) -> tuple[Column, ...]:
    """The columns of the tree: name, state, time line, duration, attempts, note."""
    bar = 12 if width < 100 else 28
    name = max(20, min(46, width - 50))
    marks = f"0{length(scale):>{bar - 1}}"
    rest = max(0, width - name - 10 - bar - 7 - 3 - 6)
    return (
        Column(" TASK", name), Column("STATE", 10), Column(marks, bar), Column("TOOK", 7, right=True),
        Column("TRY", 3, right=True), Column("NOTE", rest),
    )  # fmt: skip


def tree_heading(view: RunView, moment: Moment) -> Line:
    return heading(tree_columns(moment.width, scale(view, moment.now)))


@lru_cache(maxsize=64)
def _branches(after: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Branch, ...]:
    return tree(dict(after))


def tree_lines(view: RunView, moment: Moment) -> list[Line]:
    """The run, then each task once, under its last predecessor."""
    run = view.run
    sign = RUN_SIGNS[run.state]
    took = elapsed(run.started_at, run.ended_at, moment.now)
    span = scale(view, moment.now)
    table = tree_columns(moment.width, span)
    root = Line(
        run.id,
        (
            Span(f" {sign.glyph} ", sign.tone),
            Span(fit(safe(run.id), table[0].width - 3) + " ", "strong"),
            Span(fit(sign.word, 10) + " ", sign.tone),
            Span(" " * (table[2].width + 1)),
            Span(fit(took, 7, right=True) + " ", "dim"),
        ),
    )
    branches = _branches(tuple(within(view.definition).items()))
    return [root, *(_task_line(view, branch, moment, table, span) for branch in branches if branch.name in view.tasks)]


def _task_line(view: RunView, branch: Branch, moment: Moment, table: tuple[Column, ...], span: timedelta) -> Line:
    name = TaskName(branch.name)
    task, attempt = view.tasks[name], view.attempts.get(name)
    sign = TASK_SIGNS[task.state]
    head = (
        Span(f" {branch.twigs}", "faint"),
        Span(f"{sign.glyph} ", sign.tone),
        Span(fit(safe(name), table[0].width - len(branch.twigs) - 3) + " "),
        Span(fit(sign.word, 10) + " ", sign.tone),
    )
    note = note_of(view, task, attempt, branch.others, moment)
    if task.started_at is None or task.state in IDLE:
        rest = sum(column.width + 1 for column in table[2:]) - 1
        return Line(task.ref, (*head, Span(clip(note, rest), "warn" if sign.tone == "warn" else "faint")))
    line_ = TimeLine(view.run.started_at or task.started_at, span, table[2].width)
    bar = time_bar(line_, task.state, task.started_at, task.ended_at or moment.now)
    took = elapsed(task.started_at, task.ended_at, moment.now)
    tries = f"{task.attempts}" if task.attempts else ""
    numbers = (Span(" "), Span(fit(took, 7, right=True), "dim"), Span(fit(tries, 4, right=True) + " ", "dim"))
    tone = sign.tone if task.state is TaskState.FAILED else "faint"
    return Line(task.ref, (*head, *bar, *numbers, Span(clip(note, table[5].width), tone)))


def note_of(view: RunView, task: TaskRun, attempt: Attempt | None, others: tuple[str, ...], moment: Moment) -> str:
    """What there is to say of a task in few words: why it failed, when it tries again, what it waits for."""
    if task.state is TaskState.BACKOFF and task.due_at is not None:
        return f"tries again at {stamp(task.due_at, moment.zone)}: {_outcome(attempt)}"
    if task.state is TaskState.WAITING:
        return safe(view.waits.get(task.task, "")) or _waits_for(view, task) or safe(task.reason)
    if task.state in IDLE:
        return safe(task.reason) or _waits_for(view, task)
    if task.reason:
        return safe(task.reason)
    if attempt is not None and task.state in {TaskState.FAILED, TaskState.UNKNOWN}:
        return _outcome(attempt)
    return f"after {', '.join(map(safe, others))}" if others else ""


def _outcome(attempt: Attempt | None) -> str:
    if attempt is None:
        return ""
    code = f"exit {attempt.exit_code}" if attempt.exit_code is not None else ""
    signal = f"signal {attempt.signal}" if attempt.signal is not None else ""
    return safe(attempt.reason) or code or signal or ATTEMPT_SIGNS[attempt.state].word


def _waits_for(view: RunView, task: TaskRun) -> str:
    open_ones = [safe(str(entry)) for entry in view.definition.tasks[task.task].after if not _passed(view, entry)]
    more = f" and {len(open_ones) - MANY} more" if len(open_ones) > MANY else ""
    return f"waits for {', '.join(open_ones[:MANY])}{more}" if open_ones else ""


def _passed(view: RunView, entry: Dependency) -> bool:
    task = view.tasks.get(entry.task) if entry.task and not entry.process else None
    return task is not None and task.state in PASSED
