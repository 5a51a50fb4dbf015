"""What the runtime does where the disk takes no shim, and where no thread is to be had: it goes on."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from boms_tui.model.checks import DueFile
from boms_tui.model.condition import FileCheck
from boms_tui.model.facts import How
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


@pytest.mark.parametrize("refused", [[1], [2], [1, 3]], ids=["the-preparation", "the-look", "both"])
def test_where_no_thread_is_to_be_had_the_checks_wait_for_one(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, refused: list[int]
) -> None:
    start, asked = threading.Thread.start, itertools.count(1)

    def refuse(thread: threading.Thread) -> None:
        if next(asked) in refused:
            raise RuntimeError("can't start new thread")
        start(thread)

    file = machine.shop.folder / "in.csv"
    file.write_text("x")
    monkeypatch.setattr(threading.Thread, "start", refuse)
    machine.launch(before=(DueFile(FileCheck("in.csv", min_size=1), str(file)),))
    assert machine.exited().code == 0
    assert next(asked) > max(refused)


def test_a_spool_that_cannot_be_read_refuses_the_start(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(machine.processes.spool, "must_be_new", refuse)
    machine.launch(before=(DueFile(FileCheck("in.csv"), "/nowhere"),))
    refused = machine.exited()
    assert (refused.how, refused.text) == (How.START_FAILED, "[Errno 24] Too many open files")
