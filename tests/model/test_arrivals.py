"""What orders runs beside the clock: other runs and tasks, events that are posted, files that come."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from boms_tui.model.calendar import Calendar
from boms_tui.model.condition import EventWait, FileCheck, Milestone, Outcome
from boms_tui.model.decision import Take
from boms_tui.model.definition import OnFailure
from boms_tui.model.facts import FileCame, OccurrenceDue, Said
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart
from tests.model.night import DAY, EVENING, Night, after, process, task

UP, DOWN = "a/up@2026-11-20.1", "a/down@2026-11-20.1"
WEEKDAYS = Catalogue(calendars={"nse": Calendar("nse", weekend=frozenset({5, 6}))})
SATURDAY = date(2026, 11, 21)


def followed(start: ProcessStart, **changes: object) -> Night:
    night = Night(
        process("a/up", task("load"), task("ship", "load", on_failure=OnFailure.CONTINUE), **changes),
        process("a/down", task("use"), start=(start,)),
    )
    night.order("a/up")
    return night


def ordered(night: Night) -> list[str]:
    return [run.id for run in night.snapshot.runs.values() if run.process == "a/down"]


@pytest.mark.parametrize(
    ("when", "code", "follows"),
    [
        (Outcome.SUCCEEDED, 0, True), (Outcome.SUCCEEDED, 1, False),
        (Outcome.FAILED, 0, False), (Outcome.FAILED, 1, True),
        (Outcome.FINISHED, 0, True), (Outcome.FINISHED, 1, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", [None, TaskName("ship")])
def test_the_end_of_a_run_or_of_a_task_orders(
    name: TaskName | None, when: Outcome, code: int, *, follows: bool
) -> None:
    night = followed(ProcessStart(ProcessId("a/up"), name, when))
    night.end(UP, "load")
    assert ordered(night) == []
    night.end(UP, "ship", code=code)
    assert ordered(night) == ([DOWN] if follows else [])


def test_a_task_orders_once_for_its_run_whatever_is_done_again() -> None:
    night = followed(ProcessStart(ProcessId("a/up"), TaskName("load")))
    night.end(UP, "load")
    assert ordered(night) == [DOWN]
    night.ask("rerun", f"{UP}:load", given={"only": "yes"})
    night.end(UP, "load")
    assert ordered(night) == [DOWN]


def test_a_task_that_is_skipped_orders_as_if_it_had_succeeded() -> None:
    night = followed(ProcessStart(ProcessId("a/up"), TaskName("ship")))
    night.ask("skip", f"{UP}:ship")
    assert ordered(night) == [DOWN]


def test_a_milestone_orders_while_its_task_runs() -> None:
    night = followed(ProcessStart(ProcessId("a/up"), TaskName("load"), milestone=Milestone(meter=50)))
    attempt = night.attempt(UP, "load").id
    night.tell(Said(attempt, 20, ""))
    assert ordered(night) == []
    night.tell(Said(attempt, 50, ""))
    night.tell(Said(attempt, 60, ""))
    night.end(UP, "load")
    assert ordered(night) == [DOWN]


def test_a_cancelled_run_orders_nothing() -> None:
    night = followed(ProcessStart(ProcessId("a/up"), when=Outcome.FINISHED))
    night.ask("cancel", UP)
    night.lose(UP, "load")
    night.ask("resolve", f"{UP}:load", given={"as": "failed"})
    assert night.run(UP).state == "cancelled"
    assert ordered(night) == []


def by_event(**changes: object) -> Night:
    return Night(process("a/down", task("use"), start=(EventStart("go"),), **changes), beside=WEEKDAYS)


def test_an_event_orders_for_its_date_once() -> None:
    night = by_event()
    assert night.ask("event", "go", given={"date": "2026-11-19"}).code == "ok"
    assert ordered(night) == ["a/down@2026-11-19.1"]
    assert night.ask("event", "go", given={"date": "2026-11-19"}).code == "ok"
    assert ordered(night) == ["a/down@2026-11-19.1"]
    assert [entry.action for entry in night.journal if entry.action.startswith("event")] == [
        "event-posted", "event-posted-again",
    ]  # fmt: skip


def test_an_event_without_a_date_is_for_the_current_one_of_each_who_receives_it() -> None:
    early = process("a/down", task("use"), start=(EventStart("go"),))
    late = process("b/late", task("use"), start=(EventStart("go"),), day_starts=time(18))
    night = Night(early, late)
    night.ask("event", "go")
    assert sorted(night.snapshot.runs) == [DOWN, "b/late@2026-11-19.1"]


def test_an_event_without_a_date_opens_no_gate_of_another_date() -> None:
    waits = replace(task("use"), after=(EventWait("go"),))
    night = Night(process("a/down", waits))
    night.order("a/down", {"date": "2026-11-19"})
    night.order("a/down")
    night.ask("event", "go")
    assert night.states("a/down@2026-11-19.1") == {"use": "waiting"}


def test_an_event_opens_the_gates_of_its_date_for_runs_that_come_later_too() -> None:
    night = Night(process("a/down", task("use"), after=(EventWait("go"),)))
    night.order("a/down")
    assert night.closed(DOWN) == {"event:go": "go has not been posted for 2026-11-20"}
    assert night.run(DOWN).state == "waiting"
    night.ask("event", "go", by="operator")
    assert night.run(DOWN).state == "running"
    night.end(DOWN, "use")
    night.order("a/down")
    assert night.run("a/down@2026-11-20.2").state == "running"
    assert night.why("a/down@2026-11-20.2") == {}


def test_an_event_opens_the_gate_of_a_run_whose_process_waits_for_it_no_more() -> None:
    night = Night(process("a/down", task("use"), after=(EventWait("go"),)))
    night.order("a/down")
    night.redefine(processes=[process("a/down", task("use"))])
    assert night.run(DOWN).state == "waiting"
    assert night.ask("event", "go").code == "ok"
    assert night.run(DOWN).state == "running"


def test_an_event_that_orders_and_opens_does_both_at_once() -> None:
    night = by_event(after=(EventWait("go"),))
    night.ask("event", "go")
    assert night.run(DOWN).state == "running"


def test_an_event_that_nobody_waits_for_is_refused_with_the_nearest_name() -> None:
    night = by_event()
    verdict = night.ask("event", "goo")
    assert (verdict.code, verdict.reason) == ("not-found", "nobody waits for an event goo; did you mean go?")
    assert Night().ask("event", "go").reason == "nobody waits for an event go; no definition names an event"
    assert night.ask("event", "go", given={"date": "tomorrow"}).reason == "not a business date: tomorrow"


def test_a_viewer_posts_no_event() -> None:
    assert by_event().ask("event", "go", by="viewer").code == "not-authorised"


def test_a_date_that_the_calendar_does_not_select_is_not_ordered_and_said_to_be() -> None:
    night = by_event(calendar="nse")
    night.ask("event", "go", given={"date": SATURDAY.isoformat()})
    assert ordered(night) == []
    (said,) = night.said("not-ordered")
    assert said.reason == "event go was posted, but calendar nse: a Saturday"


STARTED_BY = FileStart(FileCheck("in/prices_${business_date:%Y%m%d}.csv", settled_for=timedelta(seconds=30)))


def by_file(start: FileStart = STARTED_BY, **changes: object) -> Night:
    return Night(process("a/down", task("use"), start=(start,), **changes), beside=WEEKDAYS)


def a_file(start: FileStart = STARTED_BY, *, day: date | None = DAY, size: int = 7) -> FileCame:
    return FileCame(ProcessId("a/down"), start, "in/prices_20261120.csv", size, EVENING, EVENING, day)


def test_a_file_orders_one_run_for_the_date_in_its_name() -> None:
    night = by_file()
    decision = night.tell(a_file(day=date(2026, 11, 18)))
    assert ordered(night) == ["a/down@2026-11-18.1"]
    assert night.run("a/down@2026-11-18.1").parameters == {"file": "in/prices_20261120.csv"}
    assert decision.takes == ()
    night.tell(a_file(day=date(2026, 11, 18)))
    assert ordered(night) == ["a/down@2026-11-18.1"]


def test_another_file_under_the_same_name_orders_another_run() -> None:
    night = by_file()
    night.tell(a_file(day=None))
    night.end(DOWN, "use")
    night.tell(a_file(day=None, size=8))
    assert ordered(night) == [DOWN, "a/down@2026-11-20.2"]


@pytest.mark.parametrize(
    ("start", "target"),
    [
        (replace(STARTED_BY, move_to="in/done"), "in/done/2026-11-20.1/prices_20261120.csv"),
        (replace(STARTED_BY, mark=".taken"), "in/prices_20261120.csv.2026-11-20.1.taken"),
    ],
)
def test_a_file_is_taken_away_once_its_run_is_ordered(start: FileStart, target: str) -> None:
    night = by_file(start)
    take = Take("in/prices_20261120.csv", target)
    assert night.tell(a_file(start)).takes == (take,)
    assert night.run(DOWN).parameters == {"file": target}
    assert night.tell(a_file(start)).takes == (take,), "seen again: it was not taken away in time"
    assert ordered(night) == [DOWN]


def test_a_file_for_a_start_that_is_no_longer_in_force_is_nothing() -> None:
    night = by_file()
    assert not night.tell(a_file(replace(STARTED_BY, mark=".x")))
    assert not night.tell(replace(a_file(), process=ProcessId("b/none")))


def test_a_file_for_a_date_that_the_calendar_does_not_select_orders_nothing() -> None:
    night = by_file(calendar="nse")
    assert night.tell(a_file(day=SATURDAY)).takes == ()
    assert ordered(night) == []
    assert night.said("not-ordered")[0].reason == ("file in/prices_20261120.csv came, but calendar nse: a Saturday")


def test_a_file_without_a_date_is_of_the_day_on_which_it_came_whoever_is_told_of_it() -> None:
    """What its calendar, or the one run of its date, refused once is not a surprise to the next leader's day."""
    night = by_file(calendar="nse")
    came = replace(a_file(day=None), came=EVENING + timedelta(days=1))
    night.now = came.came
    night.tell(came)
    assert night.said("not-ordered")[0].object == f"a/down@{SATURDAY}"
    night.now += timedelta(days=2)
    night.tell(came)
    assert ordered(night) == []
    night.tell(replace(came, size=8, came=night.now))
    assert ordered(night) == ["a/down@2026-11-23.1"]


