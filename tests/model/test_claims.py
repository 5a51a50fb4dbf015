"""Resources, locks, slots and priorities: who starts, who waits, and what `why` says of it."""

from datetime import timedelta
from typing import Any

import pytest

from boms_tui.model.definition import Lock, LockMode, RetryPolicy
from boms_tui.model.definition import Resource as Units
from boms_tui.model.facts import How
from boms_tui.model.ids import TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.states import RunState
from tests.model.night import Night, process, task

SLOTS = "resource:warehouse"
POSITIONS = "lock:positions"
ALONE = (Lock("positions"),)
SHARED = (Lock("positions", LockMode.SHARED),)


def warehouse(units: int) -> Catalogue:
    return Catalogue(resources={"warehouse": Units("warehouse", units)})


def a_night(*tasks: Any, units: int = 4, slots: int = 16) -> tuple[Night, str]:
    night = Night(process("ops/many", *tasks), slots=slots, beside=warehouse(units))
    return night, night.order("ops/many")


def started(night: Night) -> list[str]:
    return [attempt.partition(":")[2].partition(".")[0] for attempt in night.launched]


def test_no_more_start_than_there_are_units_and_the_gate_names_the_holders() -> None:
    night, run = a_night(*(task(name, resources={"warehouse": 2}) for name in "abcd"))
    assert started(night) == ["a", "b"]
    assert night.states(run)["c"] == "ready"
    held = f"4 of 4 units held by {run}:a (2), {run}:b (2), needs 2"
    assert night.closed(run, "c") == {SLOTS: held}
    assert night.closed(run, "d") == {SLOTS: f"{held}; {run}:c waits before it"}
    night.end(run, "a")
    assert started(night) == ["a", "b", "c"]
    assert night.closed(run, "d") == {SLOTS: f"4 of 4 units held by {run}:b (2), {run}:c (2), needs 2"}


def test_many_holders_are_counted_not_all_named() -> None:
    night, run = a_night(*(task(f"t{n}", resources={"warehouse": 1}) for n in range(9)), units=7)
    says = night.closed(run, "t8")[SLOTS]
    assert says.startswith(f"7 of 7 units held by {run}:t0, {run}:t1")
    assert says.endswith(f"{run}:t4, 2 more; {run}:t7 waits before it")


def test_a_wide_task_is_not_overtaken_by_narrow_ones() -> None:
    night, run = a_night(
        task("first", resources={"warehouse": 3}),
        task("wide", resources={"warehouse": 4}),
        task("narrow", resources={"warehouse": 1}),
        task("free"),
    )
    assert started(night) == ["first", "free"]
    assert night.closed(run, "narrow")[SLOTS].endswith(f"{run}:wide waits before it")
    night.end(run, "first")
    assert started(night)[2:] == ["wide"]
    night.end(run, "wide")
    assert started(night)[3:] == ["narrow"]


def test_an_exclusive_lock_lets_nobody_else_in_and_shared_ones_go_together() -> None:
    night, run = a_night(
        task("reads", locks=SHARED), task("looks", locks=SHARED), task("writes", locks=ALONE),
        task("late", locks=SHARED),
    )  # fmt: skip
    assert started(night) == ["reads", "looks"]
    assert night.closed(run, "writes") == {POSITIONS: f"held in shares by {run}:looks, {run}:reads"}
    night.end(run, "reads")
    assert started(night) == ["reads", "looks"], "late would keep writes waiting"
    night.end(run, "looks")
    assert started(night)[2:] == ["writes"]
    assert night.closed(run, "late") == {POSITIONS: f"held by {run}:writes"}
    night.end(run, "writes")
    assert started(night)[3:] == ["late"]


def test_what_a_waiting_task_could_have_is_kept_for_it() -> None:
    """Else two resources that are never free at the same moment would starve whoever needs both."""
    night, run = a_night(
        task("a", locks=ALONE, priority=90),
        task("both", locks=ALONE, resources={"warehouse": 3}),
        task("one", resources={"warehouse": 2}),
        task("fits", resources={"warehouse": 1}),
    )
    assert started(night) == ["a"]
    assert POSITIONS in night.closed(run, "both")
    assert night.closed(run, "one") == {SLOTS: f"0 of 4 units held, needs 2; {run}:both waits before it"}
    night.end(run, "a")
    assert started(night)[1:] == ["both"]


