"""The shim while its disk and its kernel fail under it."""

import signal

import pytest

from boms_tui.model.facts import How
from boms_tui.runtime.shim.files import UNPREPARED
from boms_tui.runtime.spool.found import Lost, Void
from tests.runtime.workshop import UNDER_STRACE, Workshop, both_shims, finish, needs_strace

pytestmark = [needs_strace, both_shims]


def failing(call: str, error: str, when: str) -> tuple[str, ...]:
    return (*UNDER_STRACE, f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")


def test_a_decision_that_the_disk_refuses_starts_nothing(shop: Workshop) -> None:
    shop.publish()
    assert finish(shop.shim(*failing("fdatasync", "EIO", "1"))) == UNPREPARED
    assert isinstance(shop.over(), Void)
    assert shop.words() == []


def test_a_decision_that_might_not_last_starts_nothing(shop: Workshop) -> None:
    shop.publish()
    assert finish(shop.shim(*failing("fsync", "EIO", "1"))) == 0
    assert (shop.record().how, shop.record().text) == (How.START_FAILED, "the decision: EIO Input/output error")
    assert shop.words() == []


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        ("clone", "EAGAIN", b"EAGAIN Resource temporarily unavailable"),
        ("pidfd_open", "ENFILE", b"ENFILE Too many open files in system"),
    ],
)
def test_a_process_that_cannot_be_had_decides_nothing(shop: Workshop, call: str, error: str, said: bytes) -> None:
    shop.publish()
    shim = shop.shim(*failing(call, error, "1"))
    assert (shim.communicate(timeout=30)[1], shim.returncode) == (b"before the start: " + said + b"\n", UNPREPARED)
    assert isinstance(shop.over(), Void)
    assert shop.words() == []


def test_a_full_spool_fails_before_anything_is_decided(shop: Workshop) -> None:
    shop.publish()
    shim = shop.shim(*failing("fallocate", "ENOSPC", "1"))
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said) == (UNPREPARED, b"before the start: ENOSPC No space left on device\n")
    assert shop.words() == []


def test_a_result_that_the_disk_refuses_is_kept_until_it_takes_it(shop: Workshop) -> None:
    shop.publish(*shop.witnessed_work("code=9"))
    shim = shop.shim(*failing("fdatasync", "EIO", "2..4"))
    _, said = shim.communicate(timeout=30)
    assert said.count(b"the exit record: EIO Input/output error") >= 1
    assert (shim.returncode, shop.record().code) == (0, 9)
    assert shop.words() == ["start", "end 9"]


def test_a_result_whose_folder_the_disk_refuses_is_written_again(shop: Workshop) -> None:
    shop.publish(*shop.witnessed_work("code=9"))
    assert finish(shop.shim(*failing("fsync", "EIO", "2"))) == 0
    assert shop.record().code == 9
    assert shop.words() == ["start", "end 9"]


def test_a_held_process_that_somebody_kills_is_told_as_it_was(shop: Workshop) -> None:
    shop.publish()
    inject = "inject=setsid:signal=KILL:when=1"
    assert finish(shop.shim(*UNDER_STRACE, "trace=setsid", "-e", inject)) == 0
    assert (shop.record().how, shop.record().signal) == (How.SIGNALLED, signal.SIGKILL)
    assert shop.words() == []


def test_a_lock_that_cannot_be_had_starts_nothing(shop: Workshop) -> None:
    lock = shop.publish() / "lock"
    shim = shop.shim(*UNDER_STRACE, "trace=fcntl", "-P", str(lock), "-e", "inject=fcntl:error=ENOLCK")
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said) == (UNPREPARED, b"before the start: ENOLCK No locks available\n")
    assert isinstance(shop.over(), Void)


def test_an_end_that_the_kernel_does_not_tell_is_not_guessed(shop: Workshop) -> None:
    shop.publish(*shop.witnessed_work("code=7"))
    assert finish(shop.shim(*failing("wait4", "ECHILD", "1"))) != 0
    assert isinstance(shop.over(), Lost)
    assert shop.words() == ["start", "end 7"]
