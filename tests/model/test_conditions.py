"""What runs and tasks wait for beside each other's ends: groups, look-backs, milestones, files and events."""

from dataclasses import replace
from datetime import timedelta

import pytest

from boms_tui.model.arrivals import is_listened_to
from boms_tui.model.checks import FileSeen, NotSeen
from boms_tui.model.condition import (
    Condition,
    Dependency,
    EventWait,
    FileCheck,
    FileWait,
    Group,
    Milestone,
    Outcome,
    RelativeDate,
)
from boms_tui.model.definition import Overlap
from boms_tui.model.draft import Draft
from boms_tui.model.facts import LookedAway, OccurrenceDue, RunDue, Said, Sighted, TookOver
from boms_tui.model.ids import ProcessId, RunId, TaskName
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start
from tests.model.night import EVENING, Night, after, process, task

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RUN = "a/one@2026-11-20.1"
UP, DOWN = "a/up@2026-11-20.1", "a/down@2026-11-20.1"
ON = FileCheck("in/${business_date:%Y%m%d}.csv", min_size=1)
PLACE = "in/20261120.csv"


def any_of(*names: str) -> Group:
    return Group(after(*names))


def all_of(*names: str) -> Group:
    return Group(after(*names), every=True)


def a_night(*conditions: Condition) -> Night:
    """Two tasks, and a third that waits for `conditions`."""
    last = replace(task("last"), after=conditions)
    night = Night(process("a/one", task("left"), task("right"), last))
    night.order("a/one")
    return night


def test_one_of_a_group_is_enough() -> None:
    night = a_night(any_of("left", "right"))
    assert night.closed(RUN, "last") == {"any:left or right": "left is starting; right is starting"}
    night.end(RUN, "right")
    assert night.states(RUN)["last"] == "starting"


def test_all_of_a_group_must_hold() -> None:
    night = a_night(all_of("left", "right"))
    night.end(RUN, "right")
    assert night.closed(RUN, "last") == {"all:left and right": "left is starting"}
    night.end(RUN, "left")
    assert night.states(RUN)["last"] == "starting"


def test_groups_stand_in_groups() -> None:
    night = a_night(Group((EventWait("go"), all_of("left", "right"))))
    assert list(night.closed(RUN, "last")) == ["any:event go or (left and right)"]
    night.end(RUN, "right")
    night.end(RUN, "left")
    assert night.states(RUN)["last"] == "starting"


def test_a_task_is_not_needed_when_nothing_of_its_group_can_come_any_more() -> None:
    failed = Group(after("left", "right", when=Outcome.FAILED))
    night = a_night(failed)
    night.end(RUN, "left")
    assert night.states(RUN)["last"] == "waiting"
    night.end(RUN, "right")
    assert night.states(RUN)["last"] == "not-needed"


def test_a_group_that_needs_a_person_stalls_the_run_only_when_nothing_else_may_come() -> None:
    night = a_night(Group((*after("left"), EventWait("go"))))
    night.end(RUN, "right")
    night.end(RUN, "left", code=1)
    assert night.run(RUN).state == "running"
    night = a_night(any_of("left", "right"))
    night.end(RUN, "right", code=1)
    night.end(RUN, "left", code=1)
    assert night.run(RUN).state == "stalled"


def test_a_group_is_freed_by_its_name() -> None:
    night = a_night(any_of("left", "right"))
    assert night.ask("free", f"{RUN}:last", given={"gate": "any:left or right"}).code == "ok"
    assert night.states(RUN)["last"] == "starting"


def looking_back(**changes: object) -> Night:
    wait = Dependency(process=ProcessId("a/up"), date=RelativeDate.NEWEST, within=2 * HOUR)
    return Night(process("a/up", task("load"), **changes), process("a/down", task("use"), after=(wait,)), slots=2)


def test_a_young_end_of_whatever_date_counts() -> None:
    night = looking_back()
    night.order("a/up", {"date": "2026-11-19"})
    night.end("a/up@2026-11-19.1", "load")
    night.wait(HOUR)
    night.order("a/down")
    assert night.run(DOWN).state == "running"


