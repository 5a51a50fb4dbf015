"""A hold is seen where it is in the way, and released where it was placed, from whatever screen."""

from dataclasses import replace
from datetime import timedelta
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from boms_tui.errors import BomsError
from boms_tui.model.ids import RunId, above
from boms_tui.model.verbs import On
from boms_tui.screens.confirm import Confirm
from boms_tui.screens.line import Span
from boms_tui.screens.rows.holds import hold_words, over
from boms_tui.screens.run import RunScreen
from boms_tui.screens.target import Target, under
from boms_tui.screens.widgets.linetable import LineTable
from tests.screens import scenes
from tests.screens.boxes import fill, say_yes
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.night import NOW, ZONE
from tests.screens.scenes import hold_of
from tests.screens.stage import Stage, stage

LIMITS = RunId("risk/limits@2026-11-20.1")
ALL = ("/", "risk/", "risk/limits", LIMITS, f"{LIMITS}:compare")


def held(*places: str) -> FakeGateway:
    gateway = FakeGateway()
    gateway.placed = [hold_of(place) for place in places]
    return gateway


async def release(at: Stage, on: str) -> None:
    """Release, from the key on, and see that it is released where it was placed."""
    await at.press("u")
    await at.until(lambda: isinstance(at.app.screen, Confirm))
    await at.sees("Lift the hold.", f"on     {on}", "held   by anna since 21:00: month-end freeze")
    await fill(at, {"#reason": "the freeze is over"})
    await say_yes(at)
    await at.until(lambda: at.gateway.acts)
    assert [(act["verb"], act["target"]) for act in at.gateway.acts] == [("release", on)]


@pytest.mark.parametrize("place", ALL)
def test_a_hold_covers_what_lies_under_it(place: str) -> None:
    assert place in above(f"{LIMITS}:compare")
    assert (place in above(LIMITS)) is (":" not in place)
    assert (place in above("risk/limits")) is ("@" not in place)
    assert "risk" not in above(LIMITS)
    assert "risk/limits" not in above("risk/limits-too@2026-11-20.1")


def test_the_nearest_that_stands_comes_first() -> None:
    coming = replace(hold_of(LIMITS), begins=NOW + timedelta(hours=1))
    past = replace(hold_of("risk/"), until=NOW)
    found = over([coming, past, *map(hold_of, ("/", "risk/limits", "finance/"))], LIMITS, NOW)
    assert [hold.object for hold in found] == ["risk/limits", "/", LIMITS]
    zone = ZoneInfo(ZONE)
    assert hold_words(coming, NOW, zone) == "by anna from 23:14: month-end freeze"
    ends = replace(found[0], until=NOW + timedelta(hours=2))
    assert hold_words(ends, NOW, zone) == "by anna since 21:00 until 21 Nov 00:14: month-end freeze"


@pytest.mark.parametrize(
    ("place", "on"), list(zip(ALL, (On.PROCESS, On.PROCESS, On.PROCESS, On.RUN, On.TASK), strict=True))
)
def test_what_is_released_is_what_is_held(place: str, on: On) -> None:
    asked = Target(On.TASK, f"{LIMITS}:compare", "compare", Span("waiting"), NOW, 7)
    found = under(asked, hold_of(place))
    assert (found.id, found.on, found.hold) == (place, on, hold_of(place))
    assert found.version == (7 if place == asked.id else None)


async def test_a_held_process_says_so_and_is_released_from_its_list() -> None:
    async with stage(signed_in=signed_in()) as at:
        await scenes.held(at)
        await at.sees("night HELD", "held         by anna since 21:00", "u Release")
        await release(at, "archive/night")


async def test_a_process_that_nothing_holds_has_nothing_to_release() -> None:
    async with stage(gateway=held("finance/ledger"), signed_in=signed_in()) as at:
        await scenes.processes(at)
        assert "Release" not in at.rows[-1]
        await at.press("u")
        await at.sees("nothing holds archive/night")


async def test_held_processes_are_found_by_the_filter() -> None:
    async with stage(gateway=held("risk/"), signed_in=signed_in()) as at:
        await scenes.processes(at)
        await at.press("slash", *"held", "enter")
        await at.sees("limits HELD", "var HELD")
        await at.misses("ledger")
        await at.sees("held         risk/ by anna")


@pytest.mark.parametrize("place", ["/", "risk/", "risk/limits"])
async def test_a_run_is_let_go_by_releasing_what_is_held(place: str) -> None:
    async with stage(gateway=held(place), signed_in=signed_in()) as at:
        at.app.open_run(LIMITS)
        await at.sees("exposures", "u Release")
        await release(at, place)


async def test_from_the_board_too() -> None:
    async with stage(gateway=held("risk/limits"), signed_in=signed_in()) as at:
        at.app.screen.query_one("#table", LineTable).choose(LIMITS)
        await release(at, "risk/limits")


async def test_of_a_task_its_own_hold_comes_first() -> None:
    compare = f"{LIMITS}:compare"
    async with stage(gateway=held("risk/", compare), signed_in=signed_in()) as at:
        at.app.open_run(LIMITS)
        await at.sees("exposures", "u Release")
        at.app.screen.query_one("#table", LineTable).choose(compare)
        await release(at, compare)
        assert at.gateway.acts[0]["version_seen"] == at.gateway.tasks[compare].version


async def test_what_nothing_holds_and_what_cannot_be_read_is_said() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.screen.query_one("#table", LineTable).choose(LIMITS)
        await at.press("u")
        await at.sees(f"nothing holds {LIMITS}")
        at.gateway.faults["holds"] = BomsError("the holds are not there", "look at the disk")
        await at.press("u")
        await at.sees("the holds are not there")


async def test_a_box_does_not_open_over_another_screen() -> None:
    async with stage(gateway=held("risk/limits"), signed_in=signed_in()) as at:
        at.app.screen.query_one("#table", LineTable).choose(LIMITS)
        answers, holds = Event(), at.gateway.holds
        at.gateway.holds = lambda: holds() if answers.wait(30) else ()  # type: ignore[method-assign]
        at.app.action_verb("release")
        at.app.open_run(LIMITS)
        await at.sees("exposures")
        answers.set()
        asked = at.gateway.asked["holds"]
        await at.until(lambda: at.gateway.asked["holds"] > asked)
        await at.pilot.pause(0.1)
        assert isinstance(at.app.screen, RunScreen)


async def test_holding_all_of_a_process_says_what_that_does() -> None:
    async with stage(signed_in=signed_in()) as at:
        await scenes.processes(at)
        await at.press("h")
        await at.sees("then    nothing of any run under it starts")
