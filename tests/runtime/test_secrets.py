"""Secrets: had from where the reference says, handed over by descriptor, and found nowhere else."""

import fcntl
import json
import logging
import os
import stat
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from boms_tui import clock
from boms_tui.model.facts import Checked, How
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.machine import secrets, sources
from boms_tui.runtime.machine.secrets import Secrets, handed_over, sealed
from boms_tui.runtime.machine.sources import SecretError, resolve, resolved
from boms_tui.runtime.output.proof import proof_of
from boms_tui.runtime.output.redaction import EVERYTHING, NotYetError
from boms_tui.runtime.spool.baggage import Baggage
from tests.runtime.house import wait_until
from tests.runtime.machine import Machine
from tests.runtime.processes import read_if_there
from tests.runtime.workshop import ATTEMPT

CANARY = "canary-7f3a91-é"
READ = "import json, os; print(len(json.load(os.fdopen(3))['PASSWORD'])); print(os.environ, flush=True)"


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """The runtime's log."""
    monkeypatch.setattr(logging.getLogger("boms"), "propagate", True)
    return caplog


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    file = tmp_path / "vault"
    file.write_text(f"{CANARY}\n")
    file.chmod(0o600)
    return file


def test_a_value_comes_from_the_environment_or_a_file(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    monkeypatch.setenv("FEED", CANARY)
    assert resolved({"A": "env:FEED", "B": f"file:{vault}"}) == {"A": CANARY, "B": CANARY}


@pytest.mark.parametrize(("held", "value"), [("abcd", "abcd"), ("abcd\r\n", "abcd"), ("ab\ncd\n\n", "ab\ncd\n")])
def test_one_line_end_behind_the_value_is_not_part_of_it(vault: Path, held: str, value: str) -> None:
    vault.write_bytes(held.encode())
    assert resolve(f"file:{vault}") == value


def test_a_value_comes_from_the_keyring_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = ModuleType("keyring")
    keyring.get_password = lambda *name: {("feeds", "exchange/2"): CANARY}.get(name)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert resolve("keyring:feeds/exchange/2") == CANARY
    with pytest.raises(SecretError, match="keyring:feeds/other is not in the keyring"):
        resolve("keyring:feeds/other")

    def locked(*_: str) -> str:
        raise RuntimeError(f"locked; by the way, it is {CANARY}")

    keyring.get_password = locked  # type: ignore[attr-defined]
    with pytest.raises(SecretError, match=r"keyring:feeds/exchange cannot be read: RuntimeError$"):
        resolve("keyring:feeds/exchange")


def test_without_the_keyring_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretError, match="install the keyring package beside boms"):
        resolve("keyring:feeds/exchange")


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("env:NO_SUCH_NAME", "env:NO_SUCH_NAME is not set in the environment of the runtime"),
        ("file:/no/such/file", "file:/no/such/file cannot be read: No such file or directory"),
        ("file:/etc", "file:/etc is no regular file"),
        ("file:/dev/null", "file:/dev/null is no regular file"),
        ("file:/etc/passwd/x", "file:/etc/passwd/x cannot be read: Not a directory"),
        ("hunter2", "hunter2: is no source of secrets"),
        ("vault:x", "vault: is no source of secrets"),
    ],
)
def test_what_cannot_be_had_is_told_by_its_reference(reference: str, why: str) -> None:
    with pytest.raises(SecretError, match=why):
        resolve(reference)


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    monkeypatch.setenv("FEED", "")
    vault.write_bytes(b"\n")
    for reference in ("env:FEED", f"file:{vault}"):
        with pytest.raises(SecretError, match="is empty"):
            resolve(reference)


