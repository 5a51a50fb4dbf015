"""What the console and the command line put into the store: `boms_tui.commands.ports.Inbox`."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.request import MAX_BODY, Envelope
from boms_tui.store import content, dialects, tables
from boms_tui.store.access import Access

MAX_PENDING = 500
"""Requests that one sign-in may have waiting."""


class Inbox:
    """Inserts into one store. A second insert with the same id is the same act. Safe to call from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._access = Access(engine)

    def submit(self, request: Envelope) -> None:
        """Put a request before the runtime; once this returns it is kept and will get its verdict.

        Raises:
            BomsError: it is too large, too many wait, or its session has used its sequence number.
            NoAnswerError: the store is silent; try again with the same id.
        """
        if len(request.body) > MAX_BODY:
            raise BomsError(
                f"the request is too large: {len(request.body)} of {MAX_BODY} bytes", "shorten its reason or parameters"
            )
        try:
            self._access.write(lambda connection: _submit(connection, request), repeatable=True)
        except IntegrityError as error:
            if self._access.read(lambda connection: _body(connection, request.id)) == request.body:
                return  # the same request, sent again
            raise BomsError(
                f"another request has the id {request.id} or its session's number {request.sequence}", "sign in again"
            ) from error

    def submit_login(self, login: str, sealed: bytes) -> None:
        """Put a sealed sign-in before the runtime."""
        try:
            self._access.write(lambda connection: _submit_login(connection, login, sealed), repeatable=True)
        except IntegrityError:
            return  # the same sign-in, sent again

    def put_documents(self, texts: Sequence[str]) -> str:
        """Store YAML texts by their SHA-256, and the manifest that lists them; the manifest's hash."""
        return self._access.write(lambda connection: content.put_manifest(connection, texts), repeatable=True)


def _submit(connection: Connection, request: Envelope) -> None:
    table = tables.request
    others = (table.c.session == request.session, table.c.id != request.id, tables.PENDING_REQUEST)
    waiting = select(func.count()).where(*others)
    if request.session and connection.execute(waiting).scalar_one() >= MAX_PENDING:
        raise BomsError(f"{MAX_PENDING} requests of this sign-in still wait", "wait for the runtime to answer them")
    values = {field.name: getattr(request, field.name) for field in fields(request)}
    now = dialects.store_now(connection.dialect, clock.now())
    connection.execute(insert(table).values(**values, received_at=now).inline())


def _submit_login(connection: Connection, login: str, sealed: bytes) -> None:
    now = dialects.store_now(connection.dialect, clock.now())
    unanswered = {"code": "", "reason": "", "roles": ()}
    connection.execute(insert(tables.login).values(id=login, sealed=sealed, received_at=now, **unanswered).inline())


def _body(connection: Connection, request: str) -> bytes | None:
    return connection.scalar(select(tables.request.c.body).where(tables.request.c.id == request))
