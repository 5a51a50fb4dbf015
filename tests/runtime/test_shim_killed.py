"""The shim killed at each of its system calls: the program starts once at most, and nothing is guessed."""

from pathlib import Path
from typing import NamedTuple

import pytest

from boms_tui.model.facts import How
from boms_tui.runtime.machine.bundle import Kind
from boms_tui.runtime.shim.files import DECIDED, LOCKED
from boms_tui.runtime.spool.found import Ended, Lost, Void
from tests.runtime.workshop import UNDER_STRACE, Workshop, finish, needs_strace

pytestmark = [needs_strace, pytest.mark.timeout(300)]
CALLS = (
    "openat",
    "fallocate",
    "fsync",
    "fdatasync",
    "pwrite64",
    "write",
    "rename",
    "link",
    "unlink",
    "clone",
    "wait4",
    "poll",
)
"""Those that change or tell anything, of the thousands that the shim in Python makes."""


@pytest.mark.parametrize("call", CALLS)
def test_the_shim_in_python_killed_at_any_call(tmp_path: Path, call: str) -> None:
    before = calls_of(tmp_path, "python").before_main.count(call)
    assert kill_everywhere(tmp_path, "python", call, before) > 0, f"{call} was never reached"


def test_the_shim_in_c_killed_at_any_call_that_it_makes(tmp_path: Path) -> None:
    calls = calls_of(tmp_path, "c")
    own = {*calls.of_main, *calls.of_the_held}
    assert set(CALLS) <= own
    killed = [kill_everywhere(tmp_path, "c", call, calls.before_main.count(call)) for call in sorted(own)]
    assert sum(killed) >= len(calls.of_main), "each of them, and those of the held process"


class Calls(NamedTuple):
    """The names of the system calls that an undisturbed attempt makes, in their order."""

    before_main: list[str]
    of_main: list[str]
    of_the_held: list[str]


def calls_of(folder: Path, kind: Kind) -> Calls:
    (folder / "undisturbed").mkdir()
    shop = Workshop(folder / "undisturbed", kind)
    shop.publish("true")
    assert finish(shop.shim("strace", "-ff", "-qq", "-o", str(folder / "calls"))) == 0
    started = shop.spool.at(shop.attempt).started()
    assert started is not None
    ours, tasks = (
        [line.partition("(")[0] for line in (folder / f"calls.{pid}").read_text().splitlines() if "(" in line]
        for pid in (started.shim_pid, started.pid)
    )
    main = ours.index("umask")
    return Calls(ours[:main], ours[main:], tasks[: tasks.index("execve") + 1])


def kill_everywhere(folder: Path, kind: Kind, call: str, before: int) -> int:
    """Run an attempt for each time that its shim makes a call after `before` ones, killed there; how often that was."""
    killed = 0
    while True:
        count = before + killed + 1
        place = folder / f"{call}-{count}"
        place.mkdir()
        shop = Workshop(place, kind)
        shop.publish(*shop.witnessed_work("code=7"))
        inject = f"inject={call}:signal=KILL:when={count}"
        status = finish(shop.shim(*UNDER_STRACE, f"trace={call}", "-e", inject))
        judge(shop, f"killed at {call} number {count}")
        if status == 0:
            return killed
        killed += 1


def judge(shop: Workshop, when: str) -> None:
    """What the spool says agrees with the witness, stays so, and no later shim starts the program again."""
    found = shop.over()
    match found:
        case Ended(record) if record.how is How.EXITED:
            assert shop.words() == ["start", f"end {record.code}"], when
        case Ended(record):
            assert record.how in {How.SIGNALLED, How.START_FAILED}, f"{when}: the task itself was hit"
        case Void():
            assert shop.words() == [], when
        case Lost():
            assert len(shop.words()) <= 2, when
    assert finish(shop.shim()) in {DECIDED, LOCKED}, when
    assert shop.words().count("start") <= 1, when
    assert type(shop.over()) is type(found), when
