"""`boms order`: a new run of a process, and waiting for its end."""

import threading
from argparse import ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import replace

from boms_tui import clock
from boms_tui.commands.command import Command, Parser, day, reason
from boms_tui.commands.context import Context
from boms_tui.commands.naming import Names
from boms_tui.commands.ports import Reader
from boms_tui.commands.verdicts import exit_code, print_verdict
from boms_tui.commands.waiting import Patience
from boms_tui.errors import ExitCode, NoAnswerError
from boms_tui.model.ids import RunId
from boms_tui.model.records import Answer, Run, Verdict
from boms_tui.model.states import RUN_ENDED, RunState
from boms_tui.model.views import BoardQuery, Effect

_PAUSE = 0.25


def arguments(parser: Parser) -> None:
    parser.add_argument("process", metavar="PROCESS|RUN", help="what to order, or a run that was missed")
    parser.add_argument("--date", type=day, metavar="D", help="the business date (the current one)")
    parser.add_argument(
        "--parameter", action="append", default=[], type=_assignment, metavar="K=V", help="may be repeated"
    )
    parser.add_argument(
        "--force", action="store_true", help="even where its calendar has no such date, or it skips what overlaps"
    )
    parser.add_argument("--wait", action="store_true", help="end with the run")
    parser.add_argument("--through-stall", action="store_true", help="with --wait: wait on while it is stalled")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and order nothing")
    reason(parser, required=False)


def order(context: Context, given: Namespace) -> int:
    names, parameters = Names(context.reader, clock.now()), _parameters(given)
    process = names.run(given.process) if "@" in given.process else names.process(given.process)
    if given.dry_run:
        return _foretell(context, process, context.client.effect("order", process, parameters))
    verdict = context.client.act("order", process, reason=given.reason, parameters=parameters)
    if verdict.answer is not Answer.APPLIED:
        print_verdict(context.out, process, verdict)
        return exit_code(verdict)
    if given.wait:
        return _wait(context, verdict, through_stall=given.through_stall)
    _say(context, verdict)
    return ExitCode.DONE


def wait_for_end(reader: Reader, run_id: RunId, *, through_stall: bool, timeout: float) -> Run:
    """The run as it ended, or as it stalled. `timeout` is how long (s) no runtime may lead meanwhile.

    Raises:
        NoAnswerError: no runtime leads for too long.
    """
    patience = Patience(reader, timeout, lambda: False)
    pause = threading.Event()
    alive_at = clock.monotonic()
    while True:
        run = reader.board(BoardQuery(runs=frozenset({run_id})))[0].run
        if run.state in RUN_ENDED or (run.state is RunState.STALLED and not through_stall):
            return run
        if patience.runtime_lives():
            alive_at = clock.monotonic()
        elif clock.monotonic() - alive_at > timeout:
            raise NoAnswerError(f"no runtime answers; {run_id} is {run.state}", "start one with `boms runtime`")
        pause.wait(_PAUSE)


def _wait(context: Context, verdict: Verdict, *, through_stall: bool) -> int:
    if not context.out.as_json:
        _say(context, verdict)
    run = wait_for_end(context.reader, RunId(verdict.target), through_stall=through_stall, timeout=context.timeout)
    if context.out.as_json:
        _say(context, replace(verdict, state=run.state.value, reason=run.reason))
    else:
        context.out.note(f"{run.id}: {run.state}{f' ({run.reason})' if run.reason else ''}")
    return ExitCode.DONE if run.state is RunState.SUCCEEDED else ExitCode.REFUSED


def _say(context: Context, verdict: Verdict) -> None:
    """The run's id and nothing else, so that a script can take it as it stands; or the act's JSON object."""
    if context.out.as_json:
        print_verdict(context.out, verdict.target, verdict)
    else:
        context.out.line(verdict.target)


def _foretell(context: Context, process: str, effect: Effect) -> int:
    if context.out.as_json:
        context.out.json({
            "id": process, "refusal": effect.refusal or None, "frees": effect.frees,
            "blocked": [{"name": name, "by": by} for name, by in effect.blocked],
        })  # fmt: skip
    elif effect.refusal:
        context.out.line(f"would be refused: {effect.refusal}")
    else:
        context.out.line(f"would order {process}")
        for name in effect.frees:
            context.out.line(f"  would start   {name}")
        for name, by in effect.blocked:
            context.out.line(f"  would wait    {name}: {by}")
    return ExitCode.REFUSED if effect.refusal else ExitCode.DONE


def _parameters(given: Namespace) -> Mapping[str, str]:
    sent = {f"parameter.{name}": value for name, value in given.parameter}
    if given.date is not None:
        sent["date"] = given.date.isoformat()
    if given.force:
        sent["force"] = "yes"
    return sent


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ArgumentTypeError(f"write NAME=VALUE, not {text}")
    return name, value


COMMANDS = {"order": Command(order, arguments)}
