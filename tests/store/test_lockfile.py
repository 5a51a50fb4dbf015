"""The lock beside the store: one holder, no heirs, and the kernel lets go when the holder dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from boms_tui.store.lockfile import StoreLock


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    store = tmp_path / "boms.db"
    first, second = StoreLock(store), StoreLock(store)
    assert first.holder() == ""
    assert first.acquire("node-1, process 7")
    assert first.acquire("node-1, process 7")
    assert not second.acquire("node-2, process 8")
    assert (first.held, second.held) == (True, False)
    assert second.holder() == "node-1, process 7"
    first.release()
    first.release()
    assert second.acquire("n")
    assert first.holder() == "n"
    second.release()
    assert second.holder() == ""


def test_a_lock_ends_with_its_block(tmp_path: Path) -> None:
    with StoreLock(tmp_path / "boms.db") as lock:
        assert lock.acquire("node-1")
    assert StoreLock(tmp_path / "boms.db").acquire("node-2")


def test_a_program_that_was_started_meanwhile_does_not_keep_it(tmp_path: Path) -> None:
    lock = StoreLock(tmp_path / "boms.db")
    assert lock.acquire("node-1")
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, close_fds=False) as child:
        lock.release()
        assert lock.acquire("node-1")
        assert child.stdin is not None
        child.stdin.close()
    lock.release()


def test_the_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    store = tmp_path / "boms.db"
    holds = (
        "import sys; from pathlib import Path; from boms_tui.store.lockfile import StoreLock;"
        "lock = StoreLock(Path(sys.argv[1])); print(lock.acquire('node-1'), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "True\n"
        lock = StoreLock(store)
        assert not lock.acquire("node-2")
        os.kill(child.pid, signal.SIGKILL)
        child.wait(30)
        assert lock.acquire("node-2")
        lock.release()
