"""Cyclic processes: from start or end, as many rounds as they may, until a time of their business date."""

from datetime import time, timedelta
from itertools import count

from boms_tui.model.definition import Cyclic, CyclicFrom, OnFailure
from boms_tui.model.people import User
from tests.model.night import EVENING, Night, process, task

MINUTE = timedelta(minutes=1)
TEN = 10 * MINUTE


def cycling(cyclic: Cyclic, **changes: object) -> Night:
    night = Night(process("a/poll", task("look", on_failure=OnFailure.FAIL), cyclic=cyclic, **changes))
    night.order("a/poll")
    return night


def name(number: int) -> str:
    return f"a/poll@2026-11-20.{number}"


def test_a_round_from_the_start_comes_by_the_clock() -> None:
    night = cycling(Cyclic(TEN))
    assert night.run(name(2)).not_before == EVENING + TEN
    night.wait(4 * MINUTE)
    night.end(name(1), "look")
    assert night.run(name(2)).state == "waiting"
    night.wait(6 * MINUTE)
    assert night.run(name(2)).state == "running"
    assert night.run(name(3)).not_before == EVENING + 2 * TEN


def test_a_round_that_takes_longer_than_the_interval_is_followed_at_its_end_by_one() -> None:
    night = cycling(Cyclic(TEN))
    night.wait(25 * MINUTE)
    assert night.run(name(2)).state == "waiting"
    night.end(name(1), "look")
    assert night.run(name(2)).state == "running"
    assert [run.id for run in night.snapshot.unended()] == [name(2), name(3)]
    assert night.run(name(3)).not_before == EVENING + 35 * MINUTE


def test_a_round_from_the_end_leaves_a_pause() -> None:
    night = cycling(Cyclic(TEN, CyclicFrom.END))
    night.wait(25 * MINUTE)
    assert list(night.snapshot.runs) == [name(1)]
    night.end(name(1), "look")
    assert night.run(name(2)).not_before == EVENING + 35 * MINUTE


def test_there_are_as_many_rounds_as_it_says() -> None:
    night = cycling(Cyclic(TEN, rounds=3))
    for number in count(1):
        night.end(name(number), "look")
        night.wait(TEN)
        if not list(night.snapshot.unended()):
            break
    assert list(night.snapshot.runs) == [name(1), name(2), name(3)]
    assert [entry.reason for entry in night.said("cycle-ended")] == ["round 3 of 3"]


def test_no_round_starts_after_its_time() -> None:
    night = cycling(Cyclic(TEN, until=time(13, 15)))
    night.end(name(1), "look")
    night.wait(TEN)
    assert list(night.snapshot.runs) == [name(1), name(2)]
    assert [entry.reason for entry in night.said("cycle-ended")] == ["the next round would start after 13:15"]


def test_a_time_before_the_day_starts_is_of_the_following_morning() -> None:
    night = cycling(Cyclic(TEN, until=time(2)), day_starts=time(6))
    assert night.run(name(2)).not_before == EVENING + TEN


def test_a_round_that_failed_is_followed_and_one_that_was_cancelled_is_not() -> None:
    night = cycling(Cyclic(TEN, CyclicFrom.END))
    night.end(name(1), "look", code=1)
    assert night.run(name(1)).state == "failed"
    night.wait(TEN)
    night.ask("cancel", name(2))
    night.lose(name(2), "look")
    night.ask("resolve", f"{name(2)}:look", given={"as": "failed"})
    assert night.run(name(2)).state == "cancelled"
    assert list(night.snapshot.runs) == [name(1), name(2)]


def test_cancelling_the_round_to_come_ends_the_cycle() -> None:
    night = cycling(Cyclic(TEN))
    night.ask("cancel", name(2))
    night.end(name(1), "look")
    night.wait(TEN)
    assert list(night.snapshot.runs) == [name(1), name(2)]


def test_a_round_has_the_rights_of_the_person_who_ordered_the_first() -> None:
    night = Night(process("a/poll", task("look"), cyclic=Cyclic(TEN)))
    night.snapshot.users["asha"] = User("asha", ("operator",), EVENING)
    night.ask("order", "a/poll", by="asha")
    night.end(name(1), "look")
    night.wait(TEN)
    assert night.states(name(2)) == {"look": "starting"}
    night.ask("users", "asha", given={"do": "disable"})
    night.end(name(2), "look")
    night.wait(TEN)
    assert night.closed(name(3), "look")["right"].startswith("it acts for asha, whose account is disabled")


def test_a_rerun_orders_no_second_round() -> None:
    night = cycling(Cyclic(TEN, CyclicFrom.END, rounds=2))
    night.end(name(1), "look")
    night.ask("cancel", name(2))
    night.ask("rerun", name(1))
    night.end(name(1), "look")
    assert list(night.snapshot.runs) == [name(1), name(2)]


def test_a_round_is_for_whom_and_with_what_the_first_was_ordered() -> None:
    night = cycling(Cyclic(TEN))
    second = night.run(name(2))
    assert (second.acts_for, second.personal, second.ordered_by) == ("admin", True, f"round 1 of {name(1)}")
    night.end(name(1), "look")
    night.wait(TEN)
    assert night.run(name(3)).occurrence == f"cycle:{name(1)}.3"


def test_a_round_whose_turn_comes_too_late_does_not_start() -> None:
    night = cycling(Cyclic(TEN, until=time(13, 15)))
    night.wait(25 * MINUTE)
    night.end(name(1), "look")
    assert night.run(name(2)).state == "cancelled"
    assert night.run(name(2)).reason == "it came to its turn after 13:15"
