"""Fixtures of the runtime's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from boms_tui.runtime.machine.bundle import Kind
from tests.runtime.machine import Machine
from tests.runtime.workshop import Workshop


@pytest.fixture
def kind() -> Kind:
    """Which shim a `shop` has; `both_shims` runs a test with each."""
    return "auto"


@pytest.fixture
def shop(tmp_path: Path, kind: Kind) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path, kind)
    yield workshop
    workshop.clear_away()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.gate.touch()
    machine.processes.close()
    machine.shop.clear_away()
