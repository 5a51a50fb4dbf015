"""Engines: how each database is connected to, and what a connection is set to before its first use."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from boms_tui.errors import BomsError, UsageError
from boms_tui.store import dialects, migrations

LEADER_WAITS, OTHERS_WAIT = 5, 3
"""Seconds to wait for SQLite's write lock; a console is to say within 3 seconds that its store is lost."""
CHECKPOINT_PAGES = 1_000


def make_engine(url: str, *, leads: bool = False, creates: bool = False) -> Engine:
    """An engine for the store at `url`; nothing is connected yet.

    `leads` is for the leader, the only one that checkpoints SQLite. `creates` lets SQLite make the file.

    Raises:
        UsageError: the URL is not one of a database that BOMS knows.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError(f"not a store's URL: {url}", "write one such as sqlite:////var/lib/boms/boms.db") from error
    maker = _MAKERS.get(parsed.get_backend_name())
    if maker is None:
        raise UsageError(f"no store on {parsed.get_backend_name()}", "use sqlite://, postgresql:// or mssql+pymssql://")
    return maker(parsed, leads, creates)


def open_store(url: str, *, leads: bool = False) -> Engine:
    """An engine for a store that is there and has this release's schema.

    Raises:
        NoAnswerError: there is no store yet, or its database does not answer.
        BomsError: its schema is of another release.
    """
    engine = make_engine(url, leads=leads)
    try:
        migrations.check(engine)
    except BomsError:
        engine.dispose()
        raise
    return engine


def wal_reset_fault(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite can lose pages when a checkpoint meets a commit (3.7.0 to 3.51.2; two series were mended)."""
    mended: dict[tuple[int, ...], tuple[int, ...]] = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
    return (3, 7, 0) <= version < mended.get(version[:2], (3, 51, 3))


def _sqlite(url: URL, leads: bool, creates: bool) -> Engine:  # noqa: FBT001
    file = Path(url.database).absolute() if url.database and url.database != ":memory:" else None

    def connect() -> sqlite3.Connection:
        if file is not None and creates:
            _make_private(file)
        target = f"{file.as_uri()}?mode=rw" if file is not None else ":memory:"
        raw = sqlite3.connect(
            target,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            timeout=LEADER_WAITS if leads else OTHERS_WAIT,
        )
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES if leads else 0}")
        if creates:
            raw.execute("PRAGMA journal_mode = WAL")
        return raw

    # A store in memory is one connection that its users take in turns.
    size: dict[str, int] = {"pool_size": 5} if file is not None else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        URL.create("sqlite", database=str(file) if file is not None else None),
        creator=connect, poolclass=QueuePool, pool_timeout=10, **size,
    )  # fmt: skip

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(dialects.BEGIN, "BEGIN"))

    return engine


def _make_private(file: Path) -> None:
    """Make the file, for its owner's eyes only; one that is there stays as it is."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise BomsError(
            f"the store {file} cannot be made: {error.strerror}", "check the folder and its rights"
        ) from error


def _postgresql(url: URL, leads: bool, _creates: bool) -> Engine:  # noqa: FBT001
    settings = {
        "idle_in_transaction_session_timeout": "5s",
        "lock_timeout": "5s",
        **({} if leads else {"statement_timeout": "10s"}),
    }
    own = str(url.query.get("options", ""))
    options = " ".join([own, *(f"-c {name}={value}" for name, value in settings.items())])
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=5,
        pool_timeout=10,
        connect_args={
            "options": options,
            "application_name": "boms-leader" if leads else "boms",
            "connect_timeout": OTHERS_WAIT,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": 7_000,
        },
    )


def _mssql(url: URL, leads: bool, _creates: bool) -> Engine:  # noqa: FBT001
    engine = create_engine(
        url,
        pool_size=5,
        pool_timeout=10,
        use_insertmanyvalues=False,
        supports_comments=False,
        connect_args={"use_datetime2": True, "appname": "boms-leader" if leads else "boms"},
    )

    @event.listens_for(engine, "connect")
    def _(raw: Any, _record: object) -> None:  # noqa: ANN401
        with raw.cursor() as cursor:
            cursor.execute("SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000")
        raw.commit()

    return engine


_MAKERS: dict[str, Callable[[URL, bool, bool], Engine]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mssql": _mssql,
}
