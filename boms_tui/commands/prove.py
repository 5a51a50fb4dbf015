"""`audit verify`: the journal's chain, row by row."""

from argparse import Namespace
from collections.abc import Iterator

from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.ports import Reader
from boms_tui.errors import ExitCode
from boms_tui.model.journal import first_broken
from boms_tui.model.records import SealedEntry

_PAGE = 5_000
_SAYS = {"gap": "rows are missing before it", "hash": "it was changed, or the row before it was"}


def arguments(parser: Parser) -> None:
    parser.add_argument("what", choices=("verify",), help="prove that no row was changed, added or taken out")


def audit(context: Context, _given: Namespace) -> int:
    head = context.reader.pulse().sequence
    rows = Counted(context.reader)
    broken = first_broken(rows, context.reader.deployment())
    sequence, code = broken or (rows.count, "truncated" if rows.count < head else None)
    if context.out.as_json:
        context.out.json({"ok": code is None, "finding": code, "sequence": sequence, "rows": rows.count})
    elif code is None:
        context.out.line(f"the journal is whole: {rows.count} rows")
    else:
        says = _SAYS.get(code, f"the journal's head says {head}")
        context.out.line(f"the journal is broken at row {sequence}: {says} ({code})")
    return ExitCode.DONE if code is None else ExitCode.REFUSED


class Counted:
    """The journal from its first row on, a page at a time; `count` rows of it have been seen."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.count = 0

    def __iter__(self) -> Iterator[SealedEntry]:
        after = 0
        while page := self._reader.journal(after=after, limit=_PAGE):
            for row in page:
                self.count += 1
                yield row
            after = page[-1].sequence


COMMANDS = {"audit": Command(audit, arguments)}