def test_an_end_that_is_too_old_does_not_count() -> None:
    night = looking_back()
    night.order("a/up")
    night.end(UP, "load")
    night.wait(3 * HOUR)
    night.order("a/down")
    assert night.closed(DOWN) == {"dependency:a/up within 2h": f"{UP} is succeeded since 13:00 UTC: more than 2 h ago"}
    assert night.run(DOWN).state == "stalled"
    night.order("a/up")
    night.end("a/up@2026-11-20.2", "load")
    assert night.run(DOWN).state == "running"


def test_what_a_schedule_will_order_again_is_waited_for() -> None:
    night = looking_back(start=(CronStart("0 * * * *"),))
    night.order("a/down")
    assert night.run(DOWN).state == "waiting"
    assert night.closed(DOWN) == {"dependency:a/up within 2h": "no run of a/up is that young"}


def test_the_newest_run_is_the_one_that_was_ordered_last_whatever_its_number() -> None:
    night = Night(process("b/x", task("t"), overlap=Overlap.PARALLEL))
    night.tell(OccurrenceDue(ProcessId("b/x"), EVENING, missed=True))
    (first,) = night.snapshot.runs
    newest = []
    for act in (lambda: night.order("b/x"), lambda: night.ask("order", first), lambda: night.ask("cancel", first)):
        night.wait(HOUR)
        act()
        found = Draft(night.snapshot, night.now).newest(ProcessId("b/x"))
        newest.append(found.number if found is not None else None)
    night.end(first, "t", code=9)
    found = Draft(night.snapshot, night.now).newest(ProcessId("b/x"))
    assert (newest, found and found.number) == ([2, 1, 1], 2)


def test_a_newer_run_in_progress_closes_a_look_back() -> None:
    night = looking_back()
    night.order("a/up")
    night.end(UP, "load")
    night.order("a/up")
    night.order("a/down")
    assert night.closed(DOWN) == {"dependency:a/up within 2h": "a/up@2026-11-20.2 is running"}


def test_a_ready_task_is_not_started_on_an_end_that_has_become_too_old() -> None:
    wait = Dependency(process=ProcessId("a/up"), task=TaskName("load"), date=RelativeDate.NEWEST, within=2 * HOUR)
    night = Night(
        process("a/up", task("load")),
        process("a/down", task("busy"), replace(task("use"), after=(wait,)), ),
        slots=1,
    )  # fmt: skip
    night.order("a/up")
    night.end(UP, "load")
    night.order("a/down")
    assert night.states(DOWN) == {"busy": "starting", "use": "ready"}
    night.wait(2 * HOUR + MINUTE)
    assert night.states(DOWN)["use"] == "waiting"
    night.end(DOWN, "busy")
    assert night.run(DOWN).state == "stalled"


def test_the_end_of_a_task_grows_old_while_its_run_goes_on() -> None:
    wait = Dependency(process=ProcessId("a/up"), task=TaskName("load"), date=RelativeDate.NEWEST, within=2 * HOUR)
    night = Night(
        process("a/up", task("load"), task("more", "load")),
        process("a/down", task("busy"), replace(task("use"), after=(wait,))),
        slots=2,
    )
    night.order("a/up")
    night.end(UP, "load")
    night.order("a/down")
    assert night.states(DOWN) == {"busy": "starting", "use": "ready"}
    night.wait(2 * HOUR + MINUTE)
    assert night.states(DOWN)["use"] == "waiting"


def test_a_given_date_can_be_too_old_for_good() -> None:
    wait = Dependency(process=ProcessId("a/up"), within=HOUR)
    night = Night(
        process("a/up", task("load"), start=(CronStart("0 9 * * *"),)), process("a/down", task("use"), after=(wait,))
    )
    night.order("a/up")
    night.end(UP, "load")
    night.wait(2 * HOUR)
    night.order("a/down")
    assert night.run(DOWN).state == "stalled"


def said_to(night: Night, meter: int | None = None, label: str = "") -> None:
    night.tell(Said(night.attempt(RUN, "left").id, meter, label))


def on_left(milestone: Milestone) -> Dependency:
    return Dependency(task=TaskName("left"), milestone=milestone)


