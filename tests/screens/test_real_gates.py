"""What keeps a task from starting, what it says while it runs, and what its checks found: on a real runtime."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from boms_tui.model.ids import RunId
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.views import BoardQuery
from tests.runtime.house import House, wait_until
from tests.screens.real import Asked, console, desk, house_with, requests

TEXTS = (
    """
resource: slots
units: 1
""",
    """
process: night/free
tasks:
  long:
    priority: 90
    command: [sh, -c, "echo '::boms meter 42'; echo '::boms label book 7'; until [ -e go ]; do sleep 0.05; done"]
    resources: {slots: 1}
  other: {command: ["true"], resources: {slots: 1}}
""",
    """
process: night/once
start: [{process: night/before}]
overlap: skip
tasks:
  long: {command: [sh, -c, "until [ -e go ]; do sleep 0.05; done"]}
""",
    """
process: night/before
tasks: {only: {command: ["true"]}}
""",
    """
process: night/checked
tasks:
  totals: {command: [echo, "ORA-00942: no such table"], checks: {after: [{output: {fail_on: "ORA-"}}]}}
""",
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_with(tmp_path, texts=TEXTS) as house:
        yield house


@pytest.fixture
def waiting(house: House) -> Iterator[RunId]:
    """A run of which one task runs and the other waits for what that holds."""
    run = house.order("night/free")
    wait_until(lambda: house.states(run) == {"long": "running", "other": "ready"}, "one task to wait for the other")
    yield run
    let_go_on(house)


def let_go_on(house: House) -> None:
    """Let the task that runs end."""
    (house.home.work / "go").touch()


def test_a_gate_is_freed_by_keys_alone(house: House, waiting: RunId) -> None:
    with console(house, "olga") as terminal:
        terminal.sees("▶ free", "running")
        terminal.type("\r")
        terminal.sees("◦ other", "waits for slots: 1 of 1 units held by", f"{waiting}:long")
        terminal.type("j", "j", "U")
        terminal.sees("Free gate", "resource:slots", "operator may free it")
        terminal.type("\r")
        terminal.sees("gate   resource:slots", "starts  other", "Reason")
        terminal.type("the night waits for it\r", "\r")
        terminal.sees("✓ Free gate other: done")
        terminal.sees("✓ other")
    assert requests(house, "free") == [Asked("free", f"{waiting}:other", "applied", "")]
    freed = [row.entry for row in house.client.journal(about=f"{waiting}:other") if row.entry.action == "freed"]
    assert [(entry.actor, entry.after, entry.reason) for entry in freed] == [
        ("olga", "resource:slots", "the night waits for it")
    ]


async def test_what_a_task_says_of_itself_is_seen_while_it_runs(house: House, waiting: RunId) -> None:
    async with desk(house, size=(80, 24)) as at:
        await at.press("escape")
        at.app.open_run(waiting)
        await at.sees("▶ long", "42%", "book 7")
        at.app.open_task(f"{waiting}:long")
        await at.sees("42%  said", "book 7")
        let_go_on(house)
        await at.is_so(f"{waiting}:long", TaskState.SUCCEEDED)
        await at.sees("✓ succeeded")
        await at.misses("42%  said")


async def test_a_failed_check_is_told_in_the_run_and_on_top_of_the_task(house: House) -> None:
    run = house.order("night/checked")
    house.wait_for(run, RunState.STALLED)
    async with desk(house, size=(80, 24)) as at:
        await at.press("escape")
        at.app.open_run(run)
        await at.sees("✗ totals", "ORA-", "↳")
        at.app.open_task(f"{run}:totals")
        await at.sees("Checks of attempt 1: 1 of 1 failed", "✗ failed after", "ORA-00942: no such table")


def is_listed(house: House, run: RunId) -> bool:
    return bool(house.client.board(BoardQuery(runs=frozenset({run}))))


async def test_a_run_that_was_skipped_for_another_says_so(house: House) -> None:
    first, second = RunId("night/once@2026-03-02.1"), RunId("night/once@2026-03-02.2")
    for run, state in ((first, RunState.RUNNING), (second, RunState.CANCELLED)):
        house.wait_for(house.order("night/before", date="2026-03-02"), RunState.SUCCEEDED)
        wait_until(partial(is_listed, house, run), "it to be ordered")
        house.wait_for(run, state)
    async with desk(house, size=(80, 24)) as at:
        await at.press("escape")
        at.app.open_run(second)
        await at.sees("it has no tasks", f"{first} is running", "A new run: o on night/once")
    let_go_on(house)
