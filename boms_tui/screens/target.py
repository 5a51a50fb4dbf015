"""What an act is on, as it was when the person saw it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from boms_tui.model.definition import Manual, Task
from boms_tui.model.records import Attempt, Run, TaskRun
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.verbs import On, Verb
from boms_tui.model.views import Gate, GateKind, ProcessRow
from boms_tui.screens.line import Span
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import safe


@dataclass(frozen=True, slots=True)
class Target:
    """The object of an act. `name` is what a person types to confirm, `version` what the request carries.

    `held` says whether there is a hold of its own to release, None where that is not known; `asks` whether it takes a
    person's yes, and `question` what it asks. `evidence` is what is known of an attempt that nobody can prove. `begun`
    says that a run has started. `sequence` is the journal's head when it was read.
    """

    on: On
    id: str
    name: str
    seen: Span
    seen_at: datetime
    version: int | None = None
    task_state: TaskState | None = None
    run_state: RunState | None = None
    held: bool | None = None
    asks: bool = True
    question: str = ""
    evidence: str = ""
    begun: bool = False
    sequence: int = 0


def run_target(run: Run, seen_at: datetime, *, held: bool | None = None) -> Target:
    sign = RUN_SIGNS[run.state]
    seen = Span(f"{sign.glyph} {sign.word}", sign.tone)
    return Target(
        On.RUN, run.id, run.process, seen, seen_at, run.version, run_state=run.state, held=held,
        begun=run.started_at is not None,
    )  # fmt: skip


def task_target(
    task: TaskRun,
    definition: Task,
    attempt: Attempt | None,
    seen_at: datetime,
    *,
    held: bool | None = None,
    unfit: bool = False,
) -> Target:
    """`unfit`: whom the run is for may not have it run any more."""
    sign = TASK_SIGNS[task.state]
    tries = f", attempt {task.attempts}" if task.attempts else ""
    code = f", exit {attempt.exit_code}" if attempt is not None and attempt.exit_code is not None else ""
    seen = Span(f"{sign.glyph} {sign.word}{tries}{code}", sign.tone)
    question = definition.work.prompt if isinstance(definition.work, Manual) else ""
    return Target(
        On.TASK, task.ref, task.task, seen, seen_at, task.version, task_state=task.state, held=held,
        asks=definition.confirm or bool(question) or unfit, question=question,
        evidence=evidence_of(task, attempt) if task.state is TaskState.UNKNOWN else "",
    )  # fmt: skip


def evidence_of(task: TaskRun, attempt: Attempt | None) -> str:
    """Why nobody can prove how the attempt ended."""
    return (attempt.reason if attempt is not None else "") or task.reason


def held_by_gates(gates: Iterable[Gate], object_id: str) -> bool:
    """Whether one of these gates is a hold on the object itself, standing or planned, and not on what lies above it."""
    return any(gate.kind is GateKind.HOLD and gate.name == f"hold:{object_id}" for gate in gates)


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
    if verb.name == "release" and target.held is False:
        return f"nothing holds {safe(target.name)}"
    if verb.name == "free" and target.begun:
        return f"{safe(target.name)} has started: its tasks have gates of their own"
    if verb.name == "confirm" and not target.asks:
        return f"{safe(target.name)} asks nobody"
    return ""


def offered(verb: Verb, target: Target) -> bool:
    """Whether the footer names the verb: it fits, and nothing that it needs is unknown."""
    return not misfit(verb, target) and not (verb.name == "release" and target.held is None)


def _any_of(states: frozenset[TaskState] | frozenset[RunState]) -> str:
    names = sorted(states)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
