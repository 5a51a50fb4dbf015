"""The real store, in memory, behind a line that fails as lines to databases do."""

import atexit
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, cast

from sqlalchemy import Engine

from boms_tui.store import maintain
from boms_tui.store.engines import make_engine
from tests.sim.ticking import Clock
from tests.sim.trace import Trace

DEPLOYMENT = "simulation"
BEATS = 4
"""Of so many beats, one may lose its answer: others write more that matters."""


class Ledger:
    """One empty store, and what is wrong with the line to it.

    It is away for everybody, or `away_from` one node; `user` is the node that uses it now, "" for people. `answers`
    says of the next commits whether each was done before its answer was lost, which leaves the store away for
    `away_after`. `busy` is how many statements find the store locked, `slow` how long each commit takes. `edited` says
    that somebody has touched a row behind everybody's back. `on_write` is called before a commit of changes.
    """

    def __init__(self, clock: Clock, trace: Trace) -> None:
        self.engine, self.raw = _opened()
        self.away_until = 0
        self.away_from = ""
        self.user = ""
        self.busy = 0
        self.slow = 0
        self.answers: deque[bool] = deque()
        self.away_after = 0
        self.commits = 0
        self.edited = False
        self._judging = False
        self._clock = clock
        self._trace = trace
        self.on_write: Callable[[], None] = lambda: None
        self._begun = 0
        self._only_beats = False
        dialect: Any = self.engine.dialect
        plain = type(dialect)
        dialect.do_execute = partial(self._execute, partial(plain.do_execute, dialect))
        dialect.do_executemany = partial(self._execute, partial(plain.do_executemany, dialect))
        dialect.do_commit = partial(self._commit, plain)

    @property
    def is_away(self) -> bool:
        return self._clock.boot < self.away_until and self.away_from in {"", self.user}

    def heal(self) -> None:
        """A line without any fault."""
        self.away_until = self.away_after = self.busy = self.slow = 0
        self.answers.clear()

    @contextmanager
    def past_the_line(self) -> Iterator[None]:
        """Use the engine as if the line had no fault: for those who judge."""
        self._judging = True
        try:
            yield
        finally:
            self._judging = False

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """A question that passes by the line."""
        return cast("list[tuple[Any, ...]]", self.raw.execute(sql, values).fetchall())

    def _execute(self, plain: Callable[..., None], cursor: Any, statement: str, *rest: Any) -> None:
        if not self._judging:
            self._meet()
        if statement.startswith("BEGIN"):
            self._begun, self._only_beats = self.raw.total_changes, False
        elif statement.startswith("UPDATE lease_beat"):
            self._only_beats = True
        plain(cursor, statement, *rest)

    def _meet(self) -> None:
        if self.is_away:
            raise sqlite3.OperationalError("unable to open database file")
        if self.busy:
            self.busy -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error

    def _commit(self, plain: Any, connection: Any) -> None:
        self._clock.pass_to(self._clock.boot + self.slow)
        if self.raw.total_changes != self._begun:
            self.on_write()
        if not self.answers or (self._only_beats and self.commits % BEATS):
            plain.do_commit(self.engine.dialect, connection)
            self.commits += 1
            return
        done = self.answers.popleft()
        self._trace.say("store", f"loses the answer to a commit that was {'' if done else 'not '}done")
        (plain.do_commit if done else plain.do_rollback)(self.engine.dialect, connection)
        self.away_until = max(self.away_until, self._clock.boot + self.away_after)
        raise sqlite3.OperationalError("the connection was cut while it saved")


def _opened() -> tuple[Engine, sqlite3.Connection]:
    """The one store of this program, emptied."""
    engine, raw = _engine()
    raw.rollback()
    raw.deserialize(_empty())
    return engine, raw


@cache
def _engine() -> tuple[Engine, sqlite3.Connection]:
    engine = make_engine("sqlite://", leads=True, creates=True)
    atexit.register(engine.dispose)
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError(f"not a SQLite connection: {raw}")
    return engine, raw


@cache
def _empty() -> bytes:
    """A store as `boms init` leaves it, before anybody has led it."""
    engine = make_engine("sqlite://", leads=True, creates=True)
    try:
        maintain.create(engine, DEPLOYMENT)
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if not isinstance(raw, sqlite3.Connection):
                raise TypeError(f"not a SQLite connection: {raw}")
            return raw.serialize()
    finally:
        engine.dispose()
