"""The schema's history: what this release expects, what a store has, and the way from one to the other."""

from sqlalchemy import Connection, Engine, inspect, select, table
from sqlalchemy.sql.expression import column

from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.store import dialects
from boms_tui.store.access import Access, place

REVISIONS = ("0001",)
"""Every revision of the schema, the oldest first."""
HEAD = REVISIONS[-1]
VERSION = table("alembic_version", column("version_num"))


def current(engine: Engine) -> str | None:
    """The revision of a store's schema; None where there is no store yet. Looking makes no file."""
    file = dialects.sqlite_file(engine)
    if file is not None and not file.exists():
        return None
    return Access(engine).read(
        lambda connection: (
            connection.scalar(select(VERSION.c.version_num)) if inspect(connection).has_table(VERSION.name) else None
        )
    )


def check(engine: Engine) -> None:
    """Refuse a store that this release cannot work with.

    Raises:
        NoAnswerError: there is no store yet, or its database does not answer.
        BomsError: its schema is older or newer than this release's.
    """
    found = current(engine)
    if found is None:
        raise missing(engine)
    _refuse_newer(found)
    if found != HEAD:
        raise BomsError(
            f"the store's schema is at {found}, older than this release's {HEAD}", "run `boms store upgrade`"
        )


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a store's schema to `revision` in one transaction.

    Raises:
        BomsError: it is newer than this release's.
        NoAnswerError: the store's database does not answer.
    """
    from alembic import command
    from alembic.config import Config

    found = current(engine)
    if found is not None:
        _refuse_newer(found)
    settings = Config()
    settings.set_main_option("script_location", "boms_tui.store:migrations")
    settings.set_main_option("path_separator", "os")

    def migrate(connection: Connection) -> None:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)

    Access(engine).write(migrate, repeatable=True)


def missing(engine: Engine) -> NoAnswerError:
    """What is said where there is no store yet."""
    return NoAnswerError(
        f"there is no store at {dialects.sqlite_file(engine) or place(engine)}",
        "`boms init` creates one; `boms demo` shows BOMS with a sample brokerage",
    )


def _refuse_newer(found: str) -> None:
    if found not in REVISIONS:
        raise BomsError(
            f"the store's schema is at {found}, which is newer than this release knows",
            "install the release of BOMS that the store's runtime has; `boms init` does not turn a schema back",
        )
