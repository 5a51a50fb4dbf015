"""The console with the real client on a real runtime: what it shows, and what the store then says."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from textual.widgets import Input

from boms_tui.errors import MustChangeError, NotAuthorisedError
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.verbs import VERBS, Level
from boms_tui.screens.account import AccountBox
from boms_tui.screens.board import BoardScreen
from boms_tui.screens.confirm import Confirm
from boms_tui.screens.signin import SignIn
from boms_tui.screens.task import TaskScreen
from boms_tui.screens.users import UsersScreen
from boms_tui.screens.widgets.linetable import LineTable
from tests.runtime.house import PASSWORD, House
from tests.screens.boxes import fill, say_yes
from tests.screens.real import Desk, desk, house_with, let_go, mend, requests

PROCESSES = ("night/stall", "night/skip", "night/hold", "night/freeze", "night/kill", "night/two", "night/order")
WHY = "the desk asked for it"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_with(tmp_path_factory.mktemp("real"), *PROCESSES) as house:
        yield house


async def sign_in(at: Desk, user: str, password: str = PASSWORD) -> None:
    await at.until(lambda: isinstance(at.app.screen, SignIn))
    boxes = [box for box in at.app.screen.query(Input) if box.region.height]
    for box, value in zip(boxes, (user, password), strict=True):
        box.value = value
    boxes[-1].focus()
    await at.press("enter")


@asynccontextmanager
async def signed_in(house: House, user: str = "olga") -> AsyncIterator[Desk]:
    async with desk(house) as at:
        await sign_in(at, user)
        await at.until(lambda: isinstance(at.app.screen, BoardScreen))
        await at.sees(user, "● LIVE")
        yield at


async def open_task(at: Desk, run: RunId, task: str) -> None:
    """From the board, by the keys that a person would press."""
    await at.press("1")
    await choose(at, run)
    await at.press("enter")
    await at.sees("TRY NOTE", task)
    await choose(at, f"{run}:{task}")
    await at.press("enter")
    await at.until(lambda: isinstance(at.app.screen, TaskScreen))
    await at.sees("Attempts")


async def choose(at: Desk, key: str) -> None:
    """Put the cursor on a line, as soon as it is there."""

    def chosen() -> bool:
        tables = at.app.screen.query("#table").results(LineTable)
        for table in tables:
            table.choose(key)
            return table.cursor == key
        return False

    await at.until(chosen)


async def act(at: Desk, verb: str, name: str = "", **values: str) -> None:
    """Press the verb's key, say why, and yes."""
    await at.until(lambda: at.app.may(verb))
    await at.press(VERBS[verb].key)
    await at.until(lambda: isinstance(at.app.screen, Confirm))
    box = at.app.screen
    assert isinstance(box, Confirm)
    await at.until(lambda: box.effect is not None)
    await fill(at, {"#reason": WHY, "#name": name if VERBS[verb].level is Level.TYPE else "", **values})
    await say_yes(at)
    await at.until(lambda: not isinstance(at.app.screen, Confirm))


async def done(at: Desk, verb: str, what: str) -> None:
    await at.sees(f"✓ {VERBS[verb].label} {what}: done")


async def test_a_wrong_password_is_refused_and_a_right_one_gives_the_roles_rights(house: House) -> None:
    async with desk(house) as at:
        await sign_in(at, "olga", "no such words")
        await at.sees("the name or the password is wrong")
        assert at.app.signed_in is None
        await sign_in(at, "olga")
        await at.sees("olga operator", "● LIVE")
        assert at.app.may("retry")
        assert not at.app.may("force-ok")
        assert not at.app.may("users")


async def test_a_viewer_looks_and_has_no_keys(house: House) -> None:
    async with signed_in(house, "victor") as at:
        await at.press("2")
        await at.sees("night/stall")
        await at.press("o")
        assert not isinstance(at.app.screen, Confirm)


async def test_a_run_stalls_on_the_board_and_a_retry_with_a_reason_mends_it(house: House) -> None:
    run = house.order("night/stall")
    async with signed_in(house) as at:
        await choose(at, run)
        await at.lists("night/stall", "running")
        let_go(house, "night/stall")
        await at.lists("night/stall", "stalled")
        assert house.run(run).run.state is RunState.STALLED
        await open_task(at, run, "load")
        await at.sees("✗ failed", "exit 3", "no price file", "Call the desk, then retry.")
        mend(house, "night/stall")
        await act(at, "retry")
        await done(at, "retry", "load")
        await at.is_so(f"{run}:load", TaskState.SUCCEEDED)
        await at.sees("✓ succeeded", "attempt 2")
        rows = house.client.journal(about=f"{run}:load")
        assert ("olga", "retried") in {(row.entry.actor, row.entry.action) for row in rows}

        await open_task(at, run, "sign")
        await at.sees("◇ confirm", "All well?")
        await act(at, "confirm")
        await done(at, "confirm", "sign")
        house.wait_for(run, RunState.SUCCEEDED)
        await at.press("1")
        await at.lists("night/stall", "succeeded")


async def test_a_skipped_task_lets_its_followers_run(house: House) -> None:
    let_go(house, "night/skip")
    run = house.order("night/skip")
    house.wait_for(run, RunState.STALLED)
    async with signed_in(house) as at:
        await open_task(at, run, "load")
        await at.press("s")
        await at.sees("starts  report", "then    sign", "nothing stays blocked")
        await at.press("escape")
        await act(at, "skip")
        await done(at, "skip", "load")
        await at.is_so(f"{run}:load", TaskState.SKIPPED)
        await at.is_so(f"{run}:report", TaskState.SUCCEEDED)
        await at.sees("» skipped")


