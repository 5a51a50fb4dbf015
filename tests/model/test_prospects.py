"""What a plan leaves open for a date, and definitions that can never start."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from boms_tui.model.calendar import Calendar
from boms_tui.model.condition import (
    Condition,
    Dependency,
    EventWait,
    FileCheck,
    FileWait,
    Group,
    Outcome,
    RelativeDate,
)
from boms_tui.model.definition import Process, Window
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.never import AHEAD, never
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import plan
from boms_tui.model.prospects import Prospect, Prospects, prospects
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start
from tests.model.night import process, task

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
UNTIL = FRIDAY + AHEAD
NSE = Calendar("nse", holidays=("XNSE",))
DAILY = CronStart("0 18 * * *")
BOTH = Group((EventWait("e"), EventWait("g")), every=True)


def a(name: str, *starts: Start, after: tuple[Condition, ...] = (), waits: Any = (), **changes: Any) -> Process:
    """A process of one task `load`, which waits for `waits`."""
    return process(name, task("load", after=tuple(waits)), start=starts, after=after, **changes)


def house(*processes: Process, calendars: tuple[Calendar, ...] = (NSE,)) -> Catalogue:
    return Catalogue({one.id: one for one in processes}, calendars={one.id: one for one in calendars})


def open_at(catalogue: Catalogue, day: date) -> Prospects:
    return prospects(catalogue, plan(catalogue, day), day)


def said(found: tuple[Prospect, ...]) -> list[str]:
    return [f"{one.process} {one.reason}" for one in found]


def on(name: str, **changes: Any) -> Dependency:
    return Dependency(process=ProcessId(name), **changes)


# unset
def test_a_dependency_that_nothing_orders_for_its_date_is_told_with_why() -> None:
    catalogue = house(
        a("settlement/x", DAILY, waits=[on("risk/var")]),
        a("settlement/y", DAILY, after=(on("risk/var", task=TaskName("load")),)),
        a("risk/var", DAILY, calendar="nse"),
    )
    found = open_at(catalogue, SATURDAY)
    why = "waits for risk/var@2026-11-21, which nothing orders for that date: calendar nse: a Saturday"
    assert said(found.unset) == [f"settlement/x load {why}", f"settlement/y {why}"]
    assert {one.business_date for one in found.unset} == {SATURDAY}
    assert open_at(catalogue, FRIDAY) == Prospects((), ())


def test_only_what_is_planned_waits() -> None:
    catalogue = house(a("settlement/x", after=(on("risk/var"),)), a("risk/var", DAILY, calendar="nse"))
    assert open_at(catalogue, SATURDAY) == Prospects((), ())


def test_a_dependency_on_another_date_is_looked_up_in_the_plan_of_that_date() -> None:
    weekly = a("risk/var", CronStart("0 18 * * 4"))
    previous, fixed = on("risk/var", date=RelativeDate.PREVIOUS), on("risk/var", date=date(2026, 11, 18))
    catalogue = house(a("settlement/x", DAILY, after=(previous, fixed)), weekly)
    (found,) = open_at(catalogue, FRIDAY).unset
    assert found.reason == (
        "waits for risk/var@2026-11-18, which nothing orders for that date: cron 0 18 * * 4 names no time of 2026-11-18"
    )
    assert len(open_at(catalogue, SATURDAY).unset) == 2


def test_a_chain_of_another_date_is_followed_to_what_orders_it() -> None:
    chain = [a("a/0", DAILY), *(a(f"a/{n}", ProcessStart(ProcessId(f"a/{n - 1}"))) for n in range(1, 2_000))]
    catalogue = house(*chain, a("settlement/x", DAILY, after=(on("a/1999", date=RelativeDate.PREVIOUS),)))
    assert open_at(catalogue, FRIDAY) == Prospects((), ())


def test_if_planned_asks_for_nothing_that_is_not_planned() -> None:
    catalogue = house(a("settlement/x", DAILY, after=(on("risk/var", if_planned=True),)), a("risk/var"))
    assert open_at(catalogue, FRIDAY) == Prospects((), ())


def test_the_newest_run_of_what_only_a_person_orders_is_told() -> None:
    within = on("static/load", date=RelativeDate.NEWEST, within=timedelta(hours=12))
    newest = on("static/load", date=RelativeDate.NEWEST)
    catalogue = house(a("settlement/x", DAILY, after=(within, newest)), a("static/load"))
    assert said(open_at(catalogue, FRIDAY).unset) == [
        "settlement/x waits for static/load within 12h, which only a person orders",
        "settlement/x waits for static/load, which only a person orders",
    ]
    assert open_at(house(a("settlement/x", DAILY, after=(within,)), a("static/load", DAILY)), FRIDAY).unset == ()


def test_a_process_that_is_not_there_is_told() -> None:
    catalogue = house(a("settlement/x", DAILY, after=(on("risk/gone"),)))
    assert said(open_at(catalogue, FRIDAY).unset) == ["settlement/x waits for risk/gone, which is not defined"]


def test_tasks_of_the_same_process_are_nobody_elses() -> None:
    inner = Dependency(Outcome.SUCCEEDED, None, TaskName("load"))
    both = process("ops/x", task("load"), task("sum", after=(Group((inner, on("risk/var"))),)), start=(DAILY,))
    assert open_at(house(both, a("risk/var")), FRIDAY) == Prospects((), ())


# needs
def test_events_and_files_are_what_has_to_come_from_outside() -> None:
    file = FileWait(FileCheck("in/prices_${business_date:%Y%m%d}_${parameters.region}.csv"))
    catalogue = house(a("settlement/x", DAILY, after=(EventWait("market-closed"),), waits=[file]))
    found = open_at(catalogue, FRIDAY)
    assert found.needs == (
        Prospect(ProcessId("settlement/x"), "waits for event market-closed", FRIDAY),
        Prospect(ProcessId("settlement/x"), "load waits for file in/prices_20261120_${parameters.region}.csv", FRIDAY),
    )
    assert found.unset == ()


def test_what_only_events_and_files_order_needs_one_of_them() -> None:
    event, file = EventStart("market-closed"), FileStart(FileCheck("in/${business_date}/*.csv"))
    catalogue = house(a("a/event", event), a("a/either", event, file), a("a/both", event, DAILY), a("a/never"))
    assert said(open_at(catalogue, FRIDAY).needs) == [
        "a/either is ordered by event market-closed or file in/2026-11-20/*.csv",
        "a/event is ordered by event market-closed",
    ]


@pytest.mark.parametrize(
    ("of", "every", "needs", "unset"),
    [
        ((on("a/comes"), on("a/hand")), False, [], []),
        ((EventWait("e"), on("a/hand")), False, ["event e"], []),
        ((EventWait("e"), FileWait(FileCheck("f"))), False, ["event e or file f"], []),
        ((BOTH, EventWait("h")), False, ["event e and event g or event h"], []),
        ((EventWait("e"), on("a/hand")), True, ["event e"], ["a/hand"]),
        ((on("a/hand"), on("a/other")), False, [], ["a/hand, or for a/other"]),
    ],
)  # fmt: skip
def test_of_a_group_one_that_comes_is_enough_or_each_has_to_come(
    of: tuple[Condition, ...],
    every: bool,  # noqa: FBT001
    needs: list[str],
    unset: list[str],
) -> None:
    catalogue = house(
        a("settlement/x", DAILY, waits=[Group(of, every=every)]), a("a/comes", DAILY), a("a/hand"), a("a/other")
    )  # fmt: skip
    found = open_at(catalogue, FRIDAY)
    by_hand = "@2026-11-20, which nothing orders for that date: it has no start: a person orders it"
    assert said(found.needs) == [f"settlement/x load waits for {text}" for text in needs]
    assert [text.replace(by_hand, "") for text in said(found.unset)] == [
        f"settlement/x load waits for {text}" for text in unset
    ]


# never
def test_a_process_whose_calendar_selects_nothing_can_never_start() -> None:
    nothing = Calendar("nothing", weekend=frozenset(range(7)))
    catalogue = house(a("ops/x", DAILY, calendar="nothing"), a("ops/hand", calendar="nothing"), calendars=(nothing,))
    why = f"can never start: calendar nothing selects no date before {UNTIL}"
    assert said(never(catalogue, FRIDAY)) == [f"ops/hand {why}", f"ops/x {why}"]


def test_a_time_on_none_of_the_calendars_dates_never_comes() -> None:
    saturdays = CronStart("0 9 * * 6")
    why = f"cron 0 9 * * 6: it names no time of a date of calendar nse before {UNTIL}"
    catalogue = house(
        a("ops/dead", saturdays, calendar="nse"),
        a("ops/half", saturdays, DAILY, calendar="nse"),
        a("ops/late", CronStart("0 2 * * 6"), calendar="nse", day_starts=time(6)),
        a("ops/every-day", saturdays),
        a("ops/hand", calendar="nse"),
    )
    assert said(never(catalogue, FRIDAY)) == [f"ops/dead can never start: {why}", f"ops/half never starts by {why}"]


def test_a_day_that_comes_only_after_the_time_looked_at_never_comes() -> None:
    leap = a("ops/leap", CronStart("0 0 29 2 *"))
    assert never(house(leap), FRIDAY) == ()
    (found,) = never(house(leap), date(2028, 3, 1))
    assert found.reason == f"can never start: cron 0 0 29 2 *: it names no time before {date(2028, 3, 1) + AHEAD}"


def test_what_only_those_order_that_can_never_start_can_never_start() -> None:
    dead = a("a/dead", CronStart("0 9 * * 6"), calendar="nse")
    by_task = ProcessStart(ProcessId("a/dead"), TaskName("load"))
    catalogue = house(
        dead,
        a("b/behind", by_task),
        a("c/behind-that", ProcessStart(ProcessId("b/behind")), ProcessStart(ProcessId("a/dead"))),
        a("d/also", ProcessStart(ProcessId("a/dead")), EventStart("e")),
    )
    reasons = {one.process: one.reason for one in never(catalogue, FRIDAY)}
    assert reasons.pop(dead.id).startswith("can never start: cron 0 9 * * 6")
    assert reasons == {
        "b/behind": "can never start: process a/dead:load: a/dead can never start",
        "c/behind-that": (
            "can never start: process b/behind: b/behind can never start; process a/dead: a/dead can never start"
        ),
        "d/also": "never starts by process a/dead: a/dead can never start",
    }


@pytest.mark.parametrize(
    ("cron", "window", "day_starts", "is_told"),
    [
        ("30 23 * * *", (18, 23), 0, True),
        ("30 22 * * *", (18, 23), 0, False),
        ("0 9 * * *", (18, 23), 0, False),
        ("30 1 * * *", (22, 4), 6, False),
        ("0 5 * * *", (22, 4), 6, True),
        ("0 5 * * *", (22, 4), 0, False),
    ],
)
def test_a_time_at_which_the_window_has_passed_starts_nothing(
    cron: str,
    window: tuple[int, int],
    day_starts: int,
    is_told: bool,  # noqa: FBT001
) -> None:
    hours = Window(time(window[0]), time(window[1]))
    one = a("ops/x", CronStart(cron), window=hours, day_starts=time(day_starts), timezone="Asia/Kolkata")
    found = said(never(house(one), FRIDAY))
    why = (
        f"ops/x can never start: cron {cron}: the window, {hours.start:%H:%M} to {hours.end:%H:%M}, has passed by then"
    )
    assert found == ([why] if is_told else [])


def test_the_window_alone_keeps_nothing_that_others_order() -> None:
    hours = Window(time(18), time(23))
    found = never(house(a("ops/x", CronStart("30 23 * * *"), EventStart("e"), window=hours)), FRIDAY)
    assert [one.reason.partition(":")[0] for one in found] == ["never starts by cron 30 23 * * *"]


def test_processes_that_share_a_calendar_and_times_are_told_alike() -> None:
    hours = Window(time(8), time(9))
    many = [a(f"ops/p{n}", CronStart("0 9 * * 5"), calendar="nse", window=hours) for n in range(50)]
    found = never(house(*many), FRIDAY)
    assert len(found) == 50
    assert len({one.reason for one in found}) == 1


def test_the_plan_of_a_date_and_what_it_leaves_open_hang_on_nothing_else() -> None:
    catalogue = house(a("settlement/x", DAILY, after=(on("risk/var"),)), a("risk/var"))
    assert open_at(catalogue, MONDAY) == open_at(catalogue, MONDAY)
    past = open_at(catalogue, date(2001, 1, 1))
    assert [one.business_date for one in past.unset] == [date(2001, 1, 1)]
