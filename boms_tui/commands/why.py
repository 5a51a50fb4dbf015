"""`boms why`: everything that keeps a run or a task from starting, as the scheduler evaluates it."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace

from boms_tui import clock
from boms_tui.commands import views
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.naming import Names
from boms_tui.commands.out import iso
from boms_tui.commands.ports import Reader
from boms_tui.errors import ExitCode
from boms_tui.model.ids import RunId, task_ref
from boms_tui.model.states import IDLE
from boms_tui.model.views import Gate


def arguments(parser: Parser) -> None:
    parser.add_argument("object", metavar="RUN[:TASK]")


def why(context: Context, given: Namespace) -> int:
    names = Names(context.reader, clock.now())
    if ":" in given.object:
        about = names.task(given.object)
        gates = views.task_view(context.reader, about, clock.now()).gates
    else:
        run = names.run(given.object)
        about, gates = run, tuple(gates_of_run(context.reader, run))
    if context.out.as_json:
        context.out.json([_gate_json(gate) for gate in gates])
    elif not gates:
        context.out.line(f"{about} waits for nothing")
    else:
        context.out.line(about)
        context.out.table(
            ("GATE", "", "DETAIL", "WHO CAN FREE IT"),
            [(gate.name, "open" if gate.open else "closed", gate.detail, gate.who_can_free) for gate in gates],
        )
    return ExitCode.DONE


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


COMMANDS = {"why": Command(with_age(why), arguments)}
