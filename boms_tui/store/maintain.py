"""Making a store, proving it, backing it up, and clearing out old runs."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.journal import first_broken, genesis
from boms_tui.model.records import Entry, SealedEntry
from boms_tui.store import dialects, journals, migrations, singles, tables
from boms_tui.store.access import Access
from boms_tui.store.leader import Leader
from boms_tui.store.singles import Head

RUNS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a store.

    `code` is `damage`, `journal-gap`, `journal-hash` or `journal-head`; `sequence` the journal row it is about, or 0.
    """

    code: str
    detail: str
    sequence: int = 0


def create(engine: Engine, deployment: str) -> None:
    """Make the store, or bring an older one up to this release; a deployment that has an id keeps it."""
    dialects.prepare(engine)
    migrations.upgrade(engine)
    Access(engine).write(lambda connection: _found(connection, deployment), repeatable=True)


def holder(engine: Engine) -> str:
    """Who leads a store, whatever the release of its schema; "" where nobody does."""
    return Access(engine).read(singles.holder)


def check(engine: Engine) -> tuple[Finding, ...]:
    """Everything that is wrong with a store's pages and with its journal."""
    return Access(engine).read(lambda connection: (*_pages(connection), *_chain(connection)))


def backup(engine: Engine, target: Path) -> None:
    """Copy an embedded store as it is at one moment, while others go on with it.

    Raises:
        BomsError: the store is not embedded, the target is there already, or the copy is not sound.
    """
    if engine.dialect.name != "sqlite":
        raise BomsError("only an embedded store is backed up by BOMS", "use your database's own backup")
    if target.exists():
        raise BomsError(f"{target} is there already", "name a file that is not")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _copy(engine, part)
        os.fsync(descriptor)
        part.rename(target)
    finally:
        os.close(descriptor)
        part.unlink(missing_ok=True)


def purge(leader: Leader, before: date, *, epoch: int, actor: str, now: datetime) -> int:
    """Delete the ended runs and the events of business dates before `before`; how many runs. The journal stays whole.

    Raises:
        DeposedError: `epoch` does not lead.
    """
    erased = 0
    while runs := leader.ended_before(before, RUNS_AT_ONCE):
        entry = Entry(now, actor, "purge", "store", after=f"{len(runs)} runs", reason=f"before {before}")
        leader.erase(runs, before, entry, epoch)
        erased += len(runs)
    return erased


def _copy(engine: Engine, target: Path) -> None:
    try:
        with engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
            source = connection.connection.dbapi_connection
            if not isinstance(source, sqlite3.Connection):
                raise TypeError(f"not a SQLite connection: {source}")
            source.backup(copy)
            said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise BomsError(f"the store cannot be copied: {error}", "run `boms store check`") from error
    if said != "ok":
        raise BomsError(f"the copy is not sound: {said}", "run `boms store check`")


def _found(connection: Connection, deployment: str) -> None:
    if connection.scalar(select(tables.deployment.c.id)) is not None:
        return
    rows = (
        (tables.deployment, {"id": deployment, "created_at": clock.now()}),
        (tables.lease, {"name": tables.LEADER, "holder": "", "epoch": 0, "pools": {}}),
        (tables.lease_beat, {"name": tables.LEADER, "epoch": 0, "beat": 0}),
        (tables.journal_head, {"id": 1, "sequence": 0, "hash": genesis(deployment)}),
    )
    for table, values in rows:
        connection.execute(insert(table).values(values))


def _pages(connection: Connection) -> Iterator[Finding]:
    for text in dialects.damage(connection):
        yield Finding("damage", text)


def _chain(connection: Connection) -> Iterator[Finding]:
    """Where the journal breaks first, or ends elsewhere than its head says."""
    deployment = singles.deployment(connection)
    last = Head(0, genesis(deployment))

    def watched(rows: Iterable[SealedEntry]) -> Iterator[SealedEntry]:
        nonlocal last
        for row in rows:
            last = Head(row.sequence, row.hash)
            yield row

    with closing(journals.whole(connection)) as rows:
        broken = first_broken(watched(rows), deployment)
    head = singles.head(connection)
    if broken is not None:
        sequence, how = broken
        yield Finding(f"journal-{how}", f"row {sequence} does not follow from the one before it", sequence)
    elif head != last:
        detail = f"the journal ends at row {last.sequence}, its head says {head.sequence}"
        yield Finding("journal-head", detail, last.sequence)
