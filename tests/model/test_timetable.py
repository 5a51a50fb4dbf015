"""The timetable: each occurrence once, whatever the clock and the definitions do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.calendar import Calendar
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import occurrences
from boms_tui.model.timetable import Era, Timetable, eras_of
from boms_tui.model.trigger import CronStart
from tests.model.night import process, task

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def catalogue(*crons: str, zone: str = "Asia/Kolkata") -> Catalogue:
    one = process("ops/nightly", task("one"), start=tuple(CronStart(cron) for cron in crons), timezone=zone)
    return Catalogue({one.id: one}, {one.id: 1})


def on_business_days(cron: str, **changes: Any) -> Catalogue:
    """A process that goes by the exchange's calendar, changed so."""
    plain = catalogue(cron)
    processes = {one.id: replace(one, calendar="nse", day_starts=time(6)) for one in plain.processes.values()}
    nse = replace(Calendar("nse", holidays=("XNSE",)), **changes)
    return replace(plain, processes=processes, calendars={"nse": nse})


def test_the_next_time_is_in_the_zone_of_the_process() -> None:
    table = Timetable(catalogue("30 18 * * *"), MONDAY)
    assert table.next_at() == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def test_an_occurrence_is_told_once_and_the_next_one_follows() -> None:
    table = Timetable(catalogue("30 18 * * *"), MONDAY)
    due = list(table.due(MONDAY + timedelta(hours=1)))
    assert [(fact.at, fact.missed) for fact in due] == [(datetime(2026, 11, 23, 13, 0, tzinfo=UTC), False)]
    assert not list(table.due(MONDAY + timedelta(hours=1)))
    assert table.next_at() == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_what_came_due_while_nothing_ran_was_missed_and_none_is_left_out() -> None:
    table = Timetable(catalogue("30 18 * * *", "0 6 * * *"), MONDAY)
    due = list(table.due(MONDAY + timedelta(days=3)))
    assert len(due) == 6
    assert all(fact.missed for fact in due)


def test_a_process_that_is_new_after_the_clock_was_set_back_loses_nothing() -> None:
    table = Timetable(Catalogue(), MONDAY)
    assert not list(table.due(MONDAY + timedelta(days=1)))
    table.use(catalogue("30 18 * * *"), MONDAY)
    assert table.next_at() == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert len(list(table.due(MONDAY + timedelta(days=1)))) == 1
    table.use(catalogue("30 18 * * *", "45 18 * * *"), MONDAY)
    assert table.next_at() == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_within_the_grace_nothing_is_missed() -> None:
    table = Timetable(catalogue("30 18 * * *"), MONDAY)
    (due,) = table.due(datetime(2026, 11, 23, 13, 0, 59, tzinfo=UTC))
    assert not due.missed


def test_a_changed_schedule_counts_from_where_the_old_one_was_looked_at_and_an_unchanged_one_is_kept() -> None:
    first = catalogue("30 18 * * *")
    table = Timetable(first, MONDAY)
    assert not list(table.due(MONDAY + timedelta(minutes=30)))
    table.use(first, MONDAY)
    assert table.next_at() == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    table.use(catalogue("15 18 * * *"), MONDAY)
    assert table.next_at() == datetime(2026, 11, 23, 12, 45, tzinfo=UTC)
    assert len(list(table.due(MONDAY + timedelta(days=1)))) == 1


def test_a_schedule_is_asked_of_the_calendar_by_business_date() -> None:
    """Saturday 02:00 is Friday's work; Tuesday, 24 November, is a holiday of the exchange."""
    by_exchange = on_business_days("0 2 * * *")
    friday = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    table = Timetable(by_exchange, friday)
    due = list(table.due(friday + timedelta(days=5)))
    assert [f"{fact.at.astimezone(ZoneInfo('Asia/Kolkata')):%a %d}" for fact in due] == ["Sat 21", "Tue 24"]


