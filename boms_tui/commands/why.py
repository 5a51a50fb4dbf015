"""`boms why`: everything that keeps a run or a task from starting, as the scheduler evaluates it."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from boms_tui import clock
from boms_tui.commands import views
from boms_tui.commands.checks import by_attempt, failed_by_checks, print_checks
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.naming import Names
from boms_tui.commands.out import iso
from boms_tui.commands.ports import Reader
from boms_tui.errors import ExitCode
from boms_tui.model.definition import Task
from boms_tui.model.ids import RunId, task_ref
from boms_tui.model.records import CheckVerdict, TaskRun
from boms_tui.model.settle import EXCLUDED
from boms_tui.model.states import IDLE, LIVE, TaskState
from boms_tui.model.views import Gate


def arguments(parser: Parser) -> None:
    parser.add_argument("object", metavar="RUN[:TASK]")


def why(context: Context, given: Namespace) -> int:
    names = Names(context.reader, clock.now())
    if ":" in given.object:
        about = names.task(given.object)
        view = views.task_view(context.reader, about, clock.now())
        gates, failed = view.gates, failed_by_checks(view.attempts, by_attempt(view.checks))
        nothing, marks = _beyond_gates(view.task), tuple(_marks(view.definition))
    else:
        run = names.run(given.object)
        about, gates, nothing = run, tuple(gates_of_run(context.reader, run)), "waits for nothing"
        marks = ()
        failed = failed_by_checks(context.reader.attempts(run), by_attempt(context.reader.checks(run)))
    if context.out.as_json:
        context.out.json([*map(_gate_json, gates), *map(_mark_json, marks), *map(_failed_json, failed)])
        return ExitCode.DONE
    if not gates:
        context.out.line(f"{about} {nothing}")
    else:
        context.out.line(about)
        context.out.table(
            ("GATE", "", "DETAIL", "WHO CAN FREE IT"),
            [
                *((gate.name, "open" if gate.open else "closed", gate.detail, gate.who_can_free) for gate in gates),
                *((mark.name, "open", mark.says, "") for mark in marks),
            ],
        )
    print_checks(context.out, failed)
    return ExitCode.DONE


def _beyond_gates(task: TaskRun) -> str:
    """What is to be said of a task that no gate keeps."""
    if task.state is TaskState.UNKNOWN:
        return (
            f"may have run, and a person must say what it did: {task.reason}\n"
            f"(boms resolve {task.ref} ok|failed|rerun|running -m REASON)"
        )
    if task.state is TaskState.SKIPPED:
        return f"is skipped and waits for nothing: {task.reason}"
    return "waits for nothing" if task.state not in LIVE else f"is {task.state} and waits for nothing"


class Mark(NamedTuple):
    """What its definition makes of a task besides its gates."""

    name: str
    says: str


def _marks(task: Task) -> Iterator[Mark]:
    if task.exclude:
        yield Mark("exclude", f"{EXCLUDED}: it is skipped as soon as its run starts")
    elif task.dry:
        yield Mark("dry", "it runs nothing: once its gates are open, it is skipped")


def gates_of_run(reader: Reader, run: RunId) -> Iterator[Gate]:
    """The gates of a run; where it is under way, the closed gates of its tasks, each under its task's name."""
    view = views.run_view(reader, run, clock.now())
    yield from view.gates
    if view.run.started_at is None:
        return
    for name, task in view.tasks.items():
        if task.state in IDLE:
            for gate in views.task_view(reader, task_ref(run, name), clock.now()).gates:
                if not gate.open:
                    yield replace(gate, name=f"{name}:{gate.name}")


def _gate_json(gate: Gate) -> dict[str, object]:
    return {
        "gate": gate.name, "open": gate.open, "detail": gate.detail, "opens_at": iso(gate.opens_at),
        "who_can_free": gate.who_can_free or None,
    }  # fmt: skip


def _mark_json(mark: Mark) -> dict[str, object]:
    """It keeps nothing from going on; told like an open gate, it keeps the answer one list."""
    return {"gate": mark.name, "open": True, "detail": mark.says, "opens_at": None, "who_can_free": None}


def _failed_json(verdict: CheckVerdict) -> dict[str, object]:
    """A check is no gate, and nobody can free it; told alike, it keeps the answer one list."""
    return {
        "gate": f"check {verdict.phase}", "open": verdict.passed,
        "detail": f"{verdict.attempt}: {verdict.check}: {verdict.saw}", "opens_at": None, "who_can_free": None,
    }  # fmt: skip


COMMANDS = {"why": Command(with_age(why), arguments)}
