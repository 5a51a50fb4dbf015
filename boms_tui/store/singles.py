"""The rows of which there is one: the deployment, the lease with its beat, and the journal's head."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from boms_tui.errors import BomsError
from boms_tui.model.lease import Lease
from boms_tui.store import tables


class Head(NamedTuple):
    """The newest row of the journal."""

    sequence: int
    hash: str


def deployment(connection: Connection) -> str:
    """The id of this installation, to which requests and the journal are bound."""
    return str(_only(connection, select(tables.deployment.c.id), "deployment")[0])


def lease(connection: Connection) -> Lease:
    """Who leads, and the last sign of life."""
    held, beat = tables.lease.c, tables.lease_beat.c
    columns = (held.holder, held.epoch, beat.beat, beat.beat_at, beat.planned_until, held.pools)
    rows = select(*columns).join_from(tables.lease, tables.lease_beat, held.name == beat.name)
    return Lease(*_only(connection, rows.where(held.name == tables.LEADER), "lease"))


def holder(connection: Connection) -> str:
    """Who leads; "" where nobody does. The one question that every revision of the schema answers alike."""
    held = tables.lease.c
    return str(_only(connection, select(held.holder).where(held.name == tables.LEADER), "lease")[0])


def head(connection: Connection) -> Head:
    """Where the journal ends."""
    columns = tables.journal_head.c
    return Head(*_only(connection, select(columns.sequence, columns.hash), "journal head"))


def _only(connection: Connection, rows: Select[Any], name: str) -> tuple[Any, ...]:
    row = connection.execute(rows).first()
    if row is None:
        raise unfinished(name)
    return tuple(row)


def unfinished(name: str) -> BomsError:
    """What is said of a store whose making was cut off."""
    return BomsError(f"the store has no {name}", "run `boms init` again")