def test_a_changed_calendar_moves_the_times_of_those_that_go_by_it() -> None:
    table = Timetable(on_business_days("30 18 * * *"), MONDAY + timedelta(hours=2))
    assert table.next_at() == datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    table.use(on_business_days("30 18 * * *", extra_days=frozenset({date(2026, 11, 24)})), MONDAY)
    assert table.next_at() == datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_a_calendar_without_days_orders_nothing() -> None:
    none = on_business_days("* * * * *", holidays=(), weekend=frozenset(range(7)))
    assert Timetable(none, MONDAY).next_at() is None


def test_a_process_that_is_gone_orders_nothing() -> None:
    table = Timetable(catalogue("30 18 * * *"), MONDAY)
    table.use(Catalogue(), MONDAY)
    assert table.next_at() is None


def test_a_process_without_times_has_none() -> None:
    plain = replace(process("ops/plain", task("one")))
    assert Timetable(Catalogue({plain.id: plain}, {plain.id: 1}), MONDAY).next_at() is None


def test_a_process_missed_nothing_before_it_was_first_applied() -> None:
    known = catalogue("30 18 * * *")
    (only,) = known.processes.values()
    born = MONDAY + timedelta(hours=2)
    assert not list(Timetable(known, MONDAY, eras_of([(born, only)])).due(born))
    assert list(Timetable(known, MONDAY).due(born))


def test_what_a_schedule_missed_before_it_was_changed_is_told_by_what_it_was() -> None:
    """Nobody led from Monday on; on Wednesday at noon the schedule went from evening to morning."""
    (evening,) = catalogue("30 18 * * *").processes.values()
    morning = catalogue("0 6 * * *")
    (changed,) = morning.processes.values()
    eras = eras_of([(MONDAY - timedelta(days=90), evening), (MONDAY + timedelta(days=2), changed)])
    due = list(Timetable(morning, MONDAY, eras).due(MONDAY + timedelta(days=4)))
    assert [f"{fact.at.astimezone(ZoneInfo('Asia/Kolkata')):%a %H:%M}" for fact in due] == [
        "Mon 18:30", "Tue 18:30", "Thu 06:00", "Fri 06:00",
    ]  # fmt: skip
    assert all(fact.missed for fact in due)


def test_eras_of_several_processes_end_where_the_next_definition_begins() -> None:
    one, other = process("ops/a", task("t")), process("ops/b", task("t"))
    later = MONDAY + timedelta(days=1)
    assert list(eras_of([(MONDAY, one), (later, replace(one, title="x")), (MONDAY, other)])) == [
        Era(one, MONDAY, later),
        Era(replace(one, title="x"), later, None),
        Era(other, MONDAY, None),
    ]
    assert list(eras_of([])) == []


STEPS = [
    *(timedelta(minutes=number) for number in (1, 10, 61, -10)),
    *(timedelta(hours=number) for number in (1, -1, 5)),
    *(timedelta(days=number) for number in (1, -1, 3)),
]


@given(st.lists(st.sampled_from(STEPS), max_size=12), st.sampled_from(["Europe/London", "Asia/Kolkata"]))
def test_whatever_the_clock_does_each_occurrence_is_told_exactly_once(steps: list[timedelta], zone: str) -> None:
    """Steps of an hour and a day both ways, a host asleep, a weekend without a runtime."""
    known = catalogue("*/7 9-17 * * 1-5", "30 18 * * *", "0 * * * *", zone=zone)
    began = now = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
    table, told, furthest = Timetable(known, began), list[datetime](), began
    for step in steps:
        now += step
        furthest = max(furthest, now)
        told += [fact.at for fact in table.due(now)]
    table.due(furthest)
    told += [fact.at for fact in table.due(furthest)]
    expected = [
        at
        for cron in ("*/7 9-17 * * 1-5", "30 18 * * *", "0 * * * *")
        for at in occurrences(cron, ZoneInfo(zone), began, furthest)
    ]
    assert sorted(told) == sorted(expected)
