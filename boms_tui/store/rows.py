"""Records as rows: the few hot statements, compiled once for an engine and run with plain driver values.

SQLAlchemy's own execution costs about three times the driver's; this costs little more than the driver.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar, cast

from sqlalchemy import (
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    literal_column,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeEngine

from boms_tui.model.lease import ConflictError
from boms_tui.store.dialects import Row, run_many
from boms_tui.store.types import Instant, Key, Prose, Word, micros, storable


class Versioned(Protocol):
    """A record that knows its version."""

    @property
    def version(self) -> int: ...


R = TypeVar("R")
V = TypeVar("V", bound=Versioned)
WAS = "was_"
"""What marks the parameters of a guard, beside those of the columns that are set."""


class Statement(Generic[R]):
    """One statement for records of one kind.

    A parameter is the record's attribute of the same name, `was_` left out, unless `paths` names another.
    """

    def __init__(
        self,
        clause: Insert | Update | Delete | Select[Any],
        dialect: Dialect,
        *,
        columns: Sequence[str] | None = None,
        paths: Mapping[str, str] | None = None,
    ) -> None:
        compiled = clause.compile(dialect=dialect, column_keys=columns)
        names = compiled.positiontup or list(compiled.binds)
        kinds = [compiled.binds[name].type for name in names]
        self._sql = str(compiled)
        self._names = None if compiled.positional else names
        self._values = _getter([_path(name, kind, paths or {}) for name, kind in zip(names, kinds, strict=True)])
        self._instants = [place for place, kind in enumerate(kinds) if isinstance(kind, Instant)]
        self._texts = [place for place, kind in enumerate(kinds) if isinstance(kind, Key | Prose)]
        self._others = [
            (place, convert)
            for place, kind in enumerate(kinds)
            if not isinstance(kind, Instant | Key | Prose | Word)
            and (convert := kind.dialect_impl(dialect).bind_processor(dialect)) is not None
        ]

    def run(self, connection: Connection, records: Sequence[R]) -> int:
        """How many rows it touched."""
        if not records:
            return 0
        return run_many(connection, self._sql, [self._row(record) for record in records])

    def ask(self, connection: Connection, record: R) -> Any | None:  # noqa: ANN401
        """The first row of its answer, as the driver gives it."""
        return connection.exec_driver_sql(self._sql, self._row(record)).first()

    def _row(self, record: R) -> Row:
        """The driver's values. What is nearly always there is converted in place: this is the hottest loop of all."""
        values = list(self._values(record))
        for place in self._instants:
            if values[place] is not None:
                values[place] = micros(values[place])
        for place in self._texts:
            text = values[place]
            if text is not None and (type(text) is not str or not text.isascii() or "\0" in text):
                values[place] = storable(text)
        for place, convert in self._others:
            values[place] = convert(values[place])
        return tuple(values) if self._names is None else dict(zip(self._names, values, strict=True))


def _path(name: str, kind: TypeEngine[Any], paths: Mapping[str, str]) -> str:
    """Where in the record a parameter's value is; of a member of a closed set, its value."""
    path = paths.get(name, name.removeprefix(WAS))
    return f"{path}._value_" if isinstance(kind, Word) else path


def _getter(paths: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(paths) > 1:
        return cast("Callable[[Any], tuple[Any, ...]]", attrgetter(*paths))
    getters = [attrgetter(path) for path in paths]
    return lambda record: tuple(get(record) for get in getters)


class Kept(Generic[V]):
    """One kind of record in its table, guarded by its version."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self._table = table
        self._insert = added(table, dialect)
        key = [column.name for column in table.primary_key]
        columns = [column.name for column in table.c if column.name not in key]
        guard = [table.c[name] == bindparam(f"{WAS}{name}", type_=table.c[name].type) for name in key]
        version = table.c.version == bindparam(f"{WAS}version") - literal_column("1")
        self._update: Statement[V] = Statement(update(table).where(*guard, version), dialect, columns=columns, paths={})

    def put(self, connection: Connection, records: Sequence[V]) -> None:
        """Insert the records of version 1, and replace those whose row is one version behind.

        Raises:
            ConflictError: a row is there already, or is at another version.
        """
        new = [record for record in records if record.version == 1]
        changed = [record for record in records if record.version != 1]
        if new:
            insert_new(self._insert, connection, new, self._table.name)
        if changed and self._update.run(connection, changed) != len(changed):
            raise ConflictError(f"{self._table.name}: a row is not at the version that the decision replaces")


def added(table: Table, dialect: Dialect, paths: Mapping[str, str] | None = None) -> Statement[Any]:
    """The plain insert into a table."""
    return Statement(insert(table), dialect, columns=[column.name for column in table.c], paths=paths)


def insert_new(statement: Statement[R], connection: Connection, records: Sequence[R], name: str) -> None:
    """Insert rows that must not be there yet.

    Raises:
        ConflictError: one of them is.
    """
    try:
        statement.run(connection, records)
    except IntegrityError as error:
        raise ConflictError(f"{name}: {error.orig}") from error