def test_a_meter_opens_a_gate_when_it_has_come_so_far() -> None:
    night = a_night(on_left(Milestone(meter=50)))
    assert night.closed(RUN, "last") == {"dependency:left meter 50": "left is starting and has not said meter 50"}
    said_to(night, 49)
    assert night.states(RUN)["last"] == "waiting"
    said_to(night, 51)
    assert night.states(RUN)["last"] == "starting"
    assert [entry.after for entry in night.said("reached")] == ["meter 50"]


def test_a_label_once_said_counts_though_another_follows() -> None:
    night = a_night(on_left(Milestone(label="loaded")), EventWait("go"))
    said_to(night, label="loaded")
    said_to(night, label="cleaning up")
    assert list(night.closed(RUN, "last")) == ["event:go"]


def test_a_task_that_has_passed_has_passed_every_mark_of_its_meter() -> None:
    night = a_night(on_left(Milestone(meter=50)))
    night.end(RUN, "left")
    assert night.states(RUN)["last"] == "starting"


def test_a_label_that_was_not_said_by_the_end_needs_a_person() -> None:
    night = a_night(on_left(Milestone(label="loaded")))
    night.end(RUN, "right")
    night.end(RUN, "left")
    assert night.run(RUN).state == "stalled"
    assert night.closed(RUN, "last") == {
        "dependency:left label loaded": "left is succeeded and has not said label loaded"
    }


def test_a_new_attempt_has_said_nothing() -> None:
    night = a_night(on_left(Milestone(meter=50)), EventWait("go"))
    said_to(night, 60)
    night.end(RUN, "left", code=1)
    night.ask("retry", f"{RUN}:left")
    assert "dependency:left meter 50" in night.closed(RUN, "last")


def test_what_an_earlier_attempt_said_is_too_late() -> None:
    night = a_night(on_left(Milestone(meter=50)))
    first = night.attempt(RUN, "left").id
    night.end(RUN, "left", code=1)
    night.ask("retry", f"{RUN}:left")
    night.tell(Said(first, 60, ""))
    assert night.states(RUN)["last"] == "waiting"


def test_what_nobody_waits_for_leaves_no_trace() -> None:
    night = a_night(*after("left"))
    before = night.task(RUN, "left").version
    said_to(night, 60, "loading")
    assert night.task(RUN, "left").version == before
    night.tell(Said(replace(night.attempt(RUN, "left"), run=RunId("b/gone@2026-11-20.1")).id, 1, ""))


def test_another_run_waits_for_a_milestone() -> None:
    wait = Dependency(process=ProcessId("a/one"), task=TaskName("left"), milestone=Milestone(meter=10))
    night = Night(process("a/one", task("left")), process("a/down", task("use"), after=(wait,)))
    night.order("a/one")
    night.order("a/down")
    assert night.closed(DOWN) == {"dependency:a/one:left meter 10": f"{RUN}:left is starting and has not said meter 10"}
    said_to(night, 10)
    assert night.run(DOWN).state == "running"


def a_file_night(check: FileCheck = ON) -> Night:
    night = Night(process("a/one", replace(task("use"), after=(FileWait(check),))))
    night.order("a/one")
    return night


def test_a_file_is_waited_for_under_its_filled_path() -> None:
    night = a_file_night()
    assert night.closed(RUN, "use") == {f"file:{PLACE}": f"{PLACE} has not been looked at yet"}
    night.tell(Sighted(PLACE, NotSeen("is not there")))
    assert night.closed(RUN, "use") == {f"file:{PLACE}": f"{PLACE} is not there"}
    assert night.run(RUN).state == "running"
    night.tell(Sighted(PLACE, FileSeen(0, EVENING, EVENING)))
    assert night.closed(RUN, "use") == {f"file:{PLACE}": f"{PLACE}: empty, changed 13:00:00 UTC: too small"}
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    assert night.states(RUN)["use"] == "starting"


def test_the_same_sight_again_changes_nothing() -> None:
    night = a_file_night()
    night.tell(Sighted(PLACE, NotSeen("is not there")))
    assert not night.tell(Sighted(PLACE, NotSeen("is not there")))
    assert not night.tell(Sighted("in/other.csv", NotSeen("is not there")))


