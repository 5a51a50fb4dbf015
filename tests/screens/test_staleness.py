"""What is old never looks live: the badge, the dimmed rows and the locked keys."""

from datetime import timedelta

import pytest
from textual.widgets import Button

from boms_tui.errors import NoAnswerError
from boms_tui.model.ids import RunId
from boms_tui.screens.board import BoardScreen
from boms_tui.screens.confirm import Confirm
from boms_tui.screens.messages import Beat
from boms_tui.screens.widgets.linetable import LineTable
from boms_tui.screens.widgets.lineview import LineView
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.stage import Stage, stage

MARGIN = RunId("settlement/eod-margin@2026-11-20.1")


async def is_locked(at: Stage) -> None:
    """The keys do nothing, the rows are dim, the footer says why."""
    await at.sees("action keys are locked")
    assert all(view.old for view in at.app.screen.query(LineView) if view.id in {"table", "aside"})
    await at.press("h", "X", "colon", "ctrl+p")
    assert isinstance(at.app.screen, BoardScreen)
    assert "Hold" not in at.rows[-1]


async def test_a_runtime_that_is_silent_is_stale_then_down() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("● LIVE <2 s", "Hold")
        at.gateway.beat_age = timedelta(seconds=2.3)
        await at.sees("▲ STALE 2 s")
        await is_locked(at)
        at.gateway.beat_age = timedelta(seconds=31)
        await at.sees("▲ RUNTIME DOWN since 22:13")
        await is_locked(at)
        at.gateway.beat_age = timedelta(seconds=0.2)
        await at.sees("● LIVE", "Hold")
        assert not at.app.screen.query_one(LineTable).old


async def test_a_runtime_that_gave_its_lease_back_is_down_at_once() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.gateway.led = False
        await at.sees("RUNTIME DOWN since 22:14")
        await is_locked(at)


async def test_no_runtime_was_ever_there() -> None:
    async with stage(gateway=FakeGateway(led=False, beat_age=None), signed_in=signed_in()) as at:
        await at.sees("RUNTIME DOWN")
        await is_locked(at)


async def test_a_lost_store_is_shown_within_three_seconds() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("● LIVE")
        at.gateway.lost = True
        at.clock.seconds += 1.9
        at.app.second()
        await at.sees("▲ STALE 2 s")
        at.clock.seconds += 0.8
        at.app.second()
        await at.sees("▲ STORE LOST since 22:14")
        await is_locked(at)
        at.app.feed.look()
        await at.sees("the store does not answer: the store is not there")
        at.gateway.lost = False
        await at.sees("● LIVE")


async def test_an_answer_that_was_long_under_way_is_as_old_as_its_question() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("● LIVE")
        at.app.feed.stop()
        asked = at.clock.seconds
        at.clock.seconds += 3
        at.app.second()
        await at.sees("STORE LOST")
        at.app.post_message(Beat(at.gateway.pulse(), asked))
        await at.pilot.pause()
        await is_locked(at)
        at.app.post_message(Beat(at.gateway.pulse(), at.clock.seconds))
        await at.sees("● LIVE")


async def test_a_store_that_hangs_is_lost_too() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("● LIVE")
        at.app.feed.stop()
        at.clock.seconds += 3
        at.app.second()
        await at.until(lambda: "STORE LOST" in at.text)


async def test_a_store_that_was_never_there() -> None:
    async with stage(gateway=FakeGateway(lost=True), signed_in=signed_in()) as at:
        await at.sees("CONNECTING")
        at.clock.seconds += 3
        at.app.second()
        await at.sees("STORE LOST")


async def test_a_board_that_cannot_be_read_is_not_live_though_the_beat_is() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("● LIVE")

        def fail(_: int) -> set[RunId]:
            raise NoAnswerError("the table is locked", "wait")

        at.gateway.changed_runs = fail  # type: ignore[method-assign, assignment]
        at.gateway.sequence += 1
        at.clock.seconds += 3
        at.app.second()
        await at.sees("STORE LOST")


async def test_an_open_box_cannot_act_once_the_runtime_is_down() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_task(f"{MARGIN}:compute")
        await at.sees("exit 3")
        await at.press("r", *"why")
        at.gateway.led = False
        await at.until(lambda: not at.app.fresh.live)
        await at.press("enter")
        await at.sees("the action keys are locked")
        at.app.screen.query_one("#yes", Button).focus()
        await at.press("enter")
        assert isinstance(at.app.screen, Confirm)
        assert at.gateway.acts == []


async def test_a_screen_come_back_to_is_dim_until_it_is_read_again() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("● LIVE")
        at.app.open_run(MARGIN)
        await at.sees("TRY NOTE")
        at.gateway.change_run(MARGIN, reason="new words")
        await at.sees("new words")
        at.app.feed.stop()
        await at.press("escape")
        assert isinstance(at.app.screen, BoardScreen)
        assert at.app.screen.query_one(LineTable).old


@pytest.mark.parametrize("minutes", [1, 61])
async def test_the_clock_goes_on_with_the_stores_time(minutes: int) -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.sees("22:14 IST")
        at.gateway.now += timedelta(minutes=minutes)
        at.app.feed.look()
        await at.until(lambda: at.app.now() == at.gateway.now)
        at.app.second()
        await at.sees("22:15 IST" if minutes == 1 else "23:15 IST")
