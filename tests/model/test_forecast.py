"""When a run will end, from how long its tasks took before."""

from datetime import time, timedelta
from typing import Any

import pytest

from boms_tui.model.condition import Condition, Dependency, EventWait, FileCheck, FileWait, Group, Outcome
from boms_tui.model.definition import Manual, OnFailure, Overlap, Process, RetryPolicy, Task, Window
from boms_tui.model.draft import Draft
from boms_tui.model.forecast import expected_end, planned_ends, typical_length
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import plan
from boms_tui.model.records import Habit
from boms_tui.model.trigger import CronStart, ProcessStart
from tests.model.night import DAY, EVENING, Night, after, process, task

MINUTE = timedelta(minutes=1)
RUN = f"ops/load@{DAY}.1"


def took(name: str, **minutes: float) -> Habit:
    """That each of these tasks took so many minutes, once."""
    return Habit(ProcessId(name), {TaskName(task): (int(long * 60_000),) for task, long in minutes.items()})


def a_night(*tasks: Task, habit: Habit | None = None, **changes: Any) -> Night:
    """A run of `ops/load`, ordered at 13:00 UTC. By habit each task takes ten minutes."""
    night = Night(process("ops/load", *tasks, **changes))
    known = habit or took("ops/load", **{one.name: 10 for one in tasks})
    night.snapshot.habits[known.process] = known
    night.order("ops/load")
    return night


def minutes(night: Night, run: str = RUN) -> float | None:
    """In how many minutes from now the run is expected to end."""
    end = expected_end(Draft(night.snapshot, night.now), night.run(run))
    return None if end is None else (end - night.now) / MINUTE


def failing(name: str, behind: str, **changes: Any) -> Task:
    return task(name, after=after(behind, when=Outcome.FAILED), **changes)


