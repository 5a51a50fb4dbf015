"""The command line: which command lives in which room, and how its answer becomes an exit code.

A room is imported only when one of its commands is asked for, which keeps `boms --help` and the console's start short.
"""

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from boms_tui.errors import BomsError, ExitCode, UsageError

if TYPE_CHECKING:
    from boms_tui.commands.command import Command
    from boms_tui.commands.out import Out

CONSOLE = "console"
ROOMS: dict[str, dict[str, str]] = {
    "init": {"init": "create or upgrade the store, the runtime's keys and the first admin"},
    "demo": {"demo": "a throw-away home with the sample brokerage, its runtime and the console"},
    "define": {
        "check": "validate definitions",
        "apply": "store definitions as new revisions",
        "export": "write definitions back as YAML",
        "schema": "the JSON Schema of definitions",
    },
    "serve": {"runtime": "the daemon, in the foreground", CONSOLE: "the full-screen console"},
    "access": {
        "login": "sign in for the command line",
        "logout": "end the session",
        "whoami": "who is signed in",
    },
    "order": {"order": "order a run of a process"},
    "look": {
        "runs": "list runs",
        "show": "one run with its tasks and attempts",
        "tree": "one run as a tree of its tasks",
    },
    "why": {"why": "everything that keeps a run or a task from starting"},
    "log": {"log": "what an attempt printed"},
    "plan": {"plan": "what would be ordered, when, and why not"},
    "holds": {"holds": "what is held and what is planned to be"},
    "act": {
        "retry": "a new attempt of failed tasks",
        "skip": "tasks will not run; dependents go on",
        "hold": "nothing starts until released, from now on or from a time",
        "release": "lift a hold, or take back a planned one",
        "rerun": "run again, with everything behind it",
        "force-ok": "count tasks as succeeded",
        "kill": "end the process tree of running tasks",
        "cancel": "end runs",
        "confirm": "a person's yes or no to a task",
        "event": "post an event",
        "resolve": "say what happened to an unknown attempt",
        "free": "lift a gate for one start",
    },
    "users": {"users": "list and administer users"},
    "approve": {
        "approvals": "what waits for a second person",
        "approve": "a second person's yes or no",
    },
    "rights": {"access": "who may do what, and why", "roles": "list roles and their verbs"},
    "prove": {"audit": "prove that the journal is whole, search it, export it"},
    "doctor": {"doctor": "find what is wrong with this installation"},
    "maintain": {"store": "upgrade, back up, purge and check the store"},
}
_VALUED = frozenset({"--home", "--store", "--user", "--timeout"})


def run(argv: Sequence[str]) -> int:
    """Run one command line; the exit code (DESIGN.md section 6)."""
    from boms_tui.commands.out import Out

    out = Out(as_json="--json" in argv)
    try:
        return _dispatch(argv, out)
    except BomsError as error:
        _say(out, error)
        return error.exit_code
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        if os.environ.get("BOMS_DEBUG"):
            raise
        out.error(_unforeseen(error))
        return ExitCode.REFUSED


def _say(out: "Out", error: BomsError) -> None:
    from boms_tui.commands.verdicts import SecondPersonError, print_pending

    if isinstance(error, SecondPersonError):
        print_pending(out, error)
    else:
        out.error(error)


def _dispatch(argv: Sequence[str], out: "Out") -> int:
    from boms_tui.commands.command import Parser, common
    from boms_tui.commands.context import Context

    before, name, rest = split(argv)
    top = Parser("boms")
    common(top, defaults=True)
    top.add_argument("--version", action="store_true", help="print the version")
    if {"-h", "--help"} & set(before):
        out.block(_help(top.format_usage()))
        return ExitCode.DONE
    arguments = top.parse_args(before)
    if arguments.version:
        from importlib.metadata import version

        out.line(f"boms {version('boms-tui')}")
        return ExitCode.DONE
    command = _command(name or CONSOLE)
    parser = Parser(f"boms {name}")
    common(parser, defaults=False)
    command.arguments(parser)
    parsed: Namespace = parser.parse_args(rest, arguments)
    with Context.of(parsed, out) as context:
        return command.run(context, parsed)


def split(argv: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """What stands before the command's name, the name ("" without one), and what stands behind it."""
    words = iter(range(len(argv)))
    for index in words:
        if argv[index] in _VALUED:
            next(words, None)
        elif not argv[index].startswith("-"):
            return list(argv[:index]), argv[index], list(argv[index + 1 :])
    return list(argv), "", []


def _command(name: str) -> "Command":
    for room, commands in ROOMS.items():
        if name in commands:
            found: Command = import_module(f"boms_tui.commands.{room}").COMMANDS[name]
            return found
    near = get_close_matches(name, list(_names()), 1)
    meant = f"did you mean `boms {near[0]}`?" if near else "`boms --help` lists them"
    raise UsageError(f"no such command: {name}", meant)


def _names() -> Iterator[str]:
    for commands in ROOMS.values():
        yield from commands


def _help(usage: str) -> str:
    lines = [f"{name:<10} {says}" for commands in ROOMS.values() for name, says in commands.items()]
    return "\n".join((
        f"{usage.rstrip()} COMMAND ...",
        "", "Batch Operations Management System. Without a command: the console.", "",
        *(f"  {line}" for line in lines),
        "", "`boms COMMAND --help` says what a command takes.", "",
    ))  # fmt: skip


def _unforeseen(error: Exception) -> BomsError:
    """A file or folder that the system keeps from us is the installation's matter; all else is ours."""
    if isinstance(error, OSError) and error.filename is not None:
        return BomsError(f"{error.filename}: {os.strerror(error.errno or 0)}", "check the path and its permissions")
    return BomsError(
        f"a defect of BOMS: {type(error).__name__}: {error}",
        "set BOMS_DEBUG=1 to see where it happened, and report it",
    )