def test_what_is_left_beside_the_kept_goes_on_to_others() -> None:
    night, run = a_night(
        task("a", locks=ALONE, priority=90),
        task("both", locks=ALONE, resources={"warehouse": 3}),
        task("same", locks=ALONE, resources={"warehouse": 3}),
        task("fits", resources={"warehouse": 1}),
    )
    assert started(night) == ["a", "fits"]
    assert night.why(run, "both")[SLOTS].open


def test_a_task_of_another_pool_does_not_pass_one_that_waits_for_a_slot() -> None:
    night = Night(
        process(
            "ops/pools",
            task("busy", priority=90),
            task("waits", resources={"warehouse": 1}, priority=80),
            task("other", pool="remote", resources={"warehouse": 1}),
        ),
        slots=1,
        beside=warehouse(1),
    )
    night.snapshot.pools = {"local": 1, "remote": 1}
    run = night.order("ops/pools")
    assert started(night) == ["busy"]
    night.end(run, "busy")
    assert started(night) == ["busy", "waits"]
    night.end(run, "waits")
    assert started(night) == ["busy", "waits", "other"]


def test_units_are_released_in_backoff_and_kept_in_killing_and_unknown() -> None:
    night, run = a_night(
        task("holds", resources={"warehouse": 4}, retry=RetryPolicy(1), priority=90),
        task("next", resources={"warehouse": 4}),
    )
    night.end(run, "holds", code=1)
    assert night.states(run) == {"holds": "backoff", "next": "starting"}
    night.start(run, "next")
    night.ask("kill", f"{run}:next")
    night.wait(timedelta(minutes=5))
    assert night.states(run) == {"holds": "ready", "next": "killing"}
    night.lose(run, "next")
    assert night.states(run) == {"holds": "ready", "next": "unknown"}
    gate = night.why(run, "holds")[SLOTS]
    assert (gate.open, gate.by_itself) == (False, False)
    assert gate.detail == f"4 of 4 units held by {run}:next (4, unknown), needs 4"
    night.ask("resolve", f"{run}:next", given={"as": "failed"})
    assert night.states(run)["holds"] == "starting"


def test_force_ok_of_an_unknown_task_gives_back_what_it_held() -> None:
    night, run = a_night(task("holds", locks=ALONE), task("next", locks=ALONE))
    night.lose(run, "holds")
    assert night.ask("force-ok", f"{run}:holds").code == "ok"
    assert night.states(run) == {"holds": "forced-ok", "next": "starting"}
    assert set(night.snapshot.attempts) == {(run, "next")}


def test_a_resource_set_to_nothing_stops_its_class_of_tasks_at_once_and_loudly() -> None:
    night, run = a_night(*(task(name, resources={"warehouse": 2}) for name in "abc"), task("else"))
    night.redefine(Units("warehouse", 0))
    assert night.states(run) == {"a": "starting", "b": "starting", "c": "waiting", "else": "starting"}
    gate = night.why(run, "c")[SLOTS]
    assert (gate.open, gate.by_itself, gate.who_can_free) == (False, False, "admin")
    assert gate.detail == "warehouse has 0 units: nothing that needs it starts"
    for name in ("a", "b", "else"):
        night.end(run, name)
    assert night.run(run).state is RunState.STALLED
    assert night.run(run).reason == "c: warehouse has 0 units: nothing that needs it starts"
    night.redefine(Units("warehouse", 2))
    assert night.states(run)["c"] == "starting"
    assert night.run(run).state is RunState.RUNNING


