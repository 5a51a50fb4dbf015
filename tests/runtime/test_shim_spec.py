"""What a spec may say, and what a shim refuses before anything is decided, with the reason as its hint."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from boms_tui.runtime.shim.files import UNPREPARED
from boms_tui.runtime.spool.found import Void
from tests.runtime.house import wait_until
from tests.runtime.processes import read_if_there
from tests.runtime.workshop import Workshop, both_shims, finish

pytestmark = both_shims
HANDS_OVER = (
    sys.executable, "-I", "-S", "-c",
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.argv[2], sys.argv[2:])",
)  # fmt: skip
"""Puts a descriptor at number 3, where a runtime's `posix_spawn` would put it."""
SECRET = b"PASSWORD=hunter2\0TOKEN=tr0ub4dor\0"


@contextmanager
def sealed(content: bytes) -> Iterator[int]:
    """A memory file that nobody can change any more."""
    fd = os.memfd_create("secrets", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, content)
    os.lseek(fd, 0, os.SEEK_SET)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
    yield fd
    os.close(fd)


def say(folder: Path, key: str, value: str) -> None:
    with (folder / "spec").open("ab") as spec:
        spec.write(f"{key}\0{value}\0".encode())


def replace(folder: Path, old: bytes, new: bytes) -> None:
    spec = (folder / "spec").read_bytes()
    assert old in spec
    (folder / "spec").write_bytes(spec.replace(old, new))


def test_keys_of_a_newer_runtime_are_left_alone(shop: Workshop) -> None:
    folder = shop.publish("true")
    say(folder, "priority_class", "9")
    say(folder, "nice", "")
    assert finish(shop.shim()) == 0
    assert shop.record().code == 0


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"version\x001\0", b"version\x009\0", "the spec has version 9, this shim knows 1"),
        (b"version\x001\0", b"", "the spec has no `version`"),
        (b"arg\0true\0", b"", "the spec has no `arg`"),
        (b"cwd\0", b"pwd\0", "the spec has no `cwd`"),
        (b"boot_id\0", b"boot\0", "the spec has no `boot_id`"),
        (b"grace_ms\x005000\0", b"grace_ms\x005s\0", "the spec's `grace_ms` is no number"),
        (b"grace_ms\x005000\0", b"grace_ms\0\0", "the spec's `grace_ms` is no number"),
        (b"output_cap\x001", b"output_cap\0-1", "the spec's `output_cap` is no number"),
        (b"output_cap\x001", b"output_cap\x001000000000000000000", "the spec's `output_cap` is no number"),
        (b"grace_ms\0", b"umask\x00778\0grace_ms\0", "the spec's `umask` is no number"),
        (b"grace_ms\0", b"secrets\x001\0grace_ms\0", "the task's secrets were not handed over"),
    ],
)
def test_a_spec_that_cannot_be_followed_is_refused_with_the_reason(
    shop: Workshop, old: bytes, new: bytes, why: str
) -> None:
    replace(shop.publish("true"), old, new)
    shim = shop.shim()
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said.decode()) == (UNPREPARED, f"before the start: {why}\n")
    assert isinstance(shop.over(), Void)


def test_a_spec_that_is_cut_off_is_refused(shop: Workshop) -> None:
    folder = shop.publish("true")
    (folder / "spec").write_bytes((folder / "spec").read_bytes()[:-1])
    shim = shop.shim()
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said) == (UNPREPARED, b"before the start: the spec is cut off\n")


def test_a_spec_that_is_missing_is_refused(shop: Workshop) -> None:
    (shop.publish("true") / "spec").unlink()
    shim = shop.shim()
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said) == (UNPREPARED, b"before the start: ENOENT No such file or directory\n")


def test_a_folder_that_is_missing_is_told(shop: Workshop) -> None:
    shim = shop.shim()
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said) == (UNPREPARED, b"before the start: ENOENT No such file or directory\n")


def test_a_time_limit_of_ages_is_no_time_limit(shop: Workshop) -> None:
    folder = shop.publish("true")
    say(folder, "timeout_ms", "9" * 18)
    assert finish(shop.shim()) == 0
    assert shop.record().code == 0


def test_secrets_reach_the_task_and_nobody_else(shop: Workshop) -> None:
    os.mkfifo(shop.folder / "gate")
    program = (
        "import os; print([fd for fd in range(200) if os.path.lexists(f'/proc/self/fd/{fd}')])\n"
        "print(os.read(3, 100).count(b'\\0'), flush=True)\n"
        "open('gate').read()\n"
    )
    folder = shop.publish(sys.executable, "-I", "-S", "-c", program)
    say(folder, "secrets", "1")
    with sealed(SECRET) as fd:
        shim = shop.shim(*HANDS_OVER, str(fd), pass_fds=[fd])
    wait_until(lambda: b"\n2\n" in read_if_there(folder / "out.log"), "the task to read its secrets")
    assert shop.out().startswith(b"[0, 1, 2, 3]\n")
    assert not [link for link in Path(f"/proc/{shim.pid}/fd").iterdir() if "memfd" in str(link.readlink())]
    started = shop.spool.at(shop.attempt).started()
    assert started is not None
    public = [Path(f"/proc/{pid}/{file}") for pid in (shim.pid, started.pid) for file in ("cmdline", "environ")]
    seen = b"".join(read_if_there(file) for file in public)
    (shop.folder / "gate").write_text("")
    assert finish(shim) == 0
    kept = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert b"BOMS_RUN" in seen
    assert b"hunter2" not in seen + kept


def test_a_third_descriptor_without_the_key_is_closed(shop: Workshop) -> None:
    folder = shop.publish("sh", "-c", "ls /proc/self/fd | wc -l; test -e /proc/self/fd/3 && readlink /proc/self/fd/3")
    with sealed(SECRET) as fd:
        assert finish(shop.shim(*HANDS_OVER, str(fd), pass_fds=[fd])) == 0
    assert b"memfd" not in (folder / "out.log").read_bytes()


def test_a_runtime_that_ignores_ends_keeps_no_shim_from_seeing_them(shop: Workshop) -> None:
    shop.publish("sh", "-c", "exit 5")
    deaf = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    assert finish(shop.shim(sys.executable, "-I", "-S", "-c", deaf)) == 0
    assert shop.record().code == 5
