"""What the runtime does where the disk takes no shim, and where no thread is to be had: it goes on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boms_tui.model.facts import Exited, How
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.machine import starting
from tests.runtime.machine import Machine
from tests.runtime.workshop import ATTEMPT


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.processes.close()
    machine.shop.clear_away()


def test_a_disk_that_takes_no_shim_fails_starts_and_not_the_runtime(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the first start of a new release, on a full disk, with tasks of the old one alive."""

    def refuse(*_: object) -> tuple[str, ...]:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(starting, "shim_command", refuse)
        machine.restart()
        assert machine.processes.shim == ()
        machine.launch()
        refused = machine.exited()
    assert (refused.how, refused.text) == (How.START_FAILED, "[Errno 28] No space left on device")
    machine.facts.clear()
    machine.launch(attempt=AttemptId(f"{ATTEMPT[:-1]}2"))
    assert machine.exited().code == 0
    assert machine.shop.words() == ["start", "end 0"]


def test_where_no_thread_is_to_be_had_attempts_start_all_the_same(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(ThreadPoolExecutor, "submit", refuse)
    names = [AttemptId(f"{ATTEMPT[:-1]}{number}") for number in range(1, 4)]
    machine.processes.launch([machine.spec(attempt=name) for name in names])
    over = machine.wait_over(3)
    assert {fact.attempt: fact.code for fact in over if isinstance(fact, Exited)} == dict.fromkeys(names, 0)
