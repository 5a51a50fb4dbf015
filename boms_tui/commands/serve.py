"""What stays in the foreground: `runtime` and `console`."""

import os
import socket
from argparse import ArgumentTypeError, Namespace

from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.errors import UsageError
from boms_tui.model.ids import SEGMENT
from boms_tui.screens.gateway import Hint

DEFAULT_SLOTS = 16


def _runtime_arguments(parser: Parser) -> None:
    parser.add_argument("--node", metavar="N", default=_node(), help="the name of this machine among the nodes")
    parser.add_argument(
        "--pool", action="append", type=_pool, metavar="NAME[=SLOTS]",
        help=f"a pool that this runtime serves; may be repeated (local={DEFAULT_SLOTS})",
    )  # fmt: skip
    parser.add_argument("--log-format", choices=("text", "json"), default="text")


def runtime(context: Context, given: Namespace) -> int:
    """Lead, or wait to lead, until SIGTERM; tasks run on without it."""
    from boms_tui.runtime.logs import configure

    pools = dict(given.pool or [("local", DEFAULT_SLOTS)])
    daemon = context.store.daemon(node=given.node, pools=pools)
    configure(given.log_format)
    return daemon.run()


def console(context: Context, _given: Namespace) -> int:
    return open_console(context)


def open_console(context: Context, hint: Hint | None = None) -> int:
    """The full-screen console; its session lives in memory and ends with it.

    Raises:
        UsageError: there is no terminal to draw on.
    """
    store = context.store
    from boms_tui.commands.client import Client
    from boms_tui.commands.session import MemoryKeeper
    from boms_tui.screens.main import refuse_without_terminal, run_console

    refuse_without_terminal(os.environ)
    client = Client(store, MemoryKeeper(), timeout=context.timeout)
    return run_console(
        client, hint=hint or Hint(), zone=context.home.timezone, log_path=context.home.logs / "console.log"
    )


def has_terminal() -> bool:
    """Whether there is a terminal that a console can be drawn on."""
    from boms_tui.screens.main import refuse_without_terminal

    try:
        refuse_without_terminal(os.environ)
    except UsageError:
        return False
    return True


def _node() -> str:
    name = socket.gethostname().partition(".")[0].lower()
    return name if SEGMENT.fullmatch(name) else "local"


def _pool(text: str) -> tuple[str, int]:
    name, equals, slots = text.partition("=")
    if not SEGMENT.fullmatch(name) or (equals and not (slots.isdecimal() and int(slots) > 0)):
        raise ArgumentTypeError(f"write NAME or NAME=SLOTS, not {text}")
    return name, int(slots) if equals else DEFAULT_SLOTS


COMMANDS = {"runtime": Command(runtime, _runtime_arguments), "console": Command(console)}
