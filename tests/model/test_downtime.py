"""What was missed while no runtime ran, by the policy of its process: it neither vanishes nor fires all at once."""

from datetime import timedelta

import pytest

from boms_tui.model.definition import Missed, Overlap
from boms_tui.model.facts import Fact
from boms_tui.model.ids import ProcessId
from boms_tui.model.people import User
from boms_tui.model.picture import Catalogue
from boms_tui.model.timetable import Timetable
from boms_tui.model.trigger import CronStart
from tests.model.night import EVENING, Night, process, task

HOUR = timedelta(hours=1)
NAMES = [f"a/one@2026-11-20.{number}" for number in (1, 2, 3)]


def after_downtime(policy: Missed, overlap: Overlap = Overlap.PARALLEL, *, down: timedelta = 3 * HOUR) -> Night:
    """Hourly, and nobody there from 10:00 to 13:00."""
    one = process("a/one", task("work"), start=(CronStart("0 * * * *"),), missed=policy, overlap=overlap)
    night = Night(one)
    night.tell(*_missed(night.snapshot.catalogue, down))
    return night


def _missed(catalogue: Catalogue, down: timedelta) -> list[Fact]:
    return list(Timetable(catalogue, EVENING - down - HOUR / 60).due(EVENING + HOUR / 2))


def states(night: Night) -> list[str]:
    return [f"{run.state}" for run in night.snapshot.runs.values()]


def test_each_missed_time_asks_a_person() -> None:
    night = after_downtime(Missed.ASK)
    assert states(night) == ["missed"] * 4
    assert night.run(NAMES[0]).reason == "due at 10:00 UTC, when no runtime could order it"


def test_none_of_them_runs_and_each_is_on_record() -> None:
    night = after_downtime(Missed.NONE)
    assert states(night) == ["cancelled"] * 4
    assert [entry.object for entry in night.said("passed-over")][:3] == NAMES


def test_the_latest_stands_for_all() -> None:
    night = after_downtime(Missed.LATEST)
    assert states(night) == ["cancelled"] * 3 + ["running"]
    assert night.run(NAMES[0]).reason.endswith("a later one stands for it")
    assert night.run("a/one@2026-11-20.4").reason == ""


def test_all_of_them_run_one_after_the_other_and_not_at_once() -> None:
    night = after_downtime(Missed.ALL)
    assert states(night) == ["running", "waiting", "waiting", "waiting"]
    assert [run.not_before for run in night.snapshot.runs.values()] == [
        None, *(EVENING + number * timedelta(seconds=30) for number in (1, 2, 3)),
    ]  # fmt: skip
    night.wait(timedelta(seconds=31))
    assert states(night) == ["running", "running", "waiting", "waiting"]


def test_what_comes_due_within_the_grace_was_not_missed() -> None:
    one = process("a/one", task("work"), start=(CronStart("* * * * *"),), missed=Missed.LATEST)
    facts = list(Timetable(Night(one).snapshot.catalogue, EVENING).due(EVENING + timedelta(seconds=150)))
    assert [(fact.missed, fact.superseded) for fact in facts] == [(True, False), (False, False)]


def test_a_missed_run_is_ordered_after_all_as_the_run_that_it_is() -> None:
    night = after_downtime(Missed.ASK)
    night.snapshot.users["asha"] = User("asha", ("operator",), EVENING)
    verdict = night.ask("order", NAMES[1], by="asha", reason="needed")
    assert (verdict.code, verdict.target) == ("ok", NAMES[1])
    assert night.run(NAMES[1]).state == "running"
    assert night.states(NAMES[1]) == {"work": "starting"}
    assert night.run(NAMES[1]).acts_for == "asha"
    night.end(NAMES[1], "work")
    assert night.run(NAMES[1]).state == "succeeded"
    assert night.ask("order", NAMES[1]).code == "wrong-state"


def test_it_waits_behind_a_run_that_is_open_and_was_ordered_earlier() -> None:
    night = after_downtime(Missed.ASK, Overlap.QUEUE)
    first = night.order("a/one")
    night.wait(HOUR)
    night.ask("order", NAMES[1])
    assert night.run(NAMES[1]).state == "waiting"
    night.end(first, "work")
    assert night.run(NAMES[1]).state == "running"


def test_a_missed_run_takes_no_date_and_no_parameters() -> None:
    night = after_downtime(Missed.ASK)
    refused = night.ask("order", NAMES[1], given={"date": "2026-11-20"})
    assert (refused.code, refused.reason) == (
        "bad-parameter", f"{NAMES[1]} has its date and its parameters; leave out date",
    )  # fmt: skip


def test_a_missed_run_is_let_go_by_a_person() -> None:
    night = after_downtime(Missed.ASK)
    assert night.ask("cancel", NAMES[0], reason="too late").code == "ok"
    assert night.run(NAMES[0]).state == "cancelled"
    assert night.run(NAMES[0]).reason == "let go by admin: too late"


@pytest.mark.parametrize("verb", ["hold", "rerun", "free"])
def test_nothing_else_is_done_to_a_missed_run(verb: str) -> None:
    night = after_downtime(Missed.ASK)
    assert night.ask(verb, NAMES[0]).code == "wrong-state"


def test_the_same_times_told_again_make_no_other_runs() -> None:
    night = after_downtime(Missed.LATEST)
    night.tell(*_missed(night.snapshot.catalogue, 3 * HOUR))
    assert len(night.snapshot.runs) == 4
    assert ProcessId("a/one") in night.snapshot.open_runs


def test_what_was_missed_is_not_ordered_beside_the_one_run_of_its_date() -> None:
    one = process("a/one", task("work"), start=(CronStart("0 * * * *"),), missed=Missed.ALL, once_per_date=True)
    night = Night(one)
    night.order("a/one")
    night.tell(*_missed(night.snapshot.catalogue, 3 * HOUR))
    assert states(night) == ["running"]
    assert len(night.said("not-ordered")) == 4


def test_the_latest_that_was_missed_stands_for_all_even_if_another_has_just_come_due() -> None:
    one = process("a/one", task("work"), start=(CronStart("0 * * * *"),), missed=Missed.LATEST)
    facts = list(Timetable(Night(one).snapshot.catalogue, EVENING - 3 * HOUR).due(EVENING))
    assert [(fact.missed, fact.superseded) for fact in facts] == [(True, True), (True, False), (False, False)]
