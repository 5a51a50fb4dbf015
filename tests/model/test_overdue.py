"""Late although never ordered: what something should have ordered by now, and nothing has."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from boms_tui.model.calendar import Calendar
from boms_tui.model.definition import Deadlines, Process
from boms_tui.model.facts import NotOrderedDue, OccurrenceDue
from boms_tui.model.ids import ProcessId
from boms_tui.model.overdue import Lookout, overdue_now
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Late
from boms_tui.model.timetable import Era
from boms_tui.model.trigger import CronStart, ProcessStart
from tests.model.night import DAY, EVENING, Night, process, task

HOUR = timedelta(hours=1)
CLOSE, VAR, MAIL = ProcessId("trading/close"), ProcessId("risk/var"), ProcessId("ops/mail")
NSE = Calendar("nse", weekend=frozenset({5, 6}))
NEVER = Calendar("never", weekend=frozenset(range(7)))

close = process(CLOSE, task("one"), start=(CronStart("0 12 * * *"),))
var = process(VAR, task("one"), start=(ProcessStart(CLOSE),), deadlines=Deadlines(time(14), time(16)))
mail = process(MAIL, task("one"), start=(ProcessStart(VAR),), deadlines=Deadlines(finish_by=time(15)))


def catalogue(*processes: Process, **calendars: Calendar) -> Catalogue:
    return Catalogue(processes={one.id: one for one in processes}, calendars=calendars)


def overdue(known: Catalogue, now: datetime, *ordered: ProcessId) -> list[tuple[str, str, str]]:
    found = overdue_now(known, now, lambda process, _: process in ordered)
    return [(str(one), one.late.value, one.in_words("UTC", now)) for one in found]


def coming(lookout: Lookout, until: datetime) -> list[str]:
    return [f"{fact.process}@{fact.business_date}" for fact in lookout.due(until)]


def told(night: Night) -> list[tuple[str, str, str]]:
    return [(row.object, row.after, row.reason) for row in night.said("late")]


def test_what_nothing_has_ordered_by_its_deadline_is_told_of_at_that_moment() -> None:
    night = Night(close, var)
    lookout = Lookout(night.snapshot.catalogue, EVENING)
    assert lookout.next_at() == EVENING + HOUR
    night.now += HOUR
    night.tell(*lookout.due(night.now))
    assert told(night) == [(f"{VAR}@{DAY}", "start-by", "nothing has ordered it by 14:00 UTC")]
    assert lookout.next_at() == EVENING + 25 * HOUR


def test_what_has_a_run_is_not_overdue_whoever_ordered_it() -> None:
    night = Night(close, var)
    night.order(VAR)
    night.now += HOUR
    night.tell(NotOrderedDue(VAR, DAY), NotOrderedDue(ProcessId("ops/gone"), DAY))
    assert told(night) == []


def test_what_is_missed_in_the_same_breath_is_not_overdue() -> None:
    night = Night(replace(close, deadlines=Deadlines(start_by=time(12, 30))))
    night.tell(OccurrenceDue(CLOSE, EVENING - HOUR, missed=True), NotOrderedDue(CLOSE, DAY))
    assert told(night) == []


def test_the_board_is_told_of_all_that_is_overdue_now() -> None:
    known = catalogue(close, var, mail)
    assert overdue(known, EVENING + HOUR - timedelta(seconds=1)) == []
    assert overdue(known, EVENING + HOUR) == [
        (f"{VAR}@{DAY}", "start-by", "nothing has ordered it by 14:00 UTC"),
    ]
    assert [name for name, _, _ in overdue(known, EVENING + 2 * HOUR)] == [f"{MAIL}@{DAY}", f"{VAR}@{DAY}"]
    assert [name for name, _, _ in overdue(known, EVENING + 2 * HOUR, VAR)] == [f"{MAIL}@{DAY}"]
    either = replace(mail, start=(ProcessStart(ProcessId("ops/gone")), *mail.start))
    assert len(overdue(catalogue(close, var, either), EVENING + 2 * HOUR)) == 2
    assert overdue(known, EVENING + 2 * HOUR, VAR, MAIL) == []


def test_what_only_persons_order_is_never_overdue() -> None:
    by_hand = process(CLOSE, task("one"), deadlines=Deadlines(start_by=time(14)))
    behind = process(VAR, task("one"), start=(ProcessStart(CLOSE),), deadlines=Deadlines(start_by=time(14)))
    known = catalogue(by_hand, behind)
    assert overdue(known, EVENING + 2 * HOUR) == []
    assert overdue(known, EVENING + 2 * HOUR, CLOSE) == [
        (f"{VAR}@{DAY}", "start-by", "nothing has ordered it by 14:00 UTC"),
    ]
    assert Lookout(catalogue(by_hand), EVENING).next_at() is None


def test_what_no_schedule_names_that_day_is_not_overdue() -> None:
    mondays = replace(close, start=(CronStart("0 12 * * 1"),), deadlines=Deadlines(start_by=time(14)))
    assert overdue(catalogue(mondays), EVENING + 2 * HOUR) == []
    assert len(overdue(catalogue(mondays), EVENING + 74 * HOUR)) == 1


def test_processes_that_start_each_other_expect_nothing() -> None:
    one = process(CLOSE, task("one"), start=(ProcessStart(VAR),), deadlines=Deadlines(start_by=time(14)))
    known = catalogue(one, replace(var, deadlines=Deadlines()), process(MAIL, task("one")))
    assert overdue(known, EVENING + 2 * HOUR) == []
    assert overdue(catalogue(var), EVENING + 2 * HOUR) == []


def test_a_calendar_keeps_its_days_off() -> None:
    weekly = replace(close, calendar="nse", deadlines=Deadlines(start_by=time(14)))
    known = catalogue(weekly, nse=NSE)
    assert overdue(known, EVENING + 25 * HOUR) == []
    lookout = Lookout(known, EVENING)
    assert coming(lookout, EVENING + 75 * HOUR) == [f"{CLOSE}@2026-11-20", f"{CLOSE}@2026-11-23"]
    never = Lookout(catalogue(replace(weekly, calendar="never"), never=NEVER), EVENING)
    assert never.next_at() is None


def test_a_deadline_after_midnight_is_that_of_the_evening_before() -> None:
    night_work = replace(close, day_starts=time(6), deadlines=Deadlines(start_by=time(2)))
    known = catalogue(night_work)
    assert Lookout(known, EVENING).next_at() == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert [name for name, _, _ in overdue(known, EVENING + 14 * HOUR)] == [f"{CLOSE}@{DAY}"]


def test_another_deadline_counts_from_when_it_is_applied() -> None:
    known = catalogue(close, var)
    lookout = Lookout(known, EVENING)
    later = replace(var, deadlines=Deadlines(start_by=time(15)))
    lookout.use(catalogue(close, later))
    assert lookout.next_at() == EVENING + 2 * HOUR
    assert coming(lookout, EVENING + 2 * HOUR) == [f"{VAR}@{DAY}"]
    lookout.use(known)
    assert lookout.next_at() == EVENING + 25 * HOUR
    lookout.use(catalogue(close))
    assert lookout.next_at() is None


def test_what_stays_as_it_was_stays_on_the_list() -> None:
    known = catalogue(close, var)
    lookout = Lookout(known, EVENING)
    lookout.use(catalogue(close, replace(var, title="Value at risk"), mail))
    assert coming(lookout, EVENING + 2 * HOUR) == [f"{VAR}@{DAY}", f"{MAIL}@{DAY}"]


def test_a_changed_calendar_moves_the_days() -> None:
    weekly = replace(close, calendar="nse", deadlines=Deadlines(start_by=time(14)))
    lookout = Lookout(catalogue(weekly, nse=NSE), EVENING)
    lookout.use(catalogue(weekly, nse=replace(NSE, never=frozenset({DAY}))))
    assert lookout.next_at() == EVENING + 73 * HOUR


def test_who_leads_next_tells_what_passed_meanwhile() -> None:
    known = catalogue(close, var, mail)
    back = EVENING + 3 * HOUR
    assert coming(Lookout(known, EVENING), back) == [f"{VAR}@{DAY}", f"{MAIL}@{DAY}"]
    assert coming(Lookout(known, EVENING + 2 * HOUR), back) == []


def test_what_was_not_in_force_at_its_deadline_is_not_overdue() -> None:
    known = catalogue(close, var, mail)
    eras = [Era(var, EVENING + 1.5 * HOUR, None), Era(mail, EVENING, EVENING + HOUR)]
    assert coming(Lookout(known, EVENING, eras), EVENING + 3 * HOUR) == [f"{MAIL}@{DAY}"]


def test_what_is_overdue_says_where_it_belongs() -> None:
    found = next(overdue_now(catalogue(close, var), EVENING + HOUR, lambda *_: False))
    assert (found.process, found.business_date, found.late) == (VAR, date(2026, 11, 20), Late.START_BY)
