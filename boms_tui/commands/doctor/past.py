"""Whether the store is the one that this node worked for, and has not gone back in time."""

from collections.abc import Iterator

from boms_tui.commands.context import Context
from boms_tui.commands.doctor.finding import Finding, Status
from boms_tui.commands.ports import Reader

_ROWS = 1_000
_START = "start the runtime: it holds everything until an administrator has looked at what ran meanwhile"
_RELEASE = "look at the attempts that the journal lists with it, then `boms release / --reason TEXT` as an admin"


def store_went_back(context: Context) -> Iterator[Finding]:
    from boms_tui.runtime.spool.seen import Seen, gone_back

    if not context.home.spool.is_dir():
        return
    mark, reader = Seen(context.home.spool).mark, context.reader
    head = reader.pulse().sequence
    why = gone_back(mark, reader.deployment(), (head, _hash_of(reader, head) or ""), lambda row: _hash_of(reader, row))
    held = why or _held_because(reader)
    if held:
        yield Finding("history", Status.FAIL, held, _START if why else _RELEASE)
    else:
        seen = (
            f"row {mark.sequence} of the journal was seen here" if mark is not None else "no runtime has led here yet"
        )
        yield Finding("history", Status.OK, f"the store has not gone back in time: {seen}")


def _hash_of(reader: Reader, sequence: int) -> str | None:
    rows = reader.journal(after=sequence - 1, limit=1)
    return rows[0].hash if rows and rows[0].sequence == sequence else None


def _held_because(reader: Reader) -> str:
    """Why everything is held since the store went back; "" where it is not, or not any more."""
    after, why = 0, ""
    while rows := reader.journal(about="/", after=after, limit=_ROWS):
        for row in rows:
            if row.entry.action == "store-strayed":
                why = row.entry.reason
            elif row.entry.action == "released" and row.entry.object == "/":
                why = ""
        after = rows[-1].sequence
    return why
