"""What a command is to `cli`: the arguments it takes, and what it does with them."""

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from boms_tui.commands.context import Context
from boms_tui.errors import UsageError

DEFAULT_TIMEOUT = 10.0


class Parser(ArgumentParser):
    """An argument parser whose complaints are errors like any other."""

    def __init__(self, prog: str, **options: str | None) -> None:
        super().__init__(prog=prog, allow_abbrev=False, description=options.get("description"))

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"see `{self.prog} --help`")


@dataclass(frozen=True, slots=True)
class Command:
    """`run` returns the exit code."""

    run: Callable[[Context, Namespace], int]
    arguments: Callable[[Parser], None] = lambda _: None


def common(parser: Parser, *, defaults: bool) -> None:
    """The options that stand before the command's name or after it."""
    default = None if defaults else SUPPRESS
    group = parser.add_argument_group("everywhere")
    group.add_argument("--home", metavar="DIR", default=default, help="the home folder (BOMS_HOME, ~/.boms)")
    group.add_argument("--store", metavar="URL", default=default, help="the store (BOMS_STORE, boms.db in the home)")
    group.add_argument("--user", metavar="NAME", default=default, help="who asks (BOMS_USER)")
    group.add_argument("--json", action="store_true", default=False if defaults else SUPPRESS, help="answer in JSON")
    group.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=DEFAULT_TIMEOUT if defaults else SUPPRESS,
        help="how long to wait for an answer (10)",
    )  # fmt: skip


def day(text: str) -> date:
    """An argument that is a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"not a date: {text} (write YYYY-MM-DD)") from None


def reason(parser: Parser, *, required: bool) -> None:
    parser.add_argument("-m", "--reason", metavar="TEXT", default="", required=required, help="why; it is recorded")
