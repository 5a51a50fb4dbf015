"""What an act is on, as it was when the person saw it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from boms_tui.model.records import Attempt, Run, TaskRun
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.verbs import On, Verb
from boms_tui.model.views import ProcessRow
from boms_tui.screens.line import Span
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import safe


@dataclass(frozen=True, slots=True)
class Target:
    """The object of an act. `name` is what a person types to confirm, `version` what the request carries."""

    on: On
    id: str
    name: str
    seen: Span
    seen_at: datetime
    version: int | None = None
    task_state: TaskState | None = None
    run_state: RunState | None = None


def run_target(run: Run, seen_at: datetime) -> Target:
    sign = RUN_SIGNS[run.state]
    seen = Span(f"{sign.glyph} {sign.word}", sign.tone)
    return Target(On.RUN, run.id, run.process, seen, seen_at, run.version, run_state=run.state)


def task_target(task: TaskRun, attempt: Attempt | None, seen_at: datetime) -> Target:
    sign = TASK_SIGNS[task.state]
    tries = f", attempt {task.attempts}" if task.attempts else ""
    code = f", exit {attempt.exit_code}" if attempt is not None and attempt.exit_code is not None else ""
    seen = Span(f"{sign.glyph} {sign.word}{tries}{code}", sign.tone)
    return Target(On.TASK, task.ref, task.task, seen, seen_at, task.version, task_state=task.state)


def process_target(row: ProcessRow, seen_at: datetime) -> Target:
    return Target(On.PROCESS, row.id, row.id, Span(f"revision {row.revision}", "dim"), seen_at)


def misfit(verb: Verb, target: Target) -> str:
    """Why the verb cannot be used on this; "" where it can."""
    if target.on not in verb.on:
        return f"{verb.label} acts on a {' or a '.join(sorted(verb.on))}"
    states = verb.task_states if target.on is On.TASK else verb.run_states if target.on is On.RUN else frozenset()
    state = target.task_state or target.run_state
    if states and state not in states:
        return f"{verb.label} is for what is {_any_of(states)}; {safe(target.name)} is {state}"
    return ""


def _any_of(states: frozenset[TaskState] | frozenset[RunState]) -> str:
    names = sorted(states)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
