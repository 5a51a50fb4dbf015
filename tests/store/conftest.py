"""Every test of this room runs on every engine; none is skipped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests import stores
from tests.store.house import House


@pytest.fixture(params=sorted(stores.PLACES))
def place(request: pytest.FixtureRequest) -> stores.Place:
    """A kind of store."""
    return stores.PLACES[request.param]


@pytest.fixture
def engine(place: stores.Place, tmp_path: Path) -> Iterator[Engine]:
    """A new store of that kind."""
    with stores.made(place, tmp_path) as made:
        yield made


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    """A new store that has a leader."""
    house = House(engine)
    yield house
    house.close()


@pytest.fixture
def file_engine(tmp_path: Path) -> Iterator[Engine]:
    """A new store in a SQLite file, for what only that kind can show."""
    with stores.made(stores.file, tmp_path) as made:
        yield made
