"""Transactions: run some work in one, again where that is safe, and say in plain words when the store is silent."""

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.store import dialects

T = TypeVar("T")
TRIES = 3
"""How often a transaction is begun before the store is called silent; waiting for a lock is the database's part."""


class UncertainError(NoAnswerError):
    """The answer to a commit was lost: it may have happened."""


class Access:
    """One store's transactions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reads = dialects.to_read(engine)
        self._writes = dialects.to_write(engine)
        self._driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error

    def read(self, question: Callable[[Connection], T]) -> T:
        """Answer a question from one consistent moment.

        Raises:
            NoAnswerError: the store does not answer.
        """

        def once() -> T:
            with self._reads.connect() as connection:
                return question(connection)

        return self._answered(once)

    def write(self, act: Callable[[Connection], T], *, repeatable: bool = False) -> T:
        """Run an act in one transaction, whole or not at all. `repeatable` acts may be run again after they succeeded.

        Raises:
            UncertainError: the store was lost during the commit.
            NoAnswerError: the store does not answer.
        """

        def once() -> T:
            with self._writes.connect() as connection:
                result = act(connection)
                try:
                    connection.commit()
                except DBAPIError as error:
                    raise _lost_commit(self.engine, error) from error
                return result

        try:
            return self._answered(once)
        except UncertainError:
            if not repeatable:
                raise
            return self._answered(once)

    def finds(self, sql: str) -> bool:
        """Whether a statement without parameters finds a row, at a tenth of what `read` costs.

        True also where the store does not answer; `read` will say why.
        """
        try:
            with closing(self.engine.raw_connection()) as raw:
                try:
                    cursor = raw.cursor()
                    cursor.execute(sql)
                    return cursor.fetchone() is not None
                except self._driver_error:
                    raw.invalidate()
                    raise
        except (self._driver_error, PoolTimeoutError):
            return True

    def _answered(self, once: Callable[[], T]) -> T:
        tries = 0
        while True:
            tries += 1
            try:
                return once()
            except IntegrityError:
                raise
            except (OperationalError, InterfaceError, PoolTimeoutError) as error:
                passing = isinstance(error, DBAPIError) and dialects.is_passing(error)
                if not passing or tries == TRIES:
                    raise _silent(self.engine, error) from error
            except DatabaseError as error:
                raise BomsError(
                    f"the store {place(self.engine)} refused: {_says(error)}",
                    "run `boms store check`; if the store is damaged, bring back a backup",
                ) from error


def place(engine: Engine) -> str:
    """Where the store is, as a person may read it: without the password."""
    return engine.url.render_as_string(hide_password=True)


def _silent(engine: Engine, error: Exception) -> NoAnswerError:
    return NoAnswerError(
        f"the store {place(engine)} does not answer: {_says(error)}", "check that its database is up and reachable"
    )


def _lost_commit(engine: Engine, error: Exception) -> UncertainError:
    return UncertainError(
        f"the store {place(engine)} was lost while it saved: {_says(error)}", "look whether the change is there"
    )


def _says(error: Exception) -> str:
    """The first line of what the driver says."""
    cause = getattr(error, "orig", None) or error
    texts = [part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in cause.args]
    return (texts[-1] if texts else type(cause).__name__).partition("\n")[0]