def test_a_very_long_path_is_told_apart_too() -> None:
    night = by_file()
    night.tell(replace(a_file(), path=f"in/{'x' * 500}"))
    assert len(night.run(DOWN).occurrence) < 500


def test_a_very_long_cause_is_told_apart_by_an_occurrence_that_every_store_can_keep() -> None:
    up, step = f"{'a' * 200}/{'b' * 190}", "t" * 200
    night = Night(
        process(up, task(step)),
        process("a/down", task("use"), start=(ProcessStart(ProcessId(up), TaskName(step), Outcome.FINISHED),)),
    )
    for number in (1, 2):
        night.end(night.order(up), step)
        assert len(ordered(night)) == number
        assert len(night.run(f"a/down@2026-11-20.{number}").occurrence) < 500


def test_the_first_cause_orders_the_one_run_of_a_date_and_later_ones_are_journalled() -> None:
    night = Night(process("a/down", task("use"), start=(CronStart("0 13 * * *"), EventStart("go")), once_per_date=True))
    night.ask("event", "go")
    night.tell(OccurrenceDue(ProcessId("a/down"), EVENING))
    assert ordered(night) == [DOWN]
    assert [entry.reason for entry in night.said("not-ordered")] == [f"schedule: {DOWN} is the one of its date"]