@pytest.mark.parametrize(
    ("units", "says"),
    [
        (1, "warehouse has 1 unit: nothing that needs 2 starts"),
        (None, "there is no resource warehouse"),
    ],
)
def test_what_can_never_be_had_is_a_closed_gate(units: int | None, says: str) -> None:
    beside = Catalogue() if units is None else warehouse(units)
    night = Night(process("ops/wide", task("wide", resources={"warehouse": 2})), beside=beside)
    run = night.order("ops/wide")
    assert night.states(run) == {"wide": "waiting"}
    assert night.closed(run, "wide") == {SLOTS: says}
    assert night.run(run).state is RunState.STALLED


def test_more_units_start_more_tasks_at_once() -> None:
    night, _ = a_night(*(task(name, resources={"warehouse": 1}) for name in "abc"), units=1)
    assert started(night) == ["a"]
    night.redefine(Units("warehouse", 3))
    assert started(night) == ["a", "b", "c"]


def test_fewer_units_end_nothing_and_start_nothing_until_enough_have_come_back() -> None:
    night, run = a_night(*(task(name, resources={"warehouse": 1}) for name in "abcd"), units=3)
    night.redefine(Units("warehouse", 1))
    night.end(run, "a")
    night.end(run, "b")
    assert night.closed(run, "d") == {SLOTS: f"1 of 1 units held by {run}:c"}
    night.end(run, "c")
    assert started(night)[-1] == "d"


@pytest.mark.parametrize(("minutes", "first"), [(49, "high"), (51, "low")])
def test_a_hundred_points_of_priority_are_worth_fifty_minutes(minutes: int, first: str) -> None:
    night = Night(
        process("ops/busy", task("busy")),
        process("ops/low", task("low", priority=0)),
        process("ops/high", task("high", priority=100)),
        slots=1,
    )
    busy = night.order("ops/busy")
    night.order("ops/low")
    night.wait(timedelta(minutes=minutes))
    night.order("ops/high")
    night.end(busy, "busy")
    assert started(night) == ["busy", first]


def test_a_task_waits_its_turn_from_when_it_became_ready() -> None:
    night = Night(process("ops/old", task("gate"), task("old", "gate")), process("ops/new", task("new")), slots=1)
    old = night.order("ops/old")
    night.wait(timedelta(minutes=1))
    new = night.order("ops/new")
    night.wait(timedelta(minutes=1))
    night.end(old, "gate")
    assert night.states(new) == {"new": "starting"}
    assert night.states(old)["old"] == "ready"


def test_what_was_freed_is_taken_all_the_same_and_counted() -> None:
    night, run = a_night(*(task(name, resources={"warehouse": 4}) for name in "abc"))
    assert night.ask("free", f"{run}:b", given={"gate": SLOTS}).code == "ok"
    assert started(night) == ["a", "b"]
    assert night.closed(run, "c")[SLOTS].startswith(f"8 of 4 units held by {run}:a (4), {run}:b (4)")
    night.end(run, "a")
    assert night.states(run)["c"] == "ready"
    night.end(run, "b")
    assert night.states(run)["c"] == "starting"


def test_a_freed_lock_is_held_by_two() -> None:
    night, run = a_night(*(task(name, locks=ALONE) for name in "abc"))
    assert night.ask("free", f"{run}:b", given={"gate": POSITIONS}).code == "ok"
    assert started(night) == ["a", "b"]
    night.end(run, "b")
    assert night.states(run)["c"] == "ready"
    night.end(run, "a")
    assert night.states(run)["c"] == "starting"


def test_a_retry_waits_again_for_what_it_needs() -> None:
    night, run = a_night(task("a", locks=ALONE), task("b", locks=ALONE))
    night.end(run, "a", code=1)
    assert night.ask("retry", f"{run}:a").code == "ok"
    assert night.states(run) == {"a": "ready", "b": "starting"}
    night.end(run, "b", how=How.EXITED)
    assert night.attempt(run, "a").number == 2


def test_a_waiting_task_already_sees_the_lock_that_it_will_need() -> None:
    night, run = a_night(task("holds", locks=ALONE), task("slow"), task("later", "slow", locks=ALONE))
    assert night.closed(run, "later") == {"dependency:slow": "slow is starting", POSITIONS: f"held by {run}:holds"}
    assert night.snapshot.tasks[night.run(run).id][TaskName("later")].state == "waiting"
