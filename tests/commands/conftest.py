"""One house with a runtime for all tests that only need one, and empty ones for those that change it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.house import House


@pytest.fixture(scope="session")
def house(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A home with definitions, four accounts and a runtime that leads."""
    found = House(tmp_path_factory.mktemp("house") / "home")
    shutil.copytree(prepared, found.path)
    with found.runtime():
        assert found.apply().code == 0
        yield found


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with accounts, to be copied: making one costs a second of hashing."""
    path = tmp_path_factory.mktemp("prepared")
    House(path).prepare()
    return path


@pytest.fixture
def quiet_house(prepared: Path, tmp_path: Path) -> House:
    """A home with accounts, in which no runtime leads and nothing is applied."""
    shutil.copytree(prepared, tmp_path / "home")
    return House(tmp_path / "home")