async def test_a_hold_keeps_a_task_back_until_it_is_released(house: House) -> None:
    mend(house, "night/hold")
    run = house.order("night/hold")
    async with signed_in(house) as at:
        await open_task(at, run, "load")
        await at.misses("Release")
        await act(at, "hold")
        await done(at, "hold", "load")
        await at.sees(f"held by olga: {WHY}", "Release")
        let_go(house, "night/hold")
        await at.is_so(f"{run}:fetch", TaskState.SUCCEEDED)
        await at.is_so(f"{run}:load", TaskState.WAITING)
        await act(at, "release")
        await done(at, "release", "load")
        await at.is_so(f"{run}:load", TaskState.SUCCEEDED)


async def test_a_process_is_held_in_its_list_and_released_from_a_run_that_waits(house: House) -> None:
    process = "night/freeze"
    async with signed_in(house) as at:
        await at.press("2")
        await choose(at, process)
        await act(at, "hold")
        await done(at, "hold", process)
        await at.sees("freeze HELD", "by olga since", "u Release")
        run = house.order(process)
        await at.press("1")
        await choose(at, run)
        await at.sees("process held by olga")
        await at.press("enter")
        await at.sees(f"{process} is held by olga: {WHY}", "u Release")
        await act(at, "release")
        await done(at, "release", process)
        await at.is_so(f"{run}:fetch", TaskState.RUNNING)
        await at.misses("u Release")
        assert house.client.holds() == []
    let_go(house, process)


async def test_a_live_task_is_killed_rerun_and_its_run_cancelled(house: House) -> None:
    run = house.order("night/kill")
    async with signed_in(house) as at:
        await at.is_so(f"{run}:fetch", TaskState.RUNNING)
        await open_task(at, run, "fetch")
        await at.sees("▶ running")
        await act(at, "kill", "fetch")
        await done(at, "kill", "fetch")
        await at.is_so(f"{run}:fetch", TaskState.FAILED)
        await at.sees("✗ failed", "▼ killed", "signal 15", "killed by olga")

        await act(at, "rerun")
        await done(at, "rerun", "fetch")
        await at.is_so(f"{run}:fetch", TaskState.RUNNING)
        assert at.task(f"{run}:fetch").attempts == 2

        await at.press("1")
        await choose(at, run)
        await act(at, "cancel", "night/kill")
        await done(at, "cancel", run)
        house.wait_for(run, RunState.CANCELLED)
        await at.lists("night/kill", "cancelled")


async def test_a_run_is_ordered_from_the_browser(house: House) -> None:
    async with signed_in(house) as at:
        await at.press("2")
        await choose(at, "night/order")
        await at.sees("The works of night/order", "revision     1")
        await act(at, "order", date="2026-11-20")
        await done(at, "order", "night/order")
        run = RunId("night/order@2026-11-20.1")
        assert house.run(run).run.ordered_by == "olga"
        assert [row.run.id for row in house.client.process(ProcessId("night/order")).runs] == [run]


async def test_the_second_of_two_consoles_is_told_what_changed(house: House) -> None:
    let_go(house, "night/two")
    run = house.order("night/two")
    house.wait_for(run, RunState.STALLED)
    async with signed_in(house, "olga") as first, signed_in(house, "supra") as second:
        for at in (first, second):
            await open_task(at, run, "load")
            await at.press("r")
            await at.sees("starts  load", "then    report, sign")
        for at in (first, second):
            await fill(at, {"#reason": WHY})
        await say_yes(first)
        await done(first, "retry", "load")
        await first.until(lambda: first.task(f"{run}:load").attempts == 2)
        await first.is_so(f"{run}:load", TaskState.FAILED)
        await say_yes(second)
        await second.sees("✗ Retry load: refused: since you looked, olga changed it at", "it is failed now")
        await second.sees("retried by olga")
    assert first.task(f"{run}:load").attempts == 2
    assert [(asked.answer, asked.target) for asked in requests(house, "retry") if asked.target.startswith(run)] == [
        ("applied", f"{run}:load"), ("rejected", f"{run}:load"),
    ]  # fmt: skip


async def change_account(at: Desk, key: str, **values: str) -> None:
    await at.press(key)
    await at.until(lambda: isinstance(at.app.screen, AccountBox))
    await at.until(lambda: at.app.focused is not None)
    await fill(at, values)
    await say_yes(at)
    await at.until(lambda: isinstance(at.app.screen, UsersScreen))


async def test_an_admin_adds_disables_and_resets_users(house: House) -> None:
    def row(name: str) -> tuple[tuple[str, ...], bool, bool]:
        user = next(user for user in house.client.users() if user.name == name)
        return user.roles, user.disabled, user.must_change

    async with signed_in(house, "admin") as at:
        await at.press("4")
        await at.sees("victor")
        await change_account(at, "n", user="newhand", secret="first pass phrase", again="first pass phrase")
        await at.sees("✓ add newhand: done", "newhand")
        assert row("newhand") == (("operator",), False, True)
        with pytest.raises(MustChangeError):
            house.client.sign_in("newhand", "first pass phrase")

        await choose(at, "newhand")
        await change_account(at, "w", secret="second pass phrase", again="second pass phrase")
        await at.sees("✓ reset newhand: done")
        with pytest.raises(NotAuthorisedError):
            house.client.sign_in("newhand", "first pass phrase")

        await change_account(at, "x")
        await at.sees("✓ disable newhand: done")
        assert row("newhand") == (("operator",), True, True)
        with pytest.raises(NotAuthorisedError):
            house.client.sign_in("newhand", "second pass phrase")
