"""Indexes over the few rows that are asked for again and again."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Connection, Index, MetaData, literal_column


def among(column: Column[StrEnum], states: Iterable[StrEnum]) -> ColumnElement[bool]:
    """`column` is one of `states`, spelled out in the SQL so that a partial index on the same words serves it."""
    return column.in_([literal_column(f"'{word}'") for word in sorted(state.value for state in states)])


def partial(name: str, *columns: Column[object], where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index over the rows that `where` chooses."""
    return Index(name, *columns, unique=unique, info={"where": where})


def tell_dialect(metadata: MetaData, connection: Connection, **_: object) -> None:
    """Tell a dialect which indexes are partial, when it makes them: to name all dialects would import them all."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_kwargs[f"{connection.dialect.name}_where"] = index.info["where"]
