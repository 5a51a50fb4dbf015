"""One run as lines: its state, how far it is, and why it does not move."""

from collections import Counter
from collections.abc import Iterator, Mapping

from boms_tui.model.condition import inside
from boms_tui.model.states import PASSED, RunState, TaskState
from boms_tui.model.verbs import VERBS
from boms_tui.model.views import RunView
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.rows.bars import done, progress
from boms_tui.screens.rows.deadlines import deadline_lines
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import safe, wrap_most
from boms_tui.screens.when import Moment, clock_text, elapsed

MOST_WHY = 7
"""The most lines that say why a run does not move."""


def within(view: RunView) -> dict[str, tuple[str, ...]]:
    """Each task's predecessors in its own run, in topological order of the tasks."""
    return {
        name: tuple(dict.fromkeys(need for need, _ in inside(task.after) if need in view.tasks))
        for name, task in view.definition.tasks.items()
        if name in view.tasks
    }


def counts(view: RunView) -> Mapping[TaskState, int]:
    return Counter(task.state for task in view.tasks.values())


def summary_lines(view: RunView, moment: Moment) -> list[Line]:
    """The state of the run and of its steps, and below why it does not move."""
    if not view.tasks:
        return _without_tasks(view, moment)
    run, numbers = view.run, counts(view)
    sign = RUN_SIGNS[run.state]
    states = [state for state in TaskState if numbers.get(state) and state not in PASSED]
    wide = moment.width >= 120 or len(states) < 3
    spans = [
        Span(f" {sign.glyph} {sign.word}  ", sign.tone),
        *progress(numbers, 48 if moment.width >= 120 else 24 if moment.width >= 70 else 8),
        Span(f"  {done(numbers)}/{sum(numbers.values())} tasks  ", "strong"),
        *(
            Span(
                f"{TASK_SIGNS[state].glyph} {numbers[state]}{f' {state.value}' if wide else ''}  ",
                TASK_SIGNS[state].tone,
            )
            for state in states
        ),
    ]
    return [Line("#steps", tuple(spans), pick=False), *deadline_lines(view, moment), *_why_lines(view, moment)]


def _without_tasks(view: RunView, moment: Moment) -> list[Line]:
    """A run that nothing was made of: its state and reason, and what a person can do."""
    run, sign = view.run, RUN_SIGNS[view.run.state]
    head = line("#steps", (f" {sign.glyph} {sign.word}  ", sign.tone), ("it has no tasks", "strong"))
    order, cancel = VERBS["order"].key, VERBS["cancel"].key
    advice = (
        f"Nothing of it runs until a person decides: {order} orders it after all, {cancel} lets it go."
        if run.state is RunState.MISSED
        else f"Nothing of it ran, and nothing will. A new run: {order} on {safe(run.process)} among the processes (2)."
    )
    return [head, *_why_lines(view, moment), *_wrapped("advice", advice, "", moment.width)]


def _why_lines(view: RunView, moment: Moment) -> Iterator[Line]:
    """Why it does not move, in full; what is known of a run that does, in short."""
    run = view.run
    closed = [gate for gate in view.gates if not gate.open]
    if run.reason:
        yield from _wrapped("why", safe(run.reason), RUN_SIGNS[run.state].tone, moment.width)
    elif closed and run.started_at is None:
        yield from _wrapped("why", "waits: " + "; ".join(safe(gate.detail) for gate in closed), "dim", moment.width)
    else:
        took = elapsed(run.started_at, run.ended_at, moment.now)
        began = clock_text(run.started_at, moment.zone, now=moment.now)
        text = f" ordered by {safe(run.ordered_by)}, revision {run.revision}"
        yield line("#why", (text + (f", started {began}, {took}" if began else ""), "faint"))


def _wrapped(key: str, text: str, tone: str, width: int) -> Iterator[Line]:
    for number, part in enumerate(wrap_most(text, width - 2, MOST_WHY)):
        yield line(f"#{key}{number}", (f" {part}", tone))
