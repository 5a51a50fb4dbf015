"""The hours within which a process's tasks may start."""

from datetime import time, timedelta

import pytest

from boms_tui.model.definition import Window
from boms_tui.model.planning import hours_of
from boms_tui.model.states import RunState
from tests.model.night import DAY, EVENING, Night, process, task

HOUR = timedelta(hours=1)


def a_night(start: int, end: int, *, slots: int = 16) -> Night:
    """A run of two tasks under a window, ordered at 13:00 UTC."""
    night = Night(
        process("ops/late", task("one"), task("two", "one"), window=Window(time(start), time(end))), slots=slots
    )
    night.order("ops/late")
    return night


RUN = f"ops/late@{DAY}.1"


@pytest.mark.parametrize(
    ("window", "day_starts", "opens", "closes"),
    [
        ((18, 23), 0, "20 18", "20 23"),
        ((22, 4), 0, "20 22", "21 04"),
        ((2, 4), 6, "21 02", "21 04"),
        ((22, 4), 6, "20 22", "21 04"),
        ((7, 6), 6, "20 07", "21 06"),
    ],
)
def test_hours_belong_to_the_business_date(window: tuple[int, int], day_starts: int, opens: str, closes: str) -> None:
    one = process("ops/late", task("one"), day_starts=time(day_starts))
    hours = hours_of(Window(time(window[0]), time(window[1])), one, DAY)
    assert (f"{hours.opens:%d %H}", f"{hours.closes:%d %H}") == (opens, closes)


def test_tasks_wait_for_the_window_to_open() -> None:
    night = a_night(14, 16)
    assert night.closed(RUN, "one") == {"window": "opens at 14:00 UTC"}
    assert night.why(RUN, "one")["window"].opens_at == EVENING + HOUR
    assert night.run(RUN).reason == "one: opens at 14:00 UTC"
    night.wait(HOUR)
    assert night.states(RUN) == {"one": "starting", "two": "waiting"}
    assert night.why(RUN, "two")["window"].detail == "open until 16:00 UTC"


def test_a_task_whose_turn_comes_when_the_window_has_closed_does_not_start() -> None:
    night = Night(process("ops/late", task("one"), task("two"), window=Window(time(13), time(15))), slots=1)
    night.order("ops/late")
    night.now += 2 * HOUR
    night.end(RUN, "one")
    assert night.states(RUN) == {"one": "succeeded", "two": "waiting"}
    assert night.run(RUN).state is RunState.STALLED


def test_what_runs_when_the_window_closes_goes_on_and_the_rest_needs_a_person() -> None:
    night = a_night(13, 15)
    night.start(RUN, "one")
    night.wait(2 * HOUR)
    night.end(RUN, "one")
    assert night.states(RUN) == {"one": "succeeded", "two": "waiting"}
    run = night.run(RUN)
    assert (run.state, run.reason) == (RunState.STALLED, "two: the window passed: it closed at 15:00 UTC")
    assert night.ask("free", f"{RUN}:two", given={"gate": "window"}).code == "ok"
    assert night.states(RUN)["two"] == "starting"


def test_a_ready_task_that_got_no_slot_in_time_waits_again() -> None:
    night = a_night(13, 15, slots=0)
    assert night.states(RUN)["one"] == "ready"
    night.wait(2 * HOUR)
    assert night.states(RUN)["one"] == "waiting"
    assert night.run(RUN).state is RunState.STALLED


def test_a_window_opens_again_for_clocks_that_are_set_back() -> None:
    night = a_night(14, 15, slots=0)
    night.wait(3 * HOUR)
    assert night.states(RUN)["one"] == "waiting"
    night.wait(-1.5 * HOUR)
    assert night.states(RUN)["one"] == "ready"
    night.wait(HOUR)
    assert night.states(RUN)["one"] == "waiting"


def test_a_ready_task_gets_no_turn_before_its_window_opens_once_more() -> None:
    night = Night(process("ops/late", task("one"), task("two"), window=Window(time(13), time(15))), slots=1)
    night.order("ops/late")
    night.start(RUN, "one")
    assert night.states(RUN) == {"one": "running", "two": "ready"}
    night.wait(-1 * HOUR)
    night.end(RUN, "one")
    assert night.states(RUN) == {"one": "succeeded", "two": "waiting"}
    night.wait(HOUR)
    assert night.states(RUN)["two"] == "starting"


def test_everything_that_waits_for_a_time_waits_for_it_again_when_clocks_are_set_back() -> None:
    night = a_night(14, 16)
    night.wait(HOUR / 2)
    assert night.ask("hold", RUN, given={"until": f"{EVENING + 4 * HOUR:%Y-%m-%dT%H:%M:%SZ}"}).code == "ok"
    night.wait(1.5 * HOUR)
    night.wait(-1 * HOUR)
    coming = {(at, type(fact).__name__) for at, fact in night.snapshot.timers.all()}
    assert coming == {(EVENING + 3 * HOUR, "GateDue"), (EVENING + 4 * HOUR, "HoldDue")}
