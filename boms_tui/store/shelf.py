"""Definitions as they lie in the store, parsed once each."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, and_, func, or_, select

from boms_tui.model.calendar import Calendar
from boms_tui.model.definition import Contact, Policy, Process, Resource, Role
from boms_tui.model.definitions import load_body
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Revision
from boms_tui.store import tables

Load = Callable[[str, str], object]
"""Makes the record of a document from its kind and its body."""
Numbered = tuple[str, str, int]
"""A document's kind, id and revision number."""
T = TypeVar("T")

AT_ONCE = 200
"""Documents asked for in one statement; each takes three parameters."""

_READ = ("process", "calendar", "contact", "role", "resource", "policy")
table = tables.revision


class Shelf:
    """The documents that one reader or leader has looked at. Revisions never change, so what is here stays true."""

    def __init__(self, load: Load = load_body) -> None:
        self._load = load
        self._parsed: dict[Numbered, object] = {}

    def processes(
        self, connection: Connection, wanted: Iterable[tuple[ProcessId, int]]
    ) -> dict[tuple[ProcessId, int], Process]:
        """Processes by id and revision; one that is not stored is left out."""
        keys = {("process", str(process), number) for process, number in wanted}
        return {(ProcessId(id_), number): record for (_, id_, number), record in self._get(connection, keys, Process)}

    def newest(self, connection: Connection, processes: Collection[ProcessId]) -> dict[ProcessId, Process]:
        """The definitions in force of some processes."""
        keys = [key for key in _newest_keys(connection) if key[0] == "process" and key[1] in processes]
        return {ProcessId(id_): record for (_, id_, _), record in self._get(connection, keys, Process)}

    def applied_since(self, connection: Connection, moment: datetime) -> list[tuple[datetime, Process]]:
        """The definitions, in force at that moment or later, of the processes applied since; when each was applied."""
        process = table.c.kind == "process"
        changed = select(table.c.id).where(process, table.c.applied_at > moment)
        before = select(table.c.id, func.max(table.c.number).label("number")).where(
            process, table.c.applied_at <= moment
        )
        oldest = before.group_by(table.c.id).subquery()
        rows = (
            select(table.c.id, table.c.number, table.c.applied_at)
            .outerjoin(oldest, table.c.id == oldest.c.id)
            .where(process, table.c.id.in_(changed), table.c.number >= func.coalesce(oldest.c.number, 1))
            .order_by(table.c.id, table.c.number)
        )
        applied = {("process", id_, number): at for id_, number, at in connection.execute(rows)}
        return [(applied[key], record) for key, record in self._get(connection, list(applied), Process)]

    def defined(self, connection: Connection, process: ProcessId) -> list[tuple[datetime, Process]]:
        """Each definition that a process had, and when it was applied, the newest first."""
        rows = select(table.c.number, table.c.applied_at).where(table.c.kind == "process", table.c.id == process)
        newest_first = connection.execute(rows.order_by(table.c.number.desc()))
        applied = {("process", str(process), number): at for number, at in newest_first}
        return [(applied[key], record) for key, record in self._get(connection, list(applied), Process)]

    def around(self, connection: Connection, processes: Collection[ProcessId]) -> Catalogue:
        """Some processes in force, with every calendar: enough to tell which dates of them are read."""
        keys = [key for key in _newest_keys(connection) if key[0] == "calendar"] if processes else []
        calendars = {id_: record for (_, id_, _), record in self._get(connection, keys, Calendar)}
        return Catalogue(processes=self.newest(connection, processes) if calendars else {}, calendars=calendars)

    def catalogue(self, connection: Connection) -> Catalogue:
        """The newest revision of every process, calendar, contact, role, resource and policy."""
        keys = [key for key in _newest_keys(connection) if key[0] in _READ]
        processes = self._get(connection, keys, Process)
        return Catalogue(
            processes={ProcessId(id_): record for (_, id_, _), record in processes},
            revisions={ProcessId(id_): number for (_, id_, number), _ in processes},
            calendars={id_: record for (_, id_, _), record in self._get(connection, keys, Calendar)},
            contacts={id_: record for (_, id_, _), record in self._get(connection, keys, Contact)},
            roles={id_: record for (_, id_, _), record in self._get(connection, keys, Role)},
            resources={id_: record for (_, id_, _), record in self._get(connection, keys, Resource)},
            policies={id_: record for (_, id_, _), record in self._get(connection, keys, Policy)},
        )

    def _get(self, connection: Connection, keys: Collection[Numbered], kind: type[T]) -> list[tuple[Numbered, T]]:
        self._fetch(connection, [key for key in keys if key not in self._parsed])
        found = ((key, self._parsed.get(key)) for key in keys)
        return [(key, record) for key, record in found if isinstance(record, kind)]

    def _fetch(self, connection: Connection, missing: list[Numbered]) -> None:
        for start in range(0, len(missing), AT_ONCE):
            some = (
                and_(table.c.kind == kind, table.c.id == id_, table.c.number == number)
                for kind, id_, number in missing[start : start + AT_ONCE]
            )
            bodies = select(table.c.kind, table.c.id, table.c.number, table.c.body).where(or_(*some))
            for kind, id_, number, body in connection.execute(bodies):
                self._parsed[kind, id_, number] = self._load(kind, body)


def current(connection: Connection) -> tuple[Revision, ...]:
    """The newest revision of every document."""
    newest = _newest().subquery()
    same = (table.c.kind == newest.c.kind, table.c.id == newest.c.id, table.c.number == newest.c.number)
    return _revisions(connection, _whole().join(newest, and_(*same)).order_by(table.c.kind, table.c.id))


def history(connection: Connection, kind: str, name: str) -> tuple[Revision, ...]:
    """Every revision of one document, the newest first."""
    one = _whole().where(table.c.kind == kind, table.c.id == name)
    return _revisions(connection, one.order_by(table.c.number.desc()))


def _newest() -> Select[Any]:
    numbers = select(table.c.kind, table.c.id, func.max(table.c.number).label("number"))
    return numbers.group_by(table.c.kind, table.c.id)


def _newest_keys(connection: Connection) -> list[Numbered]:
    return [(kind, id_, number) for kind, id_, number in connection.execute(_newest())]


def _whole() -> Select[Any]:
    columns = [tables.blob.c.content if column.name == "source" else column for column in table.c]
    return select(*columns).join_from(table, tables.blob, table.c.source == tables.blob.c.hash)


def _revisions(connection: Connection, rows: Select[Any]) -> tuple[Revision, ...]:
    return tuple(Revision(*row) for row in connection.execute(rows))
