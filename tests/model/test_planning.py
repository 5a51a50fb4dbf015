"""When runs are ordered: each occurrence once, whatever the clocks of its zone do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.almanac import Almanac
from boms_tui.model.calendar import Calendar, DayRule
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import Command, Process, Task
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import (
    MOST_A_DAY,
    Excluded,
    Planned,
    business_date_of,
    cron_times,
    occurrences,
    plan,
)
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TASKS = {TaskName("t"): Task(TaskName("t"), Command(("run",)))}
ZONES = [
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"),
    *("America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "UTC"),
]

zones = st.sampled_from(ZONES)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
days = st.dates(date(1990, 1, 1), date(2029, 1, 1))
instants = st.builds(datetime.combine, days, st.times(), st.just(UTC))
crons = st.builds(
    "{} {} {} {} {}".format,
    st.sampled_from(["0", "30", "*/20", "1,59", "15"]),
    st.sampled_from(["*", "0", "2", "1-3", "*/6", "23"]),
    st.sampled_from(["*", "*", "1", "L", "*/5"]),
    st.sampled_from(["*", "*", "3,10,11"]),
    st.sampled_from(["*", "*", "mon-fri", "sun"]),
)


def a_process(*starts: str, name: str = "a", timezone: str = "UTC", day_starts: time = time(0)) -> Process:
    """`starts` are cron texts, or the names of processes."""
    start = tuple(CronStart(text) if " " in text else ProcessStart(ProcessId(text)) for text in starts)
    return Process(ProcessId(name), TASKS, start=start, timezone=timezone, day_starts=day_starts)


def a_catalogue(*processes: Process) -> Catalogue:
    return Catalogue(processes={process.id: process for process in processes})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(cron: str, zone: str, after: str, until: str) -> list[str]:
    """The occurrences between two UTC times, as UTC text."""
    found = occurrences(cron, ZoneInfo(zone), at(after), at(until))
    return [f"{instant:%m-%d %H:%M}" for instant in found]


CLOCK_CHANGES = [
    # Forward: 02:00 -> 03:00 on 29 March; what fell into the gap comes at its end, once.
    ("30 2 * * *", "Europe/Berlin", "2026-03-28", "2026-03-31", ["03-28 01:30", "03-29 01:00", "03-30 00:30"]),
    ("*/20 2 * * *", "Europe/Berlin", "2026-03-29", "2026-03-29 12:00", ["03-29 01:00"]),
    ("30 * * * *", "Europe/Berlin", "2026-03-29", "2026-03-29 02:00", ["03-29 00:30", "03-29 01:30"]),
    # Back: 03:00 -> 02:00 on 25 October; the first of two counts.
    ("30 2 * * *", "Europe/Berlin", "2026-10-24", "2026-10-27", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),
    ("0 * * * *", "Europe/Berlin", "2026-10-24 23:30", "2026-10-25 01:30", ["10-25 00:00", "10-25 01:00"]),
    ("0 * 25 * *", "Europe/Berlin", "2026-10-25 22:00", "2026-11-24 23:00", ["11-24 23:00"]),
    ("30 2 * * *", "America/New_York", "2026-03-07 12:00", "2026-03-09 12:00", ["03-08 07:00", "03-09 06:30"]),
    ("30 1 * * *", "America/New_York", "2026-10-31 12:00", "2026-11-02 12:00", ["11-01 05:30", "11-02 06:30"]),
    # Half an hour: 02:00 -> 02:30 on 4 October, 02:00 -> 01:30 on 5 April.
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02 18:00", "2026-10-04 18:00", ["10-03 15:30", "10-04 15:15"]),
    ("45 1 * * *", "Australia/Lord_Howe", "2026-04-03 16:00", "2026-04-05 16:00", ["04-04 14:45", "04-05 15:15"]),
    ("30 2 * * *", "Asia/Kolkata", "2026-03-28", "2026-03-30", ["03-28 21:00", "03-29 21:00"]),
    # No midnight on 4 November 2018; two hours of 23:00 on 17 February 2018.
    ("0 0 * * *", "America/Sao_Paulo", "2018-11-03", "2018-11-06", ["11-03 03:00", "11-04 03:00", "11-05 02:00"]),
    ("30 0 * * *", "America/Sao_Paulo", "2018-11-03", "2018-11-06", ["11-03 03:30", "11-04 03:00", "11-05 02:30"]),
    ("30 23 * * *", "America/Sao_Paulo", "2018-02-17", "2018-02-19", ["02-17 01:30", "02-18 01:30"]),
    # A day that never was: 30 December 2011.
    ("0 9 * * *", "Pacific/Apia", "2011-12-29", "2011-12-31", ["12-29 19:00", "12-30 10:00", "12-30 19:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("cron", "zone", "after", "until", "expected"), CLOCK_CHANGES)
def test_clocks_that_change(cron: str, zone: str, after: str, until: str, expected: list[str]) -> None:
    assert times(cron, zone, after, until) == expected


def test_the_interval_is_open_at_its_beginning_and_closed_at_its_end() -> None:
    assert times("0 * * * *", "UTC", "2026-11-20 10:00", "2026-11-20 12:00") == ["11-20 11:00", "11-20 12:00"]
    assert times("0 * * * *", "UTC", "2026-11-20 09:59:59.999999", "2026-11-20 10:00") == ["11-20 10:00"]
    assert times("0 * * * *", "UTC", "2026-11-20 10:00:00.000001", "2026-11-20 10:59:59") == []


def test_a_day_of_the_month_or_of_the_week() -> None:
    found = times("0 0 1 * mon", "UTC", "2026-06-01", "2026-06-16")
    assert found == ["06-08 00:00", "06-15 00:00"]


def test_what_never_comes_ends_the_search() -> None:
    assert times("0 0 30 2 *", "UTC", "2026-01-01", "2100-01-01") == []


@given(crons, zones, instants, st.integers(1, 96), st.floats(0, 1))
def test_each_occurrence_comes_once_however_time_is_cut(
    cron: str, zone: str, start: datetime, hours: int, cut: float
) -> None:
    end = start + timedelta(hours=hours)
    middle = start + (end - start) * cut
    whole = list(occurrences(cron, ZoneInfo(zone), start, end))
    parts = [*occurrences(cron, ZoneInfo(zone), start, middle), *occurrences(cron, ZoneInfo(zone), middle, end)]
    assert whole == parts
    assert all(one < other for one, other in pairwise(whole))
    assert all(start < one <= end and one.tzinfo is UTC for one in whole)


@given(zones, clock_times, days)
def test_a_fixed_time_comes_once_on_each_day_of_a_year(zone: str, clock: time, first: date) -> None:
    begin = datetime.combine(first, time(12), UTC)
    found = list(occurrences(f"{clock.minute} {clock.hour} * * *", ZoneInfo(zone), begin, begin + 20 * DAY))
    assert 19 <= len(found) <= 21
    assert all(timedelta(hours=13) <= other - one <= timedelta(hours=26) for one, other in pairwise(found))


@given(crons, zones, clock_times, days)
def test_business_dates_share_out_all_occurrences(cron: str, zone: str, day_starts: time, first: date) -> None:
    process = a_process(cron, timezone=zone, day_starts=day_starts)
    by_date = {day: cron_times(Almanac({}), process, cron, day) for day in (first + n * DAY for n in range(4))}
    found = [one for times_ in by_date.values() for one in times_]
    assert all(one < other for one, other in pairwise(found))
    assert all(business_date_of(process, one) == day for day, times_ in by_date.items() for one in times_)
    if found:
        assert found == list(occurrences(cron, ZoneInfo(zone), found[0] - MINUTE, found[-1]))


@given(zones, clock_times, instants, st.timedeltas(timedelta(0), 3 * DAY))
def test_business_dates_never_go_back(zone: str, day_starts: time, instant: datetime, later: timedelta) -> None:
    process = a_process(timezone=zone, day_starts=day_starts)
    assert business_date_of(process, instant) <= business_date_of(process, instant + later)


@pytest.mark.parametrize(
    ("zone", "day_starts", "instant", "expected"),
    [
        ("Asia/Kolkata", "06:00", "2026-11-20 20:30", "2026-11-20"),  # Saturday 02:00 is Friday's work
        ("Asia/Kolkata", "06:00", "2026-11-21 00:29", "2026-11-20"),
        ("Asia/Kolkata", "06:00", "2026-11-21 00:30", "2026-11-21"),
        ("Asia/Kolkata", "00:00", "2026-11-20 18:29", "2026-11-20"),
        ("Asia/Kolkata", "00:00", "2026-11-20 18:30", "2026-11-21"),
        ("Europe/Berlin", "02:30", "2026-03-29 00:59", "2026-03-28"),  # the day begins when the gap ends
        ("Europe/Berlin", "02:30", "2026-03-29 01:00", "2026-03-29"),
        ("Europe/Berlin", "02:30", "2026-10-25 00:30", "2026-10-25"),  # and does not end when 02:00 comes again
        ("Europe/Berlin", "02:30", "2026-10-25 01:15", "2026-10-25"),
        ("America/Sao_Paulo", "00:00", "2018-11-04 02:59", "2018-11-03"),
        ("America/Sao_Paulo", "00:00", "2018-11-04 03:00", "2018-11-04"),
        ("America/St_Johns", "00:00", "2010-11-07 02:30", "2010-11-07"),  # 00:01 -> 23:01 of the day before
        ("America/St_Johns", "00:00", "2010-11-07 02:40", "2010-11-07"),
    ],
)
def test_business_dates(zone: str, day_starts: str, instant: str, expected: str) -> None:
    process = a_process(timezone=zone, day_starts=time.fromisoformat(day_starts))
    assert business_date_of(process, at(instant)) == date.fromisoformat(expected)


def test_a_plan_has_times_chains_and_what_is_left_out() -> None:
    catalogue = a_catalogue(
        a_process("30 18 * * mon-fri", name="trading/close", timezone="Asia/Kolkata"),
        a_process("trading/close", name="risk/margin"),
        a_process("risk/margin", "0 2 * * *", name="archive", timezone="Asia/Kolkata", day_starts=time(6)),
        a_process("0 9 * * sat", name="weekend"),
        a_process(name="by-hand"),
        a_process("weekend", name="after-weekend"),
    )
    friday = date(2026, 11, 20)
    found = plan(catalogue, friday)
    close = at("2026-11-20 13:00")
    assert found.planned == (
        Planned(ProcessId("trading/close"), friday, close, "cron 30 18 * * mon-fri", close),
        Planned(ProcessId("risk/margin"), friday, None, "process trading/close", close, ProcessId("trading/close")),
        Planned(ProcessId("archive"), friday, None, "process risk/margin", close, ProcessId("risk/margin")),
        Planned(ProcessId("archive"), friday, at("2026-11-20 20:30"), "cron 0 2 * * *", at("2026-11-20 20:30")),
    )
    assert found.excluded == (
        Excluded(ProcessId("after-weekend"), "nothing orders weekend for 2026-11-20"),
        Excluded(ProcessId("by-hand"), "it has no start: a person orders it"),
        Excluded(ProcessId("weekend"), "cron 0 9 * * sat names no time of 2026-11-20"),
    )


def test_every_process_is_planned_or_left_out() -> None:
    catalogue = a_catalogue(a_process("*/30 * * * *"), a_process("a", name="b"), a_process(name="c"))
    found = plan(catalogue, date(2026, 11, 20))
    assert [one.process for one in found.planned].count(ProcessId("b")) == 48
    assert {one.process for one in found.planned} | {
        one.process for one in found.excluded
    } == catalogue.processes.keys()


def test_a_calendar_leaves_out_dates_and_says_why() -> None:
    nse = Calendar("nse", holidays=("XNSE",))
    close = replace(a_process("30 18 * * *", name="trading/close"), calendar="nse")
    catalogue = replace(a_catalogue(close, a_process("trading/close", name="b")), calendars={"nse": nse})
    assert [one.process for one in plan(catalogue, date(2026, 11, 23)).planned] == ["trading/close", "b"]
    assert plan(catalogue, date(2026, 11, 24)).excluded == (
        Excluded(ProcessId("b"), "nothing orders trading/close for 2026-11-24"),
        Excluded(ProcessId("trading/close"), "calendar nse: Guru Nanak Jayanti"),
    )


def test_who_follows_a_process_goes_by_the_own_calendar() -> None:
    follower = replace(a_process("a", name="b"), calendar="month-end")
    last = Calendar("month-end", picks=(DayRule(-1, "business day"),))
    catalogue = replace(a_catalogue(a_process("0 1 * * *"), follower), calendars={"month-end": last})
    assert causes(catalogue, "b", date(2026, 11, 30)) == ["process a"]
    assert causes(catalogue, "b", date(2026, 11, 27)) == []


def causes(catalogue: Catalogue, process: str, day: date) -> list[str]:
    return [one.cause for one in plan(catalogue, day).planned if one.process == process]


def test_a_chain_is_ordered_on_the_days_of_its_first() -> None:
    catalogue = a_catalogue(a_process("0 1 * * mon"), a_process("a", name="b"), a_process("b", name="c"))
    monday = date(2026, 11, 23)
    assert causes(catalogue, "c", monday) == ["process b"]
    assert causes(catalogue, "c", monday + DAY) == []


def test_chains_may_be_long_and_may_multiply() -> None:
    chain = [a_process("0 1 * * *", name="p0"), *(a_process(f"p{n}", name=f"p{n + 1}") for n in range(3_000))]
    assert len(causes(a_catalogue(*chain), "p3000", date(2026, 11, 20))) == 1
    doubling = [a_process("0 1 * * *", name="p0")]
    doubling += [a_process(f"p{n}", f"p{n}", name=f"p{n + 1}") for n in range(20)]
    assert len(causes(a_catalogue(*doubling), "p20", date(2026, 11, 20))) == MOST_A_DAY


def test_a_time_that_two_texts_name_orders_once() -> None:
    both = a_catalogue(a_process("0 18 * * *", "0 */6 * * *"))
    assert causes(both, "a", date(2026, 11, 20)) == ["cron 0 */6 * * *"] * 3 + ["cron 0 18 * * *"]


def test_of_a_process_that_runs_once_a_date_the_first_of_its_times_is_planned_and_what_may_come_before() -> None:
    once = replace(a_process("0 20 * * *", "0 18 * * *", "b", name="a"), once_per_date=True)
    catalogue = a_catalogue(once, a_process("0 1,2 * * *", name="b"))
    assert causes(catalogue, "a", date(2026, 11, 20)) == ["process b", "cron 0 18 * * *"]


def test_a_circle_orders_nothing() -> None:
    catalogue = a_catalogue(a_process("b"), a_process("a", name="b"))
    assert plan(catalogue, date(2026, 11, 20)).planned == ()


def test_what_events_and_files_order_is_planned_without_a_time() -> None:
    starts = (EventStart("go"), FileStart(FileCheck("in/p_${business_date:%Y%m%d}_*.csv")))
    found = plan(a_catalogue(replace(a_process(), start=starts)), date(2026, 11, 20))
    assert [(planned.at, planned.cause) for planned in found.planned] == [
        (None, "event go"), (None, "file in/p_20261120_*.csv"),
    ]  # fmt: skip
