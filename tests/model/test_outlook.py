"""Foretelling ends while runs go on: told in time, and not all the time."""

from datetime import datetime, time, timedelta

from boms_tui.model.condition import EventWait
from boms_tui.model.decide import decide
from boms_tui.model.definition import Deadlines, Manual, Task
from boms_tui.model.facts import Exited, ForecastDue, How, TookOver
from boms_tui.model.ids import ProcessId, RunId, TaskName
from boms_tui.model.outlook import LEAST
from boms_tui.model.picture import Picture
from boms_tui.model.records import Habit
from boms_tui.model.snapshot import Snapshot
from tests.model.night import DAY, EVENING, USERS, Night, after, process, task

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
RUN = f"ops/load@{DAY}.1"


def a_night(*tasks: Task, slots: int = 16, **deadlines: object) -> Night:
    """A run of `ops/load`, ordered at 13:00 UTC; by habit each task takes ten minutes."""
    named = tasks or (task("one"), task("two", "one"))
    night = Night(process("ops/load", *named, deadlines=Deadlines(**deadlines)), slots=slots)  # type: ignore[arg-type]
    habit = Habit(ProcessId("ops/load"), {one.name: (600_000,) for one in named})
    night.snapshot.habits[habit.process] = habit
    night.order("ops/load")
    return night


def ends(night: Night) -> str:
    end = night.run(RUN).expected_end
    return "" if end is None else f"{end:%H:%M}"


def told(night: Night) -> list[tuple[str, str, str, str]]:
    actions = ("late", "in-time", "expected-end")
    return [(row.action, row.before, row.after, row.reason) for row in night.journal if row.action in actions]


def pass_on(night: Night, minutes: float, step: timedelta = SECOND) -> None:
    """Let time pass as the daemon does: something is told whenever it is due."""
    until = night.now + minutes * MINUTE
    while (due := night.snapshot.next_due()) is not None and due <= until:
        night.wait(max(due - night.now, timedelta()))
        night.now += step
    night.now = until


def test_a_run_is_foretold_from_the_moment_it_is_ordered_until_it_ends() -> None:
    night = a_night()
    assert ends(night) == "13:20"
    assert told(night) == [("expected-end", "", "13:20 UTC", "")]
    night.wait(5 * MINUTE)
    night.end(RUN, "one")
    assert ends(night) == "13:20", "it was looked at just now"
    night.wait(LEAST)
    assert ends(night) == "13:15"
    night.end(RUN, "two")
    assert ends(night) == ""
    assert len(told(night)) == 2


def test_what_waits_for_an_event_has_no_end_to_be_told_but_a_breach_that_is_certain() -> None:
    waiting = process("ops/load", task("one"), after=(EventWait("go"),), deadlines=Deadlines(finish_by=time(14)))
    night = Night(waiting)
    night.snapshot.habits[waiting.id] = Habit(waiting.id, {TaskName("one"): (600_000,)})
    night.order("ops/load")
    pass_on(night, 49)
    assert (ends(night), told(night)) == ("", [])
    pass_on(night, 5)
    late = ("late", "", "at-risk", "cannot end before 14:01 UTC: not finished by 14:00 UTC")
    assert (ends(night), told(night)) == ("", [late])
    night.ask("event", "go")
    assert ends(night) == "14:04"


def test_a_breach_is_told_as_soon_as_it_is_certain_however_long_a_task_has_been_overdue() -> None:
    night = a_night(finish_by=time(18))
    night.start(RUN, "one")
    pass_on(night, 4 * 60 + 49)
    assert [row[2] for row in told(night) if row[0] == "late"] == []
    pass_on(night, 3)
    assert [row[2] for row in told(night) if row[0] == "late"] == ["at-risk"]


def test_a_row_is_not_written_again_for_little() -> None:
    night = a_night()
    version = night.run(RUN).version
    night.wait(9.5 * MINUTE)
    night.end(RUN, "one")
    assert (ends(night), night.run(RUN).version) == ("13:20", version)


def test_a_run_without_history_costs_nothing_and_tells_nothing() -> None:
    night = Night(process("ops/load", task("one")))
    night.order("ops/load")
    assert (ends(night), told(night), night.snapshot.outlooks) == ("", [], {})


def test_a_breach_is_told_before_it_happens_and_taken_back_where_it_does_not() -> None:
    night = a_night(finish_by=time(13, 25))
    night.start(RUN, "one")
    pass_on(night, 19)
    assert night.run(RUN).late == ("at-risk",)
    assert told(night)[-1] == ("late", "", "at-risk", "expected to end at 13:26 UTC: not finished by 13:25 UTC")
    night.end(RUN, "one")
    assert night.ask("skip", f"{RUN}:two").code != "ok"
    night.now += LEAST
    night.end(RUN, "two", 0)
    assert (night.run(RUN).late, ends(night)) == ((), "")


def test_a_risk_that_has_passed_is_told_of() -> None:
    night = a_night(task("one"), task("two", "one"), task("three", "two"), slots=1, max_duration=35 * MINUTE)
    night.start(RUN, "one")
    pass_on(night, 17)
    assert night.run(RUN).late == ("at-risk",)
    night.end(RUN, "one")
    night.start(RUN, "two")
    night.now += MINUTE
    night.end(RUN, "two")
    assert night.run(RUN).late == ()
    assert told(night)[-1] == ("in-time", "at-risk", "", "expected to end at 13:28 UTC")


