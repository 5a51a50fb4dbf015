"""The shim killed at each of its system calls, and its disk and its kernel failing under it."""

import itertools
import signal
from pathlib import Path

import pytest

from boms_tui.model.facts import How
from boms_tui.runtime.found import Ended, Lost, StartFailed, Void
from boms_tui.runtime.shim.files import DECIDED, LOCKED, UNPREPARED
from tests.runtime.workshop import Workshop, finish, needs_strace

pytestmark = needs_strace
SEEN_BY = ("strace", "-f", "-qq", "-o", "/dev/null", "-e")
CALLS = ("openat", "fsync", "pwrite64", "write", "rename", "link", "unlink", "clone", "wait4", "poll")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("call", CALLS)
def test_killed_at_any_system_call_it_never_starts_twice_and_nothing_is_guessed(tmp_path: Path, call: str) -> None:
    for count in itertools.count(1):
        folder = tmp_path / str(count)
        folder.mkdir()
        shop = Workshop(folder)
        shop.publish(*shop.witnessed_work("code=7"))
        inject = f"inject={call}:signal=KILL:when={count}"
        status = finish(shop.shim(*SEEN_BY, f"trace={call}", "-e", inject))
        judge(shop)
        if status == 0:
            break
    assert count > 1, f"{call} was never reached"


def judge(shop: Workshop) -> None:
    """What the spool says agrees with the witness, stays so, and no later shim starts the program again."""
    found = shop.over()
    match found:
        case Ended(record) if record.how is How.EXITED:
            assert shop.words() == ["start", f"end {record.code}"]
        case Ended(record):
            assert record.how in {How.SIGNALLED, How.START_FAILED}, "the task itself was hit"
        case Void() | StartFailed():
            assert shop.words() == []
        case Lost():
            assert len(shop.words()) <= 2
    assert finish(shop.shim()) in {DECIDED, LOCKED}
    assert shop.words().count("start") <= 1
    assert type(shop.over()) is type(found)


def failing(call: str, error: str, when: str) -> tuple[str, ...]:
    return (*SEEN_BY, f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")


def test_a_decision_that_the_disk_refuses_starts_nothing(shop: Workshop) -> None:
    shop.publish()
    assert finish(shop.shim(*failing("fsync", "EIO", "2"))) == UNPREPARED
    assert isinstance(shop.over(), Void)
    assert shop.words() == []


def test_a_decision_whose_folder_the_disk_refuses_starts_nothing(shop: Workshop) -> None:
    shop.publish()
    assert finish(shop.shim(*failing("fsync", "EIO", "3"))) == UNPREPARED
    assert isinstance(shop.over(), StartFailed)
    assert shop.words() == []


def test_a_start_that_cannot_be_recorded_does_not_happen(shop: Workshop) -> None:
    shop.publish()
    assert finish(shop.shim(*failing("fsync", "ENOSPC", "4"))) == 0
    assert (shop.record().how, shop.record().text) == (
        How.START_FAILED, "the start record: ENOSPC No space left on device",
    )  # fmt: skip
    assert shop.words() == []


def test_a_full_spool_fails_before_anything_is_decided(shop: Workshop) -> None:
    shop.publish()
    shim = shop.shim(*failing("pwrite64", "ENOSPC", "1"))
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said) == (UNPREPARED, b"OSError: [Errno 28] No space left on device\n")
    assert shop.words() == []


def test_a_result_that_the_disk_refuses_is_kept_until_it_takes_it(shop: Workshop) -> None:
    shop.publish(*shop.witnessed_work("code=9"))
    shim = shop.shim(*failing("fsync", "EIO", "6..8"))
    _, said = shim.communicate(timeout=30)
    assert said.count(b"the exit record: [Errno 5] Input/output error") >= 1
    assert (shim.returncode, shop.record().code) == (0, 9)
    assert shop.words() == ["start", "end 9"]


def test_a_fork_that_fails_is_a_failed_start(shop: Workshop) -> None:
    shop.publish()
    assert finish(shop.shim(*failing("clone", "EAGAIN", "1"))) == 0
    assert (shop.record().how, shop.record().text) == (
        How.START_FAILED, "fork: EAGAIN Resource temporarily unavailable",
    )  # fmt: skip
    assert shop.words() == []


def test_a_held_process_that_somebody_kills_is_told_as_it_was(shop: Workshop) -> None:
    shop.publish()
    inject = "inject=setsid:signal=KILL:when=1"
    assert finish(shop.shim(*SEEN_BY, "trace=setsid", "-e", inject)) == 0
    assert (shop.record().how, shop.record().signal) == (How.SIGNALLED, signal.SIGKILL)
    assert shop.words() == []
