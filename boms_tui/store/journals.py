"""The journal's rows as they are read."""

from collections.abc import Generator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from boms_tui.model.records import Entry, SealedEntry
from boms_tui.store import content, tables

AT_ONCE = 5_000
LATE = "late"
journal = tables.journal


def page(connection: Connection, about: str, after: int, limit: int) -> list[SealedEntry]:
    """Rows after `after`, the oldest first; `about` narrows to an object and what lies under it."""
    rows = select(journal).where(journal.c.sequence > after).order_by(journal.c.sequence).limit(limit)
    # The inner question is answered by the index on objects alone; in one, SQLite would walk the whole journal.
    known = select(journal.c.sequence).where(_under(about))
    return list(_sealed(connection, rows.where(journal.c.sequence.in_(known)) if about else rows))


def whole(connection: Connection) -> Generator[SealedEntry]:
    """Every row in order, a few thousand in memory at a time; close it where it is not read to its end."""
    return _sealed(connection, select(journal).order_by(journal.c.sequence).execution_options(yield_per=AT_ONCE))


def told_late(connection: Connection, objects: Sequence[str]) -> set[str]:
    """Those of these objects that some row calls late."""
    found: set[str] = set()
    for start in range(0, len(objects), content.AT_ONCE):
        named = journal.c.object.in_(objects[start : start + content.AT_ONCE])
        found.update(connection.scalars(select(journal.c.object).where(named, journal.c.action == LATE)))
    return found


def _sealed(connection: Connection, rows: Select[Any]) -> Generator[SealedEntry]:
    with connection.execute(rows) as found:
        for sequence, epoch, *entry, sealed in found:
            yield SealedEntry(sequence, epoch, Entry(*entry), sealed)


def _under(about: str) -> ColumnElement[bool]:
    """The object itself, and a folder's processes, a process's runs, a run's tasks or a task's attempts."""
    named = journal.c.object
    if about.endswith("/"):
        return _starts(named, about)
    deeper = (".", ":") if "@" in about else ("@",)
    return or_(named == about, *(_starts(named, about + mark) for mark in deeper))


def _starts(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """`column` begins with `prefix`, as a range that an index serves."""
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))
