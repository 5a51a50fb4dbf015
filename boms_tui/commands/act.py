"""The operator's verbs on runs and tasks: one request for each object, one verdict line for each."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from boms_tui import clock
from boms_tui.commands.command import Command, Parser, day, reason
from boms_tui.commands.context import Context
from boms_tui.commands.naming import Names
from boms_tui.commands.ports import Reader
from boms_tui.commands.times import instant
from boms_tui.commands.verdicts import SecondPersonError, exit_code, print_pending, print_verdict, worst
from boms_tui.errors import BomsError
from boms_tui.model.ids import parse_run_id, split_ref
from boms_tui.model.verbs import VERBS

Parameters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """How one verb is written: what an operand may be, what else it takes, and what travels with each request.

    A verb is asked of several objects, or where `each` names an argument, of one object for each of its values.
    """

    operand: str
    whole: Callable[[Names, str], str]
    arguments: Callable[[Parser], None] = lambda _: None
    parameters: Callable[[Context, Namespace], Parameters] = lambda _, __: {}
    each: str = ""


def _flag(option: str, says: str) -> Callable[[Parser], None]:
    """An option without a value."""

    def declare(parser: Parser) -> None:
        parser.add_argument(option, action="store_true", help=says)

    return declare


_TIMES = {"from": "when it begins (at once)", "until": "when it is released by itself"}


def _times(parser: Parser) -> None:
    for name, says in _TIMES.items():
        parser.add_argument(
            f"--{name}", metavar="TIME", help=f"{says}: 22:30, or ISO-8601; in the home's zone where it names none"
        )


def _time_parameters(context: Context, arguments: Namespace) -> Parameters:
    given = {name: getattr(arguments, name) for name in _TIMES}
    return {name: instant(context, text) for name, text in given.items() if text is not None}


def _date(parser: Parser) -> None:
    parser.add_argument(
        "--date", type=day, metavar="D", help="its business date (for each who receives it, the current one)"
    )


def _gates(parser: Parser) -> None:
    parser.add_argument("gate", nargs="+", metavar="GATE", help="the name of a closed gate, as `boms why` lists it")


def _resolution(parser: Parser) -> None:
    parser.add_argument("outcome", choices=("ok", "failed", "rerun", "running"), help="what really happened")


_HELD = "RUN[:TASK]|PROCESS[@DATE]|FOLDER/"
ACTS: Mapping[str, Act] = {
    "retry": Act("RUN:TASK", Names.task),
    "skip": Act("RUN:TASK", Names.task),
    "hold": Act(_HELD, Names.held, _times, _time_parameters),
    "release": Act(_HELD, Names.held),
    "rerun": Act(
        "RUN[:TASK]", Names.run_or_task, _flag("--only", "this task alone, nothing behind it"),
        lambda _, given: {"only": "yes"} if given.only else {},
    ),
    "force-ok": Act("RUN:TASK", Names.task),
    "kill": Act("RUN:TASK", Names.task),
    "cancel": Act(
        "RUN", Names.run, _flag("--leave", "let live tasks finish"),
        lambda _, given: {"leave": "yes"} if given.leave else {},
    ),
    "confirm": Act(
        "RUN:TASK", Names.task, _flag("--no", "the answer is no: the task fails"),
        lambda _, given: {"answer": "no" if given.no else "yes"},
    ),
    "resolve": Act("RUN:TASK", Names.task, _resolution, lambda _, given: {"as": given.outcome}),
    "event": Act(
        "EVENT", lambda _, text: text, _date, lambda _, given: {"date": given.date.isoformat()} if given.date else {}
    ),
    "free": Act("RUN[:TASK]", Names.run_or_task, _gates, each="gate"),
}  # fmt: skip


def _arguments(verb: str, parser: Parser) -> None:
    act = ACTS[verb]
    parser.add_argument("objects", nargs=1 if act.each else "+", metavar=act.operand)
    act.arguments(parser)
    reason(parser, required=VERBS[verb].reason_required)


def _run(verb: str, context: Context, arguments: Namespace) -> int:
    act = ACTS[verb]
    values = [{act.each: value} for value in getattr(arguments, act.each)] if act.each else [{}]
    asked = [(text, value) for text in arguments.objects for value in values]
    return worst([_one(verb, context, arguments, text, value, alone=len(asked) == 1) for text, value in asked])


def _one(verb: str, context: Context, arguments: Namespace, text: str, value: Parameters, *, alone: bool) -> int:
    """Ask for one object; an error with it keeps nothing from the others."""
    act = ACTS[verb]
    try:
        target = act.whole(Names(context.reader, clock.now()), text)
        verdict = context.client.act(
            verb,
            target,
            version_seen=version_of(context.reader, target),
            reason=arguments.reason,
            parameters={**act.parameters(context, arguments), **value},
        )
    except SecondPersonError as pending:
        print_pending(context.out, pending)
        return pending.exit_code
    except BomsError as error:
        if alone:
            raise
        context.out.error(error)
        return error.exit_code
    print_verdict(context.out, target, verdict)
    return exit_code(verdict)


def version_of(reader: Reader, target: str) -> int | None:
    """The version of a run or a task run as it is now; None where the target is neither."""
    run_id, _ = split_ref(target)
    if parse_run_id(run_id) is None:
        return None
    picture = reader.picture(run_id)
    versions = {run.id: run.version for run in picture.runs} | {task.ref: task.version for task in picture.tasks}
    return versions.get(target)


COMMANDS = {verb: Command(partial(_run, verb), partial(_arguments, verb)) for verb in ACTS}
