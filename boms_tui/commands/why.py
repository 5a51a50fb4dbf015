"""`boms why`: what keeps a run or a task from starting, as the scheduler evaluates it, down to the root cause."""

from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from textwrap import wrap
from typing import NamedTuple

from boms_tui import clock
from boms_tui.commands import views
from boms_tui.commands.checks import by_attempt, failed_by_checks, print_checks
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.naming import Names, NoRunError
from boms_tui.commands.out import Out, iso
from boms_tui.commands.reasons import reasons
from boms_tui.commands.unordered import tell_unordered
from boms_tui.errors import ExitCode
from boms_tui.model.definition import Task
from boms_tui.model.ids import split_ref
from boms_tui.model.reasons import in_words
from boms_tui.model.records import CheckVerdict
from boms_tui.model.settle import EXCLUDED
from boms_tui.model.states import TaskState
from boms_tui.model.views import Gate, Reason, Reasons

Tell = Callable[[Reason], str]
_WIDTH = 80
_MOST_ROWS = 20
"""How many gates people are shown; those that several tasks have alike are one."""


def arguments(parser: Parser) -> None:
    parser.add_argument("object", metavar="RUN[:TASK]")


def why(context: Context, given: Namespace) -> int:
    now, reader = clock.now(), context.reader
    try:
        about = Names(reader, now).run_or_task(given.object)
    except NoRunError as error:
        tell_unordered(context, error.process, error.business_date, now)
        return ExitCode.DONE
    found, (run, task) = reasons(reader, about, now), split_ref(about)
    failed = failed_by_checks(reader.attempts(run, task), by_attempt(reader.checks(run, task)))
    view = views.task_view(reader, about, now) if task is not None else None
    marks = list(_marks(view.definition)) if view is not None else []
    if context.out.as_json:
        gates = (_gate_json(found, one) for one in found.gates)
        context.out.json([*gates, *map(_mark_json, marks), *map(_failed_json, failed)])
        return ExitCode.DONE
    if view is not None and view.task.state is TaskState.SKIPPED:
        context.out.line(f"{about} is skipped and waits for nothing: {view.task.reason}")
    else:
        print_reasons(context.out, found, now)
        for mark in marks:
            context.out.line(f"{mark.name}: {mark.says}")
    print_checks(context.out, failed)
    return ExitCode.DONE


class Mark(NamedTuple):
    """What its definition makes of a task besides its gates."""

    name: str
    says: str


def _marks(task: Task) -> Iterator[Mark]:
    if task.exclude:
        yield Mark("exclude", f"{EXCLUDED}: it is skipped as soon as its run starts")
    elif task.dry:
        yield Mark("dry", "it runs nothing: once its gates are open, it is skipped")


def _mark_json(mark: Mark) -> dict[str, object]:
    """A mark is no gate; told alike, it keeps the answer one list."""
    return {"gate": mark.name, "open": True, "detail": mark.says, "opens_at": None, "who_can_free": None}


def print_reasons(out: Out, found: Reasons, now: datetime) -> None:
    """The root causes, then the gates, then how these lead to those."""
    if not found.gates and not found.roots:
        out.line(f"{found.about} is {found.state} and waits for nothing")
        return
    out.line(found.about)
    tell = partial(in_words, time_of=partial(out.time_of_day, now=now))
    for line in _roots(found, tell):
        out.line(line)
    if found.gates:
        out.line()
        _print_gates(out, found, now)
    if not found.is_flat:
        out.line()
        out.line("because")
        for line in _tree(found.because, tell, "  "):
            out.line(line)


def _roots(found: Reasons, tell: Tell) -> Iterator[str]:
    if len(found.roots) == 1:
        yield f"root cause: {tell(found.roots[0])}"
    elif found.roots:
        yield f"{len(found.roots) + found.more} root causes:"
        for root in found.roots:
            yield f"  {tell(root)}"
        if found.more:
            yield f"  +{found.more} more"
    if found.state == TaskState.UNKNOWN:
        yield f"(boms resolve {found.about} ok|failed|rerun|running -m REASON)"


def _tree(reasons: Iterable[Reason], tell: Tell, indent: str) -> Iterator[str]:
    for reason in reasons:
        yield from wrap(
            tell(reason), _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        yield from _tree(reason.because, tell, indent + "  ")


def _print_gates(out: Out, found: Reasons, now: datetime) -> None:
    alike: defaultdict[Gate, list[str]] = defaultdict(list)
    for reason in found.gates:
        if reason.gate is not None:
            alike[reason.gate].append(_owner(found, reason))
    rows = [
        (_named(gate, of), "open" if gate.open else "closed", gate.detail, _at(out, gate, now), gate.who_can_free)
        for gate, of in alike.items()
    ]
    heads = ("GATE", "", "DETAIL", "OPENS AT", "WHO CAN FREE IT")
    shown = [place for place in range(len(heads)) if heads[place] != "OPENS AT" or any(row[place] for row in rows)]
    out.table([heads[place] for place in shown], [[row[place] for place in shown] for row in rows[:_MOST_ROWS]])
    if len(rows) > _MOST_ROWS:
        out.line(f"+{len(rows) - _MOST_ROWS} more (--json has all)")


def _at(out: Out, gate: Gate, now: datetime) -> str:
    return "" if gate.open or gate.opens_at is None else out.time_of_day(gate.opens_at, now)


def _named(gate: Gate, of: list[str]) -> str:
    """A gate's name; where it is that of a task of the run that was asked about, with the task's or how many."""
    if len(of) > 1:
        return f"{gate.name} of {len(of)} tasks"
    return ":".join(filter(None, (*of, gate.name)))


def _owner(found: Reasons, reason: Reason) -> str:
    """The task whose gate it is, where the run was asked about."""
    return reason.ref.removeprefix(f"{found.about}:") if reason.ref.startswith(f"{found.about}:") else ""


def _gate_json(found: Reasons, reason: Reason) -> dict[str, object]:
    answer = _json(reason)
    return {**answer, "gate": ":".join(filter(None, (_owner(found, reason), str(answer["gate"]))))}


def _json(reason: Reason) -> dict[str, object]:
    """A gate, and behind it what it is about; or that. What is told as one to people are two."""
    gate = reason.gate
    if gate is None:
        return {
            "gate": None, "open": False, "detail": reason.says, "opens_at": iso(reason.opens_at),
            "who_can_free": None, "kind": None, "about": [reason.ref] if reason.ref else [],
            "state": reason.state or None, "because": [_json(one) for one in reason.because],
        }  # fmt: skip
    thing = replace(reason, gate=None)
    return {
        "gate": gate.name, "open": gate.open, "detail": gate.detail, "opens_at": iso(gate.opens_at),
        "who_can_free": gate.who_can_free or None, "kind": gate.kind, "about": gate.about,
        "because": [_json(thing)] if reason.state else [_json(one) for one in reason.because],
    }  # fmt: skip


def _failed_json(verdict: CheckVerdict) -> dict[str, object]:
    """A check is no gate, and nobody can free it; told alike, it keeps the answer one list."""
    return {
        "gate": f"check {verdict.phase}", "open": verdict.passed,
        "detail": f"{verdict.attempt}: {verdict.check}: {verdict.saw}", "opens_at": None, "who_can_free": None,
    }  # fmt: skip


COMMANDS = {"why": Command(with_age(why), arguments)}