def test_a_run_that_was_cancelled_leaves_its_date_to_the_next_cause() -> None:
    night = Night(process("a/down", task("use"), start=(EventStart("go"),), once_per_date=True))
    night.order("a/down")
    night.ask("cancel", DOWN)
    night.lose(DOWN, "use")
    night.ask("resolve", f"{DOWN}:use", given={"as": "failed"})
    night.ask("event", "go")
    assert ordered(night) == [DOWN, "a/down@2026-11-20.2"]


def test_a_follower_is_ordered_for_the_dates_of_its_calendar_alone() -> None:
    night = Night(
        process("a/up", task("load")),
        process("a/down", task("use"), start=(ProcessStart(ProcessId("a/up")),), calendar="nse"),
        beside=WEEKDAYS,
    )
    night.order("a/up", {"date": SATURDAY.isoformat()})
    night.end("a/up@2026-11-21.1", "load")
    assert ordered(night) == []


@pytest.mark.parametrize("chain", [(), ("a/middle",)])
def test_who_waits_for_what_a_task_would_have_ordered_needs_a_person_once_it_did_not(chain: tuple[str, ...]) -> None:
    first, *rest = (*chain, "a/down")
    starts = {first: ProcessStart(ProcessId("a/up"), TaskName("load"), Outcome.FAILED)}
    starts |= {name: ProcessStart(ProcessId(before)) for before, name in pairwise((first, *rest))}
    night = Night(
        process("a/up", task("load")),
        *(process(name, task("use"), start=(start,)) for name, start in starts.items()),
        process("a/wait", task("use"), after=after("a/down")),
    )
    up, wait = night.order("a/up"), night.order("a/wait")
    assert night.run(wait).state == "waiting"
    night.end(up, "load")
    assert (night.run(wait).state, night.run(wait).reason) == ("stalled", "nothing will order a/down@2026-11-20")


def test_a_milestone_orders_those_alone_who_wait_for_it() -> None:
    on = ProcessStart(ProcessId("a/up"), TaskName("load"))
    night = Night(
        process("a/up", task("load")),
        process("a/down", task("use"), start=(replace(on, milestone=Milestone(meter=50)),)),
        process("b/later", task("use"), start=(replace(on, milestone=Milestone(meter=90)),)),
    )
    night.order("a/up")
    night.tell(Said(night.attempt(UP, "load").id, 60, ""))
    assert sorted(night.snapshot.runs) == [DOWN, UP]


def test_a_task_that_is_skipped_before_its_run_starts_orders_as_well() -> None:
    night = Night(
        process("a/up", task("load"), after=(EventWait("go"),)),
        process("a/down", task("use"), start=(ProcessStart(ProcessId("a/up"), TaskName("load")),)),
    )
    night.order("a/up")
    night.ask("skip", f"{UP}:load")
    assert ordered(night) == [DOWN]
