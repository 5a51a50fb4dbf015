"""Column types that mean the same on SQLite, PostgreSQL and SQL Server."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import NVARCHAR, TEXT, VARBINARY, BigInteger, Boolean, Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Count = BigInteger
Flag = Boolean


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def micros(at: datetime) -> int:
    """Microseconds since the epoch.

    Raises:
        ValueError: the time has no zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {at.isoformat()}")
    return (at - EPOCH) // MICROSECOND


def moment(since: int) -> datetime:
    """The aware UTC instant that many microseconds after the epoch."""
    return EPOCH + timedelta(microseconds=since)


def storable(text: str) -> str:
    """`text` as every engine can keep it: no NUL, and a question mark for what is no character."""
    plain = str(text).replace("\0", "")
    return plain if plain.isascii() else plain.encode(errors="replace").decode()


def _exact(dialect: Dialect, length: int) -> TypeEngine[Any]:
    """Text that is compared and sorted by code point. Only SQL Server needs to know its length."""
    kinds: dict[str, TypeEngine[Any]] = {
        "mssql": NVARCHAR(length, collation="Latin1_General_BIN2"),
        "postgresql": TEXT(collation="C"),
    }
    return dialect.type_descriptor(kinds.get(dialect.name) or Text())


def _long(dialect: Dialect) -> TypeEngine[Any]:
    return dialect.type_descriptor(NVARCHAR() if dialect.name == "mssql" else Text())


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant as microseconds since the epoch: exact, and ordered the same everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


class BusinessDate(TypeDecorator[date]):
    """A date as its ten ISO characters, which sort by time."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _exact(dialect, 10)

    def process_bind_param(self, value: date | None, _dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Prose(TypeDecorator[str]):
    """Unicode text of any length, never part of a key."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _long(dialect)

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Key(TypeDecorator[str]):
    """Unicode text that is looked up; `length` in characters."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _exact(dialect, self.length)

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Word(TypeDecorator[StrEnum]):
    """A member of a closed set, as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _exact(dialect, 40)

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.members(value)


def lists(found: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """The shape of a mapping whose values are lists."""
    return {name: tuple(values) for name, values in found.items()}


_EMPTY = frozenset({"{}", "[]"})


class JsonText(TypeDecorator[Collection[str]]):
    """A small mapping (`dict`, `lists`) or list (`tuple`) as ASCII JSON; `shape` is what it is read back as."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: Callable[[Any], Collection[str]]) -> None:
        super().__init__()
        self.shape = shape
        self._nothing = _encode(shape({}))

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _long(dialect)

    def process_bind_param(self, value: Collection[str] | None, _dialect: Dialect) -> str | None:
        if value:
            return _encode(self.shape(value))
        return None if value is None else self._nothing

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Collection[str] | None:
        return None if value is None else self.shape({} if value in _EMPTY else json.loads(value))


class Rows(TypeDecorator[tuple[Any, ...]]):
    """A few small records as ASCII JSON: `dump` makes a JSON value of one of them, `load` the record again."""

    impl = Text
    cache_ok = True

    def __init__(self, dump: Callable[[Any], Any], load: Callable[[Any], Any]) -> None:
        super().__init__()
        self.dump = dump
        self.load = load

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _long(dialect)

    def process_bind_param(self, value: Sequence[Any] | None, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps([self.dump(one) for one in value], separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[Any, ...] | None:
        return None if value is None else tuple(self.load(one) for one in json.loads(value))


class Bytes(TypeDecorator[bytes]):
    """Raw bytes. pymssql would send ASCII-only `bytes` as text, so SQL Server is given a `bytearray`."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(VARBINARY() if dialect.name == "mssql" else LargeBinary())

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | bytearray | None:
        return bytearray(value) if value is not None and dialect.name == "mssql" else value