def test_a_file_settles_by_time_alone_and_says_when() -> None:
    night = a_file_night(replace(ON, settled_for=MINUTE))
    night.tell(Sighted(PLACE, FileSeen(7, EVENING - HOUR, EVENING)))
    assert night.why(RUN, "use")[f"file:{PLACE}"].opens_at == EVENING + MINUTE
    night.wait(MINUTE / 2)
    night.tell(Sighted(PLACE, FileSeen(9, EVENING - HOUR, EVENING + MINUTE / 2)))
    night.wait(MINUTE / 2)
    assert night.states(RUN)["use"] == "waiting"
    night.wait(MINUTE / 2)
    assert night.states(RUN)["use"] == "starting"


def test_a_file_becomes_too_old_by_time_alone() -> None:
    night = Night(
        process("a/one", task("busy"), replace(task("use"), after=(FileWait(replace(ON, newer_than=HOUR)),))), slots=1
    )
    night.order("a/one")
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    assert night.states(RUN)["use"] == "ready"
    night.wait(HOUR + MINUTE)
    assert night.states(RUN)["use"] == "waiting"
    assert night.why(RUN, "use")[f"file:{PLACE}"].opens_at is None


def test_the_run_waits_for_a_file_as_well() -> None:
    night = Night(process("a/one", task("use"), after=(FileWait(ON),)))
    night.order("a/one")
    assert night.run(RUN).state == "waiting"
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    assert night.run(RUN).state == "running"


def test_the_file_is_forgotten_with_its_run() -> None:
    night = a_file_night()
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    night.end(RUN, "use")
    assert night.snapshot.awaited == {}
    assert not night.tell(Sighted(PLACE, NotSeen("is not there")))


@pytest.mark.parametrize("back", [timedelta(), HOUR])
def test_a_clock_that_is_set_back_changes_no_age(back: timedelta) -> None:
    night = a_file_night(replace(ON, settled_for=2 * HOUR))
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    night.wait(HOUR)
    night.wait(-back)
    night.wait(HOUR + back)
    assert night.states(RUN)["use"] == "starting"


def test_an_unknown_run_of_a_timer_is_nothing() -> None:
    night = a_file_night()
    assert not night.tell(RunDue(RunId(RUN)))
    assert not night.tell(OccurrenceDue(ProcessId("b/none"), EVENING))


def down_after(start: Start, **changes: object) -> Night:
    """Something waits for a process that `start` orders and that has no run yet."""
    return Night(
        process("a/up", task("load"), **changes),
        process("a/middle", task("work"), start=(start,)),
        process("a/down", task("use"), after=(Dependency(process=ProcessId("a/middle")),)),
    )


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (EventStart("go"), "when go is posted"),
        (FileStart(FileCheck("in/*.csv")), "when in/*.csv comes"),
        (ProcessStart(ProcessId("a/up")), f"when {UP} succeeds"),
        (ProcessStart(ProcessId("a/up"), when=Outcome.FAILED), f"when {UP} fails"),
        (ProcessStart(ProcessId("a/up"), TaskName("load"), Outcome.FINISHED), f"when {UP}:load finishes"),
        (ProcessStart(ProcessId("a/up"), TaskName("load"), milestone=Milestone(5)), f"when {UP}:load says meter 5"),
    ],
)
def test_what_will_still_order_a_process_is_told_to_who_waits_for_it(start: Start, words: str) -> None:
    night = down_after(start)
    night.order("a/up")
    night.order("a/down")
    assert night.closed(DOWN) == {"dependency:a/middle": f"a/middle@2026-11-20 is planned: {words}"}
    assert night.run(DOWN).state == "waiting"


def test_an_event_that_was_posted_orders_nothing_more() -> None:
    night = down_after(EventStart("go"))
    night.ask("event", "go")
    night.ask("cancel", "a/middle@2026-11-20.1")
    night.lose("a/middle@2026-11-20.1", "work")
    night.ask("resolve", "a/middle@2026-11-20.1:work", given={"as": "failed"})
    night.order("a/down")
    assert night.run(DOWN).state == "stalled"


