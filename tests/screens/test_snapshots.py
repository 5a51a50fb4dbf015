"""Every screen at 80x24, as text."""

import pytest

from tests.screens import scenes
from tests.screens.fake import signed_in
from tests.screens.scenes import SCENES
from tests.screens.stage import LARGE, stage

BOXES = frozenset({"order", "confirm", "user", "help", "gates", "free", "resolve"})


@pytest.mark.parametrize("name", SCENES)
async def test_screen(name: str) -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await SCENES[name](at)
        await at.snapshot(name)


async def test_sign_in() -> None:
    async with stage() as at:
        await scenes.sign_in(at)
        await at.snapshot("sign-in")


@pytest.mark.parametrize("name", SCENES)
async def test_screen_on_a_wide_terminal(name: str) -> None:
    async with stage(LARGE, signed_in=signed_in("admin")) as at:
        await SCENES[name](at)
        assert all(len(row) <= 160 for row in at.rows)
        assert at.rows[-1].endswith("Help") or "locked" in at.rows[-1] or name in BOXES


@pytest.mark.parametrize("name", SCENES)
async def test_no_screen_falls_apart_on_a_tiny_terminal(name: str) -> None:
    async with stage((60, 15), signed_in=signed_in("admin")) as at:
        await at.pilot.resize_terminal(200, 60)
        await SCENES[name](at)
        await at.pilot.resize_terminal(60, 15)
        await at.pilot.pause()
        assert len(at.rows) == 15