def test_the_longest_way_through_the_tasks_counts() -> None:
    diamond = (task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c"))
    assert minutes(a_night(*diamond, habit=took("ops/load", a=1, b=5, c=20, d=2))) == 23


def test_what_ended_counts_as_it_was_and_what_lives_by_its_start() -> None:
    night = a_night(task("a"), task("b", "a"))
    night.start(RUN, "a")
    night.now += 4 * MINUTE
    assert minutes(night) == 16
    night.end(RUN, "a")
    assert minutes(night) == 10
    night.start(RUN, "b")
    night.now += 3 * MINUTE
    assert minutes(night) == 7


def test_what_takes_longer_than_ever_is_expected_to_end_at_every_moment() -> None:
    night = a_night(task("a"), task("b", "a"))
    night.start(RUN, "a")
    night.now += 30 * MINUTE
    assert minutes(night) == 10


def test_a_task_without_history_takes_no_time_and_a_run_without_any_cannot_be_foretold() -> None:
    night = a_night(task("a"), task("b", "a"), habit=took("ops/load", a=3))
    assert minutes(night) == 3
    assert minutes(a_night(task("a"), habit=took("ops/load", gone=3))) is None
    assert minutes(a_night(task("a"), habit=took("ops/other", a=3))) is None


def test_nothing_is_foretold_of_a_failure_that_waits_for_a_person() -> None:
    night = a_night(task("a"), task("b"))
    night.start(RUN, "a")
    night.end(RUN, "a", 1)
    assert minutes(night) is None


def test_a_retry_counts_from_the_end_of_its_delay() -> None:
    night = a_night(task("a", retry=RetryPolicy(1, delay=5 * MINUTE)))
    night.start(RUN, "a")
    night.now += MINUTE
    night.end(RUN, "a", 1)
    assert minutes(night) == 15


@pytest.mark.parametrize("asking", [task("ask", "a", work=Manual("ok?")), task("ask", "a", confirm=True)])
def test_nothing_is_foretold_while_a_person_is_on_the_way(asking: Task) -> None:
    night = a_night(task("a"), asking, task("z", "ask"))
    assert minutes(night) is None
    night.start(RUN, "a")
    night.end(RUN, "a")
    assert minutes(night) is None
    assert night.ask("confirm", f"{RUN}:ask").code == "ok"
    assert minutes(night) == (10 if isinstance(asking.work, Manual) else 20)


def test_nothing_is_foretold_of_an_unknown_end_or_a_run_that_is_cancelled() -> None:
    night = a_night(task("a"), task("b"))
    night.start(RUN, "a")
    night.lose(RUN, "a")
    assert minutes(night) is None
    night = a_night(task("a"))
    night.start(RUN, "a")
    night.ask("cancel", RUN)
    assert minutes(night) is None
    night.end(RUN, "a", 9)
    assert minutes(night) is None


def test_what_answers_a_failure_is_not_expected_and_neither_is_what_needs_it() -> None:
    night = a_night(task("a"), failing("mend", "a"), task("tell", "mend"), task("z", "a"))
    assert minutes(night) == 20
    finished = task("tidy", after=after("mend", when=Outcome.FINISHED))
    assert minutes(a_night(task("a"), failing("mend", "a"), finished)) == 20


def test_a_person_who_is_only_asked_after_a_failure_is_not_on_the_way() -> None:
    night = a_night(task("a"), failing("ask", "a", work=Manual("ok?")))
    assert minutes(night) == 10


def test_a_failure_that_does_not_stop_the_run_is_passed_over() -> None:
    night = a_night(task("a", on_failure=OnFailure.CONTINUE), task("b", "a"), task("c"))
    night.start(RUN, "a")
    night.end(RUN, "a", 1)
    assert minutes(night) == 10


def test_a_skipped_task_is_as_good_as_ended() -> None:
    night = a_night(task("a"), task("b", "a"))
    night.ask("skip", f"{RUN}:b")
    assert minutes(night) == 10


def test_a_window_moves_the_starts_that_come_before_it() -> None:
    night = a_night(task("a"), window=Window(time(14), time(16)))
    assert minutes(night) == 70


def test_nothing_is_foretold_behind_a_window() -> None:
    night = a_night(task("a"), task("b", "a"), habit=took("ops/load", a=90, b=10), window=Window(time(13), time(14)))
    assert minutes(night) is None
    assert minutes(a_night(task("a"), habit=took("ops/load", a=90), window=Window(time(13), time(14)))) == 90


def test_a_run_that_waits_for_others_ends_after_them() -> None:
    night = Night(
        process("risk/var", task("a")),
        process("ops/load", task("b"), after=after("risk/var")),
        process("ops/mail", task("c", after=after("risk/var:a")), task("d")),
    )
    for habit in (took("risk/var", a=30), took("ops/load", b=5), took("ops/mail", c=1, d=2)):
        night.snapshot.habits[habit.process] = habit
    for name in ("risk/var", "ops/load", "ops/mail"):
        night.order(name)
    assert minutes(night) == 35
    assert minutes(night, f"ops/mail@{DAY}.1") == 31
    night.start(f"risk/var@{DAY}.1", "a")
    night.end(f"risk/var@{DAY}.1", "a")
    assert minutes(night) == 5
    assert minutes(night, f"ops/mail@{DAY}.1") == 2


def waits_for(*conditions: Condition, within_task: bool = False) -> Night:
    """A run of a task of a minute, which waits beside one of `risk/var`, half an hour, and of `risk/slow`, a day."""
    mine = process(
        "ops/load", task("b", after=conditions if within_task else ()), after=() if within_task else conditions
    )
    night = Night(process("risk/var", task("a"), task("z", "a")), process("risk/slow", task("a")), mine)
    for habit in (took("risk/var", a=10, z=20), took("risk/slow", a=1_440), took("ops/load", b=1)):
        night.snapshot.habits[habit.process] = habit
    for name in ("risk/var", "risk/slow", "ops/load"):
        night.order(name)
    return night


@pytest.mark.parametrize("within_task", [False, True])
def test_of_several_that_are_enough_the_first_counts(*, within_task: bool) -> None:
    var, slow = after("risk/var", "risk/slow")
    assert minutes(waits_for(Group((slow, var)), within_task=within_task)) == 31
    assert minutes(waits_for(Group((slow, EventWait("go"), var)), within_task=within_task)) == 31
    assert minutes(waits_for(Group((slow, var), every=True), within_task=within_task)) == 1_441


@pytest.mark.parametrize("within_task", [False, True])
@pytest.mark.parametrize(
    "unknown",
    [
        EventWait("go"),
        FileWait(FileCheck("in/x")),
        *after("risk/none"),
        Group((EventWait("go"), *after("risk/var")), every=True),
    ],
)
def test_what_waits_for_something_nobody_can_foretell_has_no_end_to_be_told(
    unknown: Condition, *, within_task: bool
) -> None:
    night = waits_for(unknown, within_task=within_task)
    assert minutes(night) is None
    night.ask("free", f"{RUN}:b" if within_task else RUN, given={"gate": next(iter(night.closed(RUN, "b")))})
    assert minutes(night) == 1


def test_a_task_that_has_ended_puts_nothing_off_though_its_run_goes_on() -> None:
    night = waits_for(*after("risk/var:a"))
    assert minutes(night) == 31
    night.end(f"risk/var@{DAY}.1", "a")
    assert minutes(night) == 1


def test_what_is_open_or_freed_puts_nothing_off_beside_what_is_not() -> None:
    night = waits_for(EventWait("go"), *after("risk/var:a", "risk/slow"))
    assert minutes(night) is None
    night.end(f"risk/var@{DAY}.1", "a")
    night.ask("free", RUN, given={"gate": "event:go"})
    assert minutes(night) == 1_441


def test_a_window_that_was_freed_puts_nothing_off() -> None:
    night = a_night(task("a"), window=Window(time(20), time(22)))
    assert minutes(night) == 7 * 60 + 10
    night.ask("free", f"{RUN}:a", given={"gate": "window"})
    assert minutes(night) == 10


def test_a_hold_puts_the_end_off_as_long_as_it_stands() -> None:
    night = Night(process("ops/load", task("a")))
    night.snapshot.habits[ProcessId("ops/load")] = took("ops/load", a=10)
    night.ask("hold", "ops/", given={"until": f"{EVENING + 30 * MINUTE:%Y-%m-%dT%H:%M:%SZ}"})
    night.order("ops/load")
    assert minutes(night) == 40
    night.ask("release", "ops/")
    assert minutes(night) == 10
    night = Night(process("ops/load", task("a")))
    night.snapshot.habits[ProcessId("ops/load")] = took("ops/load", a=10)
    night.ask("hold", "ops/load")
    night.order("ops/load")
    assert minutes(night) is None


def test_a_run_that_queues_ends_after_the_one_before() -> None:
    night = a_night(task("a"))
    night.order("ops/load")
    assert minutes(night, f"ops/load@{DAY}.2") == 20
    night = a_night(task("a"), overlap=Overlap.PARALLEL)
    night.order("ops/load")
    assert minutes(night, f"ops/load@{DAY}.2") == 10


def test_a_start_time_is_waited_for() -> None:
    night = Night(process("ops/load", task("a"), start=(CronStart("0 14 * * *"),)))
    night.snapshot.habits[ProcessId("ops/load")] = took("ops/load", a=10)
    night.ask("hold", f"ops/load@{DAY}", given={"until": f"{EVENING + MINUTE:%Y-%m-%dT%H:%M:%SZ}"})
    assert minutes(night) == 70


def a_process(*tasks: Task) -> Process:
    return process("ops/load", *tasks)


def test_the_typical_length_is_that_of_a_run_that_waits_for_nothing() -> None:
    habit = took("ops/load", a=1, b=5, c=20, d=2)
    diamond = a_process(task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c"), failing("mend", "a"))
    assert typical_length(diamond, habit) == 23 * MINUTE
    outside = a_process(task("a", after=(Dependency(process=ProcessId("risk/var")),)))
    assert typical_length(outside, habit) == MINUTE


def test_no_length_is_typical_without_history_or_with_a_person_on_the_way() -> None:
    habit = took("ops/load", a=1)
    assert typical_length(a_process(task("a")), None) is None
    assert typical_length(a_process(task("b")), habit) is None
    assert typical_length(a_process(task("a"), task("ask", work=Manual("ok?"))), habit) is None


def test_the_end_of_a_plan_follows_what_orders_what() -> None:
    known = Catalogue(
        processes={
            one.id: one
            for one in (
                process("day/close", task("a"), start=(CronStart("0 18,20 * * *"),)),
                process("day/mail", task("a"), start=(ProcessStart(ProcessId("day/close")),)),
                process("day/file", task("a"), start=(ProcessStart(ProcessId("day/mail")),)),
                process("day/new", task("a"), start=(CronStart("0 19 * * *"),)),
                process("day/after", task("a"), start=(ProcessStart(ProcessId("day/new")),)),
            )
        }
    )
    lengths = {ProcessId(f"day/{name}"): 10 * MINUTE for name in ("file", "mail", "close", "after")}
    found = plan(known, DAY)
    ends = {
        (one.process, f"{one.earliest:%H}"): f"{end:%H:%M}" if end else ""
        for one, end in zip(found.planned, planned_ends(found, lengths), strict=True)
    }
    assert ends == {
        ("day/close", "18"): "18:10", ("day/mail", "18"): "18:20", ("day/file", "18"): "18:30",
        ("day/new", "19"): "", ("day/after", "19"): "",
        ("day/close", "20"): "20:10", ("day/mail", "20"): "20:20", ("day/file", "20"): "20:30",
    }  # fmt: skip