def test_a_value_that_is_no_text_or_too_large_is_refused_untold(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.write_bytes(b"hunter2\xff")
    monkeypatch.setitem(os.environb, b"FEED", b"hunter2\xff")
    for reference in ("env:FEED", f"file:{vault}"):
        with pytest.raises(SecretError, match="is not UTF-8 text") as caught:
            resolve(reference)
        assert caught.value.__context__ is None, "the decoder's error holds the value"
    vault.write_bytes(b"x" * (sources.LARGEST + 1))
    with pytest.raises(SecretError, match="is larger than 65,536 bytes"):
        resolve(f"file:{vault}")


def test_a_fifo_in_place_of_the_file_does_not_hang_us(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(SecretError, match="is no regular file"):
        resolve(f"file:{tmp_path / 'fifo'}")


def test_a_source_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def hang(*_: str) -> str:
        answered.wait(30)
        return CANARY

    monkeypatch.setattr(sources, "_SOURCES", {"file": hang})
    monkeypatch.setattr(sources, "PATIENCE_S", 0.05)
    with pytest.raises(SecretError, match=r"file:/far/away gave no answer within 0\.05 s"):
        resolved({"A": "file:/far/away"})
    answered.set()


def test_a_file_that_everybody_can_read_and_a_value_that_is_too_short_are_said(
    vault: Path, said: pytest.LogCaptureFixture
) -> None:
    vault.chmod(0o640)
    resolve(f"file:{vault}")
    assert said.messages == []
    vault.chmod(0o604)
    vault.write_text("abc")
    assert resolve(f"file:{vault}") == "abc"
    assert said.messages == [
        f"file:{vault} can be read by everybody on this machine: chmod 600 it",
        f"file:{vault} is shorter than 4 bytes, and is not redacted in the output",
    ]


def test_what_is_handed_over_can_be_read_and_not_changed() -> None:
    fd = sealed(handed_over({"PASSWORD": CANARY, "KEY": "two\nlines"}))
    try:
        assert json.loads(os.read(fd, 1_000)) == {"PASSWORD": CANARY, "KEY": "two\nlines"}
        assert not os.get_inheritable(fd)
        for change in (lambda: os.pwrite(fd, b"x", 0), lambda: os.truncate(fd, 0), lambda: os.truncate(fd, 1_000)):
            with pytest.raises(PermissionError):
                change()
        with pytest.raises(PermissionError):
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, 0)
    finally:
        os.close(fd)


def test_a_machine_without_memory_files_is_a_failed_start(
    machine: Machine, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(24, "Too many open files")

    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for place in ("os.memfd_create", "os.pwrite"):
        with monkeypatch.context() as patch:
            patch.setattr(place, refuse)
            with pytest.raises(OSError, match="Too many open files"):
                sealed(b"{}")
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    monkeypatch.setattr(os, "memfd_create", refuse)
    machine.launch(secrets={"PASSWORD": f"file:{vault}"})
    assert (machine.exited().how, machine.exited().text) == (How.START_FAILED, "[Errno 24] Too many open files")
    assert machine.shop.words() == []


def hanging(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], threading.Event]:
    """A source that answers once it is let: what it was asked for, and what lets it."""
    asked: list[str] = []
    answers = threading.Event()

    def hang(rest: str, _: str) -> str:
        asked.append(rest)
        answers.wait(30)
        return CANARY

    monkeypatch.setattr(sources, "_SOURCES", {"file": hang})
    return asked, answers


def test_a_source_that_hangs_is_asked_once_and_its_answer_is_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = hanging(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(sources, "PATIENCE_S", 0.01)
        for _ in range(3):
            with pytest.raises(SecretError, match="gave no answer"):
                resolved({"A": "file:/far"})
    assert asked == ["/far"]
    answers.set()
    assert resolved({"A": "file:/far"}) == {"A": CANARY}
    wait_until(lambda: not sources._unanswered, "the answer to be forgotten")


def test_without_threads_a_secret_cannot_be_had(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(SecretError, match=f"file:{vault} cannot be asked for: no thread is to be had"):
            resolved({"A": f"file:{vault}"})
    assert resolved({"A": f"file:{vault}"}) == {"A": CANARY}


def no_thread(_: object) -> None:
    raise RuntimeError("can't start new thread")


def carrying(vault: Path, *, handed: str = CANARY) -> Baggage:
    return Baggage(1_000, secrets={"PASSWORD": f"file:{vault}"}, proof=proof_of({"PASSWORD": handed}))


class Later:
    """A clock that is put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed = 0.0
        real = clock.monotonic
        monkeypatch.setattr(clock, "monotonic", lambda: real() + self.passed)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)


def known_in_the_end(known: Secrets) -> tuple[bytes, ...]:
    def is_known() -> bool:
        try:
            known.at_hand(ATTEMPT)
        except NotYetError:
            return False
        return True

    wait_until(is_known, "the values")
    return known.at_hand(ATTEMPT)


def test_values_are_known_for_a_while_and_then_asked_for_again(vault: Path) -> None:
    asked: list[AttemptId] = []

    def carried(attempt: AttemptId) -> Baggage:
        asked.append(attempt)
        return carrying(vault)

    known = Secrets(carried)
    known.keep(ATTEMPT, ["another"])
    assert known.of(ATTEMPT) == known.at_hand(ATTEMPT) == (b"another",)
    for n in range(secrets.MOST_KNOWN):
        known.keep(AttemptId(str(n)), [])
    needles_of_it = known.of(ATTEMPT)
    assert needles_of_it[-1] == CANARY.encode()
    assert known.of(ATTEMPT) == known.at_hand(ATTEMPT) == needles_of_it
    assert asked == [ATTEMPT]
    assert CANARY not in repr(known)


def test_what_is_looked_up_is_not_forgotten_for_others(vault: Path) -> None:
    vault.unlink()
    known = Secrets(lambda _: carrying(vault))
    known.keep(ATTEMPT, ["another"])
    for n in range(2 * secrets.MOST_KNOWN):
        known.keep(AttemptId(str(n)), [])
        assert known.at_hand(ATTEMPT) == (b"another",)


@pytest.mark.parametrize("trouble", [OSError(5, "Input/output error"), ValueError("the spec is cut off")])
def test_where_a_value_is_not_known_any_more_everything_is_masked(
    vault: Path, said: pytest.LogCaptureFixture, trouble: Exception
) -> None:
    vault.unlink()
    known = Secrets(lambda _: carrying(vault))
    assert known.of(ATTEMPT) == known.of(ATTEMPT) == (EVERYTHING,)
    assert said.messages == ["its output is kept back, and masked later: a secret that it was handed is not known now"]

    def damaged(_: AttemptId) -> Baggage:
        raise trouble

    assert Secrets(damaged).of(ATTEMPT) == (EVERYTHING,)


def test_a_value_that_may_be_another_by_now_masks_everything(vault: Path) -> None:
    """It may have been replaced since the task was handed it; a runtime before this one wrote no proof."""
    assert Secrets(lambda _: carrying(vault, handed="the-old-password")).of(ATTEMPT) == (EVERYTHING,)
    assert Secrets(lambda _: replace(carrying(vault), proof="")).of(ATTEMPT) == (EVERYTHING,)


def test_a_moment_of_trouble_keeps_the_output_back_and_is_over_soon(vault: Path, later: Later) -> None:
    vault.rename(vault.with_name("away"))
    known = Secrets(lambda _: carrying(vault))
    assert known.of(ATTEMPT) == (EVERYTHING,)
    with pytest.raises(NotYetError):
        known.at_hand(ATTEMPT)
    vault.with_name("away").rename(vault)
    with pytest.raises(NotYetError):
        known.at_hand(ATTEMPT)
    later.passed = 3
    assert known_in_the_end(known)[-1] == CANARY.encode()


def test_trouble_that_lasts_masks_everything_and_is_asked_about_seldom(
    vault: Path, later: Later, said: pytest.LogCaptureFixture
) -> None:
    asked: list[AttemptId] = []

    def carried(attempt: AttemptId) -> Baggage:
        asked.append(attempt)
        return carrying(vault)

    vault.rename(vault.with_name("away"))
    known = Secrets(carried)
    for _ in range(secrets.TRIES):
        known.of(ATTEMPT)
        later.passed += 20
    later.passed -= 20
    assert (known.at_hand(ATTEMPT), len(asked), len(said.messages)) == ((EVERYTHING,), secrets.TRIES, 1)
    vault.with_name("away").rename(vault)
    later.passed += 61
    wait_until(lambda: known.at_hand(ATTEMPT) != (EVERYTHING,), "the value")
    assert known.at_hand(ATTEMPT)[-1] == CANARY.encode()


def test_nobody_waits_for_a_key_ring_that_hangs(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    asked, answers = hanging(monkeypatch)
    known = Secrets(lambda _: carrying(vault))
    for _ in range(100):
        with pytest.raises(NotYetError):
            known.at_hand(ATTEMPT)
    answers.set()
    assert known_in_the_end(known)[-1] == CANARY.encode()
    assert len(asked) == 1


def test_without_threads_it_is_asked_for_later(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    known = Secrets(lambda _: carrying(vault))
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(NotYetError):
            known.at_hand(ATTEMPT)
    assert known_in_the_end(known)[-1] == CANARY.encode()


def test_a_spec_that_cannot_be_read_now_is_read_later_and_a_damaged_one_masks(later: Later) -> None:
    trouble: list[Exception] = [OSError(24, "Too many open files")]

    def carried(_: AttemptId) -> Baggage:
        raise trouble[0]

    known = Secrets(carried)
    with pytest.raises(OSError, match="Too many open files"):
        known.at_hand(ATTEMPT)
    trouble[0] = ValueError("the spec is cut off")
    for _ in range(secrets.TRIES):
        known.of(ATTEMPT)
        later.passed += 20
    assert known_in_the_end(known) == (EVERYTHING,)


def test_an_attempt_without_a_folder_has_no_secrets(machine: Machine) -> None:
    assert machine.processes.secrets.of(ATTEMPT) == machine.processes.secrets.at_hand(ATTEMPT) == ()


def test_a_task_reads_its_secrets_and_they_are_found_nowhere_else(machine: Machine, vault: Path) -> None:
    waits = f"import os, select\nwhile not os.path.exists({str(machine.gate)!r}): select.select([], [], [], 0.02)"
    machine.launch(sys.executable, "-c", f"{READ}\n{waits}", secrets={"PASSWORD": f"file:{vault}"})
    machine.wait_started()
    machine.until(lambda: bool(machine.shop.out().count(b"environ")))
    assert machine.shop.out().startswith(b"%d\n" % len(CANARY))
    assert machine.processes.secrets.of(ATTEMPT)[-1] == CANARY.encode()
    told = {*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")}
    kept = {file for file in machine.shop.spool.root.rglob("*") if stat.S_ISREG(file.lstat().st_mode)}
    assert len(kept) > 3
    assert not [file for file in told | kept if CANARY.encode() in read_if_there(file)]
    machine.gate.touch()
    assert machine.exited().code == 0
    machine.restart()
    assert machine.processes.secrets.of(ATTEMPT)[-1] == CANARY.encode()


def test_a_secret_that_is_replaced_while_its_task_runs_is_masked_after_a_restart(machine: Machine, vault: Path) -> None:
    waits = f"while [ ! -e {machine.gate} ]; do sleep 0.02; done"
    machine.launch("sh", "-c", f"{waits}; cat <&3; echo", secrets={"PASSWORD": f"file:{vault}"})
    machine.wait_started()
    vault.write_text("another-value\n")
    machine.restart()
    machine.processes.adopt(ATTEMPT, ran=True)
    with pytest.raises(NotYetError):
        machine.processes.output(ATTEMPT)
    machine.gate.touch()
    machine.exited()
    assert machine.processes.secrets.of(ATTEMPT) == (EVERYTHING,)
    assert CANARY.encode() in machine.shop.out()
    vault.write_text(CANARY)
    machine.restart()
    assert machine.processes.secrets.of(ATTEMPT)[-1] == CANARY.encode()
    output = machine.processes.output(ATTEMPT)
    assert output is not None
    assert output.read(output.extent(ended=True).kept[0]) == b'{"PASSWORD": "' + b"*" * len(CANARY.encode()) + b'"}\n'


def test_a_task_cannot_see_the_secrets_of_another_and_we_keep_no_descriptor(machine: Machine, vault: Path) -> None:
    machine.launch("true", attempt=AttemptId("ops/one@2026-11-20.1:first.1"))
    machine.exited()
    machine.facts.clear()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    names = [AttemptId(f"ops/one@2026-11-20.1:only.{n}") for n in range(1, 5)]
    listing = ("sh", "-c", "ls -l /proc/self/fd")
    for name in names:
        more = {"secrets": {"PASSWORD": f"file:{vault}"}} if name == names[0] else {}
        machine.processes.launch([machine.spec(*listing, attempt=name, **more)])
    machine.wait_over(4)
    first, *others = (machine.processes.spool.folder(name) / "out.log" for name in names)
    assert " 3 -> /memfd:boms-secrets" in first.read_text()
    assert not [other for other in others if b"memfd" in other.read_bytes()]
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_secret_that_cannot_be_had_is_a_failed_start_that_names_it(machine: Machine) -> None:
    machine.launch(secrets={"PASSWORD": "file:/no/such/vault"})
    exited = machine.exited()
    assert exited.how is How.START_FAILED
    assert exited.text == "file:/no/such/vault cannot be read: No such file or directory"
    assert machine.shop.words() == []
    assert not any(isinstance(fact, Checked) for fact in machine.facts)
    machine.restart()
    machine.processes.adopt(ATTEMPT)
    assert machine.wait_over()
    assert machine.shop.words() == []
