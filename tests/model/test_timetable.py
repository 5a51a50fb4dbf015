"""The timetable: each occurrence once, whatever the clock and the definitions do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from boms_tui.model.definition import CronStart
from boms_tui.model.picture import Catalogue
from boms_tui.model.timetable import Timetable
from tests.model.night import process, task

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def catalogue(*crons: str, zone: str = "Asia/Kolkata") -> Catalogue:
    one = process("ops/nightly", task("one"), start=tuple(CronStart(cron) for cron in crons), timezone=zone)
    return Catalogue({one.id: one}, {one.id: 1})


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


def test_within_the_grace_nothing_is_missed() -> None:
    table = Timetable(catalogue("30 18 * * *"), MONDAY)
    (due,) = table.due(datetime(2026, 11, 23, 13, 0, 59, tzinfo=UTC))
    assert not due.missed


def test_a_changed_schedule_counts_from_its_change_and_an_unchanged_one_is_kept() -> None:
    first = catalogue("30 18 * * *")
    table = Timetable(first, MONDAY)
    later = MONDAY + timedelta(hours=3)
    table.use(first, later)
    assert table.next_at() == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    table.use(catalogue("0 6 * * *"), later)
    assert table.next_at() == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert len(list(table.due(later + timedelta(days=1)))) == 1


def test_a_process_that_is_gone_orders_nothing() -> None:
    table = Timetable(catalogue("30 18 * * *"), MONDAY)
    table.use(Catalogue(), MONDAY)
    assert table.next_at() is None


def test_a_process_without_times_has_none() -> None:
    plain = replace(process("ops/plain", task("one")))
    assert Timetable(Catalogue({plain.id: plain}, {plain.id: 1}), MONDAY).next_at() is None


def test_a_process_missed_nothing_before_it_was_first_applied() -> None:
    known = catalogue("30 18 * * *")
    (name,) = known.processes
    born = MONDAY + timedelta(hours=2)
    assert not list(Timetable(known, MONDAY, {name: born}).due(born))
    assert list(Timetable(known, MONDAY).due(born))
