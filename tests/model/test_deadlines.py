"""Deadlines: alarms about runs that are late, told while they are."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from boms_tui.model.definition import Deadlines, Process
from boms_tui.model.facts import DeadlineDue, OccurrenceDue, TookOver
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.picture import Picture
from boms_tui.model.planning import time_on
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.trigger import CronStart
from tests.model.night import DAY, EVENING, Night, after, process, task

HOUR = timedelta(hours=1)
RUN = f"ops/load@{DAY}.1"


def due(**deadlines: object) -> Process:
    """A process of two tasks with these deadlines."""
    return process("ops/load", task("one"), task("two", "one"), deadlines=Deadlines(**deadlines))  # type: ignore[arg-type]


def late_rows(night: Night) -> list[tuple[str, str, str]]:
    return [(row.object, row.after, row.reason) for row in night.said("late")]


@pytest.mark.parametrize(
    ("at", "day_starts", "expected"), [((19, 0), 0, "20 13:30"), ((2, 0), 6, "20 20:30"), ((6, 0), 6, "20 00:30")]
)
def test_a_deadline_belongs_to_the_business_date(at: tuple[int, int], day_starts: int, expected: str) -> None:
    one = process("ops/load", task("one"), timezone="Asia/Kolkata", day_starts=time(day_starts))
    assert f"{time_on(time(*at), one, DAY):%d %H:%M}" == expected


def test_a_deadline_in_an_hour_that_does_not_exist_passes_when_the_clocks_have_jumped() -> None:
    one = process("ops/load", task("one"), timezone="Europe/Berlin")
    assert f"{time_on(time(2, 30), one, DAY.replace(month=3, day=29)):%H:%M}" == "01:00"


def test_a_run_that_has_not_finished_is_late_the_moment_its_deadline_passes_and_goes_on() -> None:
    night = Night(due(finish_by=time(14)))
    night.order("ops/load")
    night.wait(HOUR - timedelta(seconds=1))
    assert night.run(RUN).late == ()
    night.wait(timedelta(seconds=1))
    assert night.run(RUN).late == ("finish-by",)
    assert late_rows(night) == [(RUN, "finish-by", "not finished by 14:00 UTC")]
    night.start(RUN, "one")
    night.end(RUN, "one")
    night.end(RUN, "two")
    assert (night.run(RUN).state.value, night.run(RUN).late) == ("succeeded", ("finish-by",))
    assert len(late_rows(night)) == 1


def test_a_run_that_ends_in_time_is_never_late() -> None:
    night = Night(due(start_by=time(13, 30), finish_by=time(14), max_duration=HOUR))
    night.order("ops/load")
    night.end(RUN, "one")
    night.end(RUN, "two")
    night.wait(3 * HOUR)
    assert (night.run(RUN).late, late_rows(night)) == ((), [])


def test_a_run_that_waits_too_long_for_its_start_is_late() -> None:
    night = Night(
        replace(due(start_by=time(14), finish_by=time(15)), after=after("risk/var")), process("risk/var", task("one"))
    )
    night.order("risk/var")
    night.order("ops/load")
    night.wait(HOUR)
    assert late_rows(night) == [(RUN, "start-by", "not started by 14:00 UTC")]
    night.wait(HOUR)
    assert night.run(RUN).late == ("start-by", "finish-by")


def test_a_run_that_started_in_time_is_not_late_for_its_start() -> None:
    night = Night(due(start_by=time(14)))
    night.order("ops/load")
    night.wait(2 * HOUR)
    assert late_rows(night) == []


def test_a_run_that_is_ordered_too_late_is_late_although_it_starts_at_once() -> None:
    night = Night(due(start_by=time(12), finish_by=time(12, 30)))
    night.order("ops/load")
    night.wait(timedelta())
    assert night.run(RUN).late == ("start-by", "finish-by")


def test_the_longest_duration_counts_from_the_start() -> None:
    night = Night(replace(due(max_duration=2 * HOUR), after=after("risk/var")), process("risk/var", task("one")))
    night.order("risk/var")
    night.order("ops/load")
    night.wait(HOUR)
    night.end(f"risk/var@{DAY}.1", "one")
    night.wait(2 * HOUR - timedelta(seconds=1))
    assert late_rows(night) == []
    night.wait(timedelta(seconds=1))
    assert late_rows(night) == [(RUN, "max-duration", "runs longer than 2:00:00")]


def test_what_was_told_is_not_told_again_whatever_clocks_and_leaders_do() -> None:
    night = Night(due(finish_by=time(14)))
    night.order("ops/load")
    night.wait(2 * HOUR)
    night.wait(-1.5 * HOUR)
    night.wait(HOUR)
    night.tell(TookOver(), DeadlineDue(RunId(RUN)), DeadlineDue(RunId("ops/gone@2026-11-20.1")))
    assert len(late_rows(night)) == 1


def test_a_deadline_that_passed_while_nobody_led_is_told_by_who_leads_next() -> None:
    night = Night(replace(due(start_by=time(14)), after=after("risk/var")), process("risk/var", task("one")))
    night.order("risk/var")
    night.order("ops/load")
    old = night.snapshot
    picture = Picture(tuple(old.runs.values()), tuple(one for tasks in old.tasks.values() for one in tasks.values()))
    night.snapshot = Snapshot.of(old.catalogue, picture, pools=old.pools)
    night.now += 3 * HOUR
    night.tell(TookOver())
    night.wait(timedelta())
    assert late_rows(night) == [(RUN, "start-by", "not started by 14:00 UTC")]


def test_a_run_that_is_opened_again_is_late_where_its_deadline_has_passed() -> None:
    night = Night(due(finish_by=time(14)))
    night.order("ops/load")
    night.end(RUN, "one")
    night.end(RUN, "two")
    night.wait(2 * HOUR)
    assert night.ask("rerun", f"{RUN}:two").code == "ok"
    night.wait(timedelta())
    assert night.run(RUN).late == ("finish-by",)


def test_a_run_that_nobody_could_order_in_time_is_missed_and_not_late() -> None:
    night = Night(replace(due(finish_by=time(12)), start=(CronStart("0 11 * * *"),)))
    night.tell(OccurrenceDue(ProcessId("ops/load"), EVENING - 2 * HOUR, missed=True), DeadlineDue(RunId(RUN)))
    night.wait(HOUR)
    assert (night.run(RUN).state.value, late_rows(night)) == ("missed", [])