def test_a_deadline_that_has_passed_is_no_risk_any_more() -> None:
    night = a_night(finish_by=time(13, 25), start_by=time(14))
    night.start(RUN, "one")
    pass_on(night, 30)
    assert night.run(RUN).late == ("finish-by",)
    assert [row[2] for row in told(night) if row[0] == "late"] == ["at-risk", "finish-by"]


def test_a_risk_outlives_a_late_start() -> None:
    night = a_night(start_by=time(12), finish_by=time(13, 10))
    night.wait(timedelta())
    assert night.run(RUN).late == ("at-risk", "start-by")


def test_what_takes_too_long_is_put_off_less_and_less_often() -> None:
    night = a_night(task("one"))
    night.start(RUN, "one")
    pass_on(night, 12 * 60)
    looks = [row[2] for row in told(night)]
    assert looks[0] == "13:10 UTC"
    assert 8 <= len(looks) <= 14
    assert night.run(RUN).version < 20


def test_what_waits_for_its_turn_for_hours_is_put_off_less_and_less_often() -> None:
    night = a_night(slots=0)
    pass_on(night, 12 * 60)
    assert len(told(night)) <= 20


def test_nothing_is_foretold_while_a_person_has_to_act() -> None:
    night = a_night(task("one"), task("ask", "one", work=Manual("ok?")))
    assert ends(night) == ""
    night = a_night(finish_by=time(13, 19))
    assert night.run(RUN).late == ("at-risk",)
    night.start(RUN, "one")
    night.end(RUN, "one", 1)
    assert (night.run(RUN).state.value, ends(night)) == ("stalled", "")
    assert told(night)[-1] == ("expected-end", "13:20 UTC", "", "")
    assert night.run(RUN).late == ("at-risk",), "nothing says that it will be in time"
    night.ask("retry", f"{RUN}:one")
    assert ends(night) == "13:20"


def test_who_leads_next_looks_again_when_a_run_was_to_end() -> None:
    night = a_night()
    night.start(RUN, "one")
    old = night.snapshot
    attempts = tuple(old.attempts.values())
    picture = Picture(tuple(old.runs.values()), tuple(old.tasks[RunId(RUN)].values()), attempts)
    night.snapshot = Snapshot.of(
        old.catalogue, picture, pools=old.pools, epoch=1, users=USERS, habits=old.habits.values()
    )
    night.tell(TookOver())
    pass_on(night, 21)
    assert ends(night) == "13:30"


def test_clocks_that_are_set_back_stop_no_forecast() -> None:
    night = a_night()
    night.start(RUN, "one")
    pass_on(night, 15)
    night.wait(-12 * MINUTE)
    night.end(RUN, "one")
    assert ends(night) == "13:13"
    assert any(isinstance(fact, ForecastDue) for _, fact in night.snapshot.timers.all())


def test_a_forecast_that_came_due_of_a_run_that_is_gone_changes_nothing() -> None:
    night = Night()
    assert not night.tell(ForecastDue(RunId(RUN)))


def test_a_forecast_that_was_put_off_is_not_made() -> None:
    night = a_night()
    assert not night.tell(ForecastDue(RunId(RUN)))


def test_a_look_that_changes_nothing_is_nothing_to_write() -> None:
    night = a_night()
    night.now += 3 * MINUTE
    looked = decide(night.snapshot, [ForecastDue(RunId(RUN))], night.now)
    assert looked.outlooks
    assert looked.stays_in_memory
    assert not decide(night.snapshot, [ForecastDue(RunId(RUN))], night.now + 30 * MINUTE).stays_in_memory


def test_many_ends_at_once_are_looked_at_once_and_none_is_forgotten() -> None:
    names = [f"t{number:03}" for number in range(1_000)]
    night = a_night(*(task(name) for name in names), slots=4)
    looked = set()
    while night.run(RUN).ended_at is None:
        attempt = next(iter(night.snapshot.attempts.values()))
        night.tell(Exited(attempt.id, How.EXITED, 0, None, night.now))
        night.now += SECOND / 10
        night.tell(*night.snapshot.due(night.now))
        looked |= {outlook.at for outlook in night.snapshot.outlooks.values()}
    assert night.now - EVENING == 100 * SECOND
    assert len(looked) <= 5
    assert night.run(RUN).version < 10


def test_a_run_that_follows_another_is_foretold_by_it() -> None:
    night = Night(process("risk/var", task("one")), process("ops/load", task("two"), after=after("risk/var")))
    for name, one in (("risk/var", "one"), ("ops/load", "two")):
        night.snapshot.habits[ProcessId(name)] = Habit(ProcessId(name), {TaskName(one): (600_000,)})
        night.order(name)
    assert ends(night) == "13:20"
    night.start(f"risk/var@{DAY}.1", "one")
    pass_on(night, 60)
    assert near(night.run(RUN).expected_end, night.now + 10 * MINUTE)


def near(at: datetime | None, expected: datetime) -> bool:
    """Whether a forecast is as good as it is to be while nothing happens: by a share of what is overdue."""
    return at is not None and abs(at - expected) < 40 * MINUTE


def test_deciding_is_a_function_of_what_is_known() -> None:
    night = a_night()
    night.now += MINUTE
    fact = Exited(night.attempt(RUN, "one").id, How.EXITED, 0, None, night.now)
    assert decide(night.snapshot, [fact], night.now) == decide(night.snapshot, [fact], night.now)