def test_somebody_listens_where_anybody_waits_for_what_a_task_says() -> None:
    night = a_night(on_left(Milestone(meter=50)))
    assert is_listened_to(night.snapshot, night.attempt(RUN, "left").id)
    assert not is_listened_to(night.snapshot, night.attempt(RUN, "right").id)
    assert not is_listened_to(night.snapshot, replace(night.attempt(RUN, "left"), run=RunId("b/gone@2026-11-20.1")).id)


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        (FileWait(FileCheck("in/a.csv")), "file:in/a.csv"),
        (Dependency(process=ProcessId("a/b"), within=timedelta(seconds=90)), "dependency:a/b within 90s"),
        (Dependency(process=ProcessId("a/b"), within=timedelta(days=2)), "dependency:a/b within 2d"),
        (Dependency(process=ProcessId("a/b"), date=RelativeDate.PREVIOUS), "dependency:a/b (previous)"),
        (Dependency(Outcome.FAILED, task=TaskName("t")), "dependency:t failed"),
        (Group((FileWait(FileCheck("x")), EventWait("e"))), "any:file x or event e"),
        (Group((EventWait("d"), EventWait("e")), every=True), "all:event d and event e"),
    ],
)
def test_a_condition_is_named_as_it_is_written(condition: Condition, name: str) -> None:
    assert condition.name == name


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (CronStart("0 1 * * *"), "cron 0 1 * * *"),
        (ProcessStart(ProcessId("a/b"), TaskName("t"), Outcome.FAILED), "process a/b:t failed"),
        (ProcessStart(ProcessId("a/b"), TaskName("t"), milestone=Milestone(label="done")), "process a/b:t label done"),
        (EventStart("go"), "event go"),
        (FileStart(FileCheck("in/a")), "file in/a"),
    ],
)
def test_a_start_is_told_in_words(start: Start, words: str) -> None:
    assert str(start) == words


def test_a_group_opens_when_the_first_or_the_last_of_its_times_comes() -> None:
    first, last = (FileWait(FileCheck(path, settled_for=MINUTE * minutes)) for path, minutes in (("a", 1), ("b", 2)))
    for every, minutes in ((False, 1), (True, 2)):
        night = Night(process("a/one", replace(task("use"), after=(Group((first, last), every=every),))))
        night.order("a/one")
        for place in ("a", "b"):
            night.tell(Sighted(place, FileSeen(7, EVENING, EVENING)))
        (gate,) = (gate for gate in night.why(RUN, "use").values() if not gate.open)
        assert gate.opens_at == EVENING + MINUTE * minutes


def test_what_an_earlier_leader_saw_counts_no_more_until_somebody_looks_again() -> None:
    night = Night(process("a/one", task("busy"), replace(task("use"), after=(FileWait(ON),))), slots=1)
    night.order("a/one")
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    assert night.states(RUN)["use"] == "ready"
    night.tell(TookOver())
    assert night.closed(RUN, "use")[f"file:{PLACE}"] == f"{PLACE} has not been looked at again yet"
    assert night.states(RUN)["use"] == "waiting"
    night.wait(MINUTE)
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, night.now)))
    assert night.states(RUN)["use"] == "ready"


def test_a_file_that_is_seen_again_as_it_was_has_not_changed_since() -> None:
    night = a_file_night(replace(ON, settled_for=2 * MINUTE))
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    night.wait(MINUTE)
    night.tell(LookedAway())
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, night.now)))
    night.wait(MINUTE)
    assert night.states(RUN)["use"] == "starting"


def test_a_run_that_is_opened_again_looks_at_its_files_anew() -> None:
    night = a_file_night()
    night.tell(Sighted(PLACE, FileSeen(7, EVENING, EVENING)))
    night.end(RUN, "use")
    night.ask("rerun", RUN)
    assert night.states(RUN)["use"] == "waiting"


def test_a_task_that_runs_again_has_said_nothing_even_before_it_starts() -> None:
    night = Night(process("a/one", task("left"), replace(task("last"), after=(on_left(Milestone(meter=5)),))), slots=1)
    night.order("a/one")
    said_to(night, 9)
    night.ask("hold", f"{RUN}:last")
    night.end(RUN, "left")
    night.ask("hold", f"{RUN}:left")
    night.ask("rerun", f"{RUN}:left", given={"only": "yes"})
    assert "dependency:left meter 5" in night.closed(RUN, "last")
