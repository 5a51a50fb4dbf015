"""What is said at the foot of the screen: remarks fade and go with their screen, verdicts last until they are seen."""

from boms_tui.model.ids import RunId
from boms_tui.screens.listening import FADES_AFTER
from tests.screens import scenes
from tests.screens.boxes import fill, say_yes
from tests.screens.fake import signed_in
from tests.screens.scenes import MARGIN
from tests.screens.stage import Stage, stage

NEVER = "archive/night has no run yet"
DONE = "✓ Hold settlement/eod-margin@2026-11-20.1: done"


async def pass_by(at: Stage, seconds: float) -> None:
    at.clock.seconds += seconds
    at.app.second()
    await at.pilot.pause()


async def silences(at: Stage, number: int) -> None:
    """Wait for the store to be asked so often, and not to answer."""
    before = at.gateway.asked["pulse"]
    await at.until(lambda: at.gateway.asked["pulse"] >= before + number)
    await at.pilot.pause()


async def remark(at: Stage) -> None:
    await scenes.processes(at)
    await at.press("enter")
    await at.sees(NEVER)


async def verdict(at: Stage) -> None:
    at.app.open_run(RunId(MARGIN))
    await at.sees("stalled", "load-prices")
    await at.press("h")
    await at.sees("Nothing starts until released")
    await fill(at, {"#reason": "a second file comes"})
    await say_yes(at)
    await at.sees(DONE)


async def test_a_remark_fades() -> None:
    async with stage(signed_in=signed_in()) as at:
        await remark(at)
        await pass_by(at, FADES_AFTER - 1)
        assert NEVER in at.text
        await pass_by(at, 1)
        await at.misses(NEVER)


async def test_a_remark_goes_with_its_screen() -> None:
    async with stage(signed_in=signed_in()) as at:
        await remark(at)
        await at.press("3")
        await at.sees("Settlement desk")
        await at.misses(NEVER)


async def test_a_remark_outlives_a_box_over_its_screen() -> None:
    async with stage(signed_in=signed_in()) as at:
        await remark(at)
        await at.press("question_mark", "escape")
        await at.sees(NEVER)


async def test_a_verdict_stays_until_it_was_seen_on_the_next_screen() -> None:
    async with stage(signed_in=signed_in()) as at:
        await verdict(at)
        await pass_by(at, 10 * FADES_AFTER)
        assert DONE in at.text
        await at.press("escape")
        await at.sees("needs a person", DONE)
        await pass_by(at, FADES_AFTER)
        await at.misses(DONE)


async def test_a_lost_store_is_told_for_as_long_as_it_is_lost() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.gateway.lost = True
        await pass_by(at, 3)
        await at.sees("the store does not answer")
        for _ in range(3):
            await pass_by(at, FADES_AFTER - 1)
            await silences(at, 2)
            assert "the store does not answer" in at.text
        at.gateway.lost = False
        await at.sees("LIVE")
        await pass_by(at, FADES_AFTER)
        await at.misses("the store does not answer")
