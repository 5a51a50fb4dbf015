"""What an act is on, as it was when the person saw it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from boms_tui.model.definition import Manual, Task
from boms_tui.model.ids import parse_run_id, split_ref
from boms_tui.model.records import Attempt, Hold, Run, TaskRun
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.verbs import On, Verb
from boms_tui.model.views import Gate, GateKind, ProcessRow
from boms_tui.screens.line import Span
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import safe


@dataclass(frozen=True, slots=True)
class Target:
    """The object of an act. `name` is what a person types to confirm, `version` what the request carries.

    `held` says whether a hold is over it, None where that is not known, and `hold` is the one that the act is about;
    `asks` says whether it takes a person's yes, and `question` what it asks. `evidence` is what is known of an attempt
    that nobody can prove. `begun` says that a run has started, `empty` that it has no tasks. `sequence` is the
    journal's head when it was read.
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
    empty: bool = False
    hold: Hold | None = None
    sequence: int = 0


def run_target(run: Run, seen_at: datetime, *, held: bool | None = None, empty: bool = False) -> Target:
    sign = RUN_SIGNS[run.state]
    seen = Span(f"{sign.glyph} {sign.word}", sign.tone)
    return Target(
        On.RUN, run.id, run.process, seen, seen_at, run.version, run_state=run.state, held=held,
        begun=run.started_at is not None, empty=empty,
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


def held_by_gates(gates: Iterable[Gate]) -> bool:
    """Whether one of these gates is a hold, standing or planned."""
    return any(gate.kind is GateKind.HOLD for gate in gates)


def process_target(row: ProcessRow, seen_at: datetime, *, held: bool) -> Target:
    return Target(On.PROCESS, row.id, row.id, Span(f"revision {row.revision}", "dim"), seen_at, held=held)


def under(target: Target, hold: Hold) -> Target:
    """What is released to lift a hold that is over something: that itself, or what lies above it and is held."""
    if hold.object == target.id:
        return replace(target, hold=hold)
    run, task = split_ref(hold.object)
    on = On.TASK if task is not None else On.RUN if parse_run_id(run) is not None else On.PROCESS
    state = "held" if hold.stands(target.seen_at) else "to be held"
    return Target(
        on, hold.object, hold.object, Span(state, "warn"), target.seen_at, hold=hold, sequence=target.sequence
    )  # fmt: skip


def misfit(verb: Verb, target: Target) -> str:
    """Why the verb cannot be used on this; "" where it can."""
    if target.on not in verb.on:
        return f"{verb.label} acts on a {' or a '.join(sorted(verb.on))}"
    states = verb.task_states if target.on is On.TASK else verb.run_states if target.on is On.RUN else frozenset()
    state = target.task_state or target.run_state
    if states and state not in states:
        return f"{verb.label} is for what is {_any_of(states)}; {safe(target.name)} is {state}"
    name = safe(target.name)
    misfits = {
        "release": (target.held is False, f"nothing holds {name}"),
        "rerun": (target.empty, f"{name} has no tasks to run again: it was never ordered"),
        "free": (target.begun, f"{name} has started: its tasks have gates of their own"),
        "confirm": (not target.asks, f"{name} asks nobody"),
    }
    wrong, says = misfits.get(verb.name, (False, ""))
    return says if wrong else ""


def offered(verb: Verb, target: Target) -> bool:
    """Whether the footer names the verb: it fits, and nothing that it needs is unknown."""
    return not misfit(verb, target) and not (verb.name == "release" and target.held is None)


def _any_of(states: frozenset[TaskState] | frozenset[RunState]) -> str:
    names = sorted(states)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
