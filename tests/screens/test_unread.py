"""What cannot be read is told where it would stand, and read again; the rest of the console goes on."""

import pytest
from textual.message import Message

from boms_tui.errors import BomsError
from boms_tui.screens.feed import Feed
from boms_tui.screens.messages import Interest, Refused, View
from boms_tui.screens.run import RunScreen
from boms_tui.screens.widgets.linetable import LineTable
from tests.screens import scenes
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.scenes import MARGIN, VAR
from tests.screens.stage import stage


@pytest.mark.parametrize(
    ("error", "told"),
    [(KeyError("totals"), "KeyError: 'totals': the log has more"), (BomsError("no run", "go back"), "no run: go back")],
)
async def test_a_run_that_cannot_be_read_says_why_until_it_can(error: Exception, told: str) -> None:
    async with stage(signed_in=signed_in()) as at:
        at.gateway.faults["run"] = error
        at.app.open_run(VAR)
        await at.sees("it cannot be shown", f"✗ {told}", "● LIVE")
        assert "reading the store" not in at.text
        del at.gateway.faults["run"]
        await at.sees("scenarios", "● LIVE")
        await at.misses(told)


async def test_another_screen_is_not_told_of_it() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.gateway.faults["run"] = KeyError("totals")
        at.app.open_run(VAR)
        await at.sees("✗ KeyError")
        await at.press("escape")
        await at.sees("needs a person")
        await at.misses("KeyError")


async def test_what_was_shown_stays_and_is_not_live() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(MARGIN)
        await at.sees("load-prices")
        at.gateway.faults["run"] = KeyError("totals")
        at.gateway.touch(MARGIN)
        await at.sees("load-prices", "✗ KeyError")
        screen = at.app.screen
        assert isinstance(screen, RunScreen)
        assert screen.query_one("#table", LineTable).old


async def test_a_process_that_cannot_be_read_says_so_in_its_pane() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.gateway.faults["process"] = KeyError("night")
        await at.press("2")
        await at.sees("archive", "✗ KeyError: 'night'")
        del at.gateway.faults["process"]
        await at.press("j", "k")
        await at.sees("Archive of the night", "next ")


def test_it_is_read_again_at_each_look() -> None:
    posted: list[Message] = []
    gateway = FakeGateway(faults={"run": KeyError("totals")})
    feed = Feed(gateway, posted.append)
    feed.watch(Interest(View.RUN, VAR))
    feed.poll()
    feed.poll()
    assert [message.title for message in posted if isinstance(message, Refused)] == ["KeyError: 'totals'"] * 2
    feed.poll()
    assert gateway.asked["run"] == 3


async def test_a_run_without_tasks_says_what_it_is_and_what_to_do() -> None:
    async with stage(signed_in=signed_in()) as at:
        await scenes.missed(at)
        await at.sees("due at 18:30 IST", "o orders it after all", "X lets it", "o Order", "X Cancel")
        await at.press("m")
        await at.sees("it has no tasks")
        await at.press("m", "w")
        await at.sees("was missed: due at 18:30 IST", "(order it)")
