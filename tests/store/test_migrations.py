"""The schema: every way to it ends the same, and a store of another release is refused."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, update

from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.store import maintain, migrations
from boms_tui.store.engines import make_engine, open_store
from boms_tui.store.leader import Leader
from boms_tui.store.tables import metadata
from tests import stores


@contextmanager
def bare(place: stores.Place, folder: Path) -> Iterator[Engine]:
    """An engine on a place where no store was made yet."""
    with place(folder) as url:
        engine = make_engine(url, leads=True, creates=True)
        yield engine
        engine.dispose()


def described(engine: Engine) -> dict[str, object]:
    """All that a database says of its tables."""
    found = inspect(engine)
    return {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(name)],
            found.get_pk_constraint(name),
            sorted(found.get_foreign_keys(name), key=str),
            sorted(_index(index) for index in found.get_indexes(name)),
        )
        for name in metadata.tables
    }


def _index(index: Mapping[str, Any]) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return f"{index['name']} {index['column_names']} {bool(index['unique'])} {options}"


def test_the_history_is_one_line_that_ends_where_this_release_expects() -> None:
    settings = Config()
    settings.set_main_option("script_location", "boms_tui.store:migrations")
    settings.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(settings)
    assert tuple(reversed([step.revision for step in script.walk_revisions()])) == migrations.REVISIONS
    assert script.get_heads() == [migrations.HEAD]


@pytest.mark.parametrize("revision", migrations.REVISIONS)
def test_every_revision_leads_to_the_tables(place: stores.Place, tmp_path: Path, revision: str) -> None:
    with bare(place, tmp_path) as engine, bare(place, tmp_path) as direct:
        migrations.upgrade(engine, revision)
        assert migrations.current(engine) == revision
        maintain.create(engine, "first")
        assert migrations.current(engine) == migrations.HEAD
        metadata.create_all(direct)
        assert described(engine) == described(direct)
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_migrated_file_has_the_very_same_statements(tmp_path: Path) -> None:
    statements = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' ORDER BY name"
    with stores.made(stores.file, tmp_path) as engine, bare(stores.file, tmp_path) as direct:
        metadata.create_all(direct)
        with engine.connect() as migrated, direct.connect() as made:
            found = [row for row in migrated.exec_driver_sql(statements) if "alembic" not in row[0]]
            wanted = list(made.exec_driver_sql(statements))
    assert _words(found) == _words(wanted)


def _words(rows: Iterable[Any]) -> list[tuple[str, list[str]]]:
    """The statements, whatever the order of their constraints."""
    return [(row[0], sorted((row[1] or "").replace(",", " ").replace(")", " ) ").split())) for row in rows]


def test_making_a_store_again_changes_nothing(engine: Engine) -> None:
    maintain.create(engine, "another")
    assert Leader(engine).deployment() == stores.DEPLOYMENT


def test_an_empty_database_is_no_store(place: stores.Place, tmp_path: Path) -> None:
    with bare(place, tmp_path) as engine:
        with pytest.raises(NoAnswerError) as told:
            migrations.check(engine)
        assert "boms init" in told.value.next_step


def test_a_store_of_a_later_release_is_refused(engine: Engine) -> None:
    _stamp(engine, "9999")
    with pytest.raises(BomsError, match="newer") as told:
        migrations.check(engine)
    assert "boms init" in told.value.next_step


def test_a_store_of_an_earlier_release_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "REVISIONS", ("0000", *migrations.REVISIONS))
    _stamp(engine, "0000")
    with pytest.raises(BomsError, match="older") as told:
        migrations.check(engine)
    assert "boms store upgrade" in told.value.next_step


def _stamp(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(update(migrations.VERSION).values(version_num=revision))


def test_a_store_that_fits_is_opened(place: stores.Place, tmp_path: Path) -> None:
    if place is stores.memory:
        with pytest.raises(NoAnswerError):
            open_store("sqlite://")
        return
    with stores.made(place, tmp_path) as engine:
        opened = open_store(engine.url.render_as_string(hide_password=False))
        assert Leader(opened).deployment() == stores.DEPLOYMENT
        opened.dispose()


def test_looking_for_a_store_makes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "boms.db"
    with pytest.raises(NoAnswerError, match="there is no store") as told:
        open_store(f"sqlite:///{file}")
    assert "boms init" in told.value.next_step
    assert list(tmp_path.iterdir()) == []


def test_alembic_and_the_other_databases_are_loaded_only_where_they_are_used(file_engine: Engine) -> None:
    looked = (
        "import sys; from boms_tui.store.engines import open_store; from boms_tui.store.reader import Reader;"
        "from boms_tui.store.leader import Leader; from boms_tui.store.inbox import Inbox;"
        "others = {'alembic', 'psycopg', 'pymssql', 'sqlalchemy.dialects.postgresql', 'sqlalchemy.dialects.mssql'};"
        "print(Reader(open_store(sys.argv[1])).pulse().epoch, others & set(sys.modules))"
    )
    url = file_engine.url.render_as_string()
    ran = subprocess.run([sys.executable, "-c", looked, url], capture_output=True, text=True, check=True)
    assert ran.stdout == "0 set()\n"
