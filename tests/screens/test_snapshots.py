"""Every screen at 80x24, as text."""

from collections.abc import Awaitable, Callable

import pytest

from boms_tui.model.ids import RunId
from tests.screens.fake import signed_in
from tests.screens.stage import LARGE, Stage, stage

MARGIN = RunId("settlement/eod-margin@2026-11-20.1")
VAR = RunId("risk/var@2026-11-20.1")


async def _board(at: Stage) -> None:
    await at.sees("needs a person", "LIVE")


async def _run(at: Stage) -> None:
    at.app.open_run(VAR)
    await at.sees("scenarios", "reprice-debt")


async def _map(at: Stage) -> None:
    await _run(at)
    await at.press("m")
    await at.sees("┌")


async def _task(at: Stage) -> None:
    at.app.open_task(f"{MARGIN}:compute")
    await at.sees("exit 3", "nothing was published")


async def _waiting(at: Stage) -> None:
    at.app.open_task(f"{MARGIN}:cube")
    await at.sees("gates closed")


async def _processes(at: Stage) -> None:
    await at.press("2")
    await at.sees("archive", "Archive of the night")


async def _order(at: Stage) -> None:
    await _processes(at)
    await at.press("o")
    await at.sees("Business date", "nothing stays blocked")


async def _contacts(at: Stage) -> None:
    await at.press("3")
    await at.sees("Settlement desk")


async def _users(at: Stage) -> None:
    await at.press("4")
    await at.sees("newcomer")


async def _user(at: Stage) -> None:
    await _users(at)
    await at.press("n")
    await at.sees("Initial password", "author")


async def _confirm(at: Stage) -> None:
    at.app.open_task(f"{MARGIN}:compute")
    await at.sees("exit 3", "nothing was published")
    await at.press("f")
    await at.sees("release (waits for a person)")


async def _help(at: Stage) -> None:
    await at.press("question_mark")
    await at.sees("Force OK")


async def _down(at: Stage) -> None:
    at.gateway.led = False
    await at.sees("RUNTIME DOWN")


SCREENS: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "board": _board, "run": _run, "map": _map, "task": _task, "waiting": _waiting, "processes": _processes,
    "order": _order, "contacts": _contacts, "users": _users, "user": _user, "confirm": _confirm, "help": _help,
    "down": _down,
}  # fmt: skip


@pytest.mark.parametrize("name", SCREENS)
async def test_screen(name: str) -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await SCREENS[name](at)
        await at.snapshot(name)


async def test_sign_in() -> None:
    async with stage() as at:
        await at.sees("Sample accounts", "needs a person")
        await at.snapshot("sign-in")


@pytest.mark.parametrize("name", SCREENS)
async def test_screen_on_a_wide_terminal(name: str) -> None:
    async with stage(LARGE, signed_in=signed_in("admin")) as at:
        await SCREENS[name](at)
        assert all(len(row) <= 160 for row in at.rows)
        assert at.rows[-1].endswith("Help") or "locked" in at.rows[-1] or name in {"order", "confirm", "user", "help"}


@pytest.mark.parametrize("name", SCREENS)
async def test_no_screen_falls_apart_on_a_tiny_terminal(name: str) -> None:
    async with stage((60, 15), signed_in=signed_in("admin")) as at:
        await at.pilot.resize_terminal(200, 60)
        await SCREENS[name](at)
        await at.pilot.resize_terminal(60, 15)
        await at.pilot.pause()
        assert len(at.rows) == 15
