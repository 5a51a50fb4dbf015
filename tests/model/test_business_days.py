"""What calendars mean for a night: which dates are ordered, and which date is the previous one."""

from datetime import date

from boms_tui.model.calendar import Calendar
from boms_tui.model.condition import Dependency, RelativeDate
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.states import RunState
from boms_tui.model.trigger import ProcessStart
from tests.model.night import DAY, Night, process, task

NSE = Calendar("nse", closed={date(2026, 11, 19): "Diwali", date(2026, 11, 20): "Diwali"})
CALENDARS = Catalogue(calendars={"nse": NSE})
PREVIOUS = Dependency(process=ProcessId("trading/close"), date=RelativeDate.PREVIOUS)
PRICES = process("reference/prices", task("load"), after=(PREVIOUS,))
CLOSE = process("trading/close", task("one"), calendar="nse")


def test_a_date_that_the_calendar_does_not_have_is_ordered_only_by_force() -> None:
    night = Night(CLOSE, beside=CALENDARS)
    verdict = night.ask("order", "trading/close")
    assert (verdict.code, verdict.reason) == (
        "not-planned",
        "2026-11-20 is none of its business dates (calendar nse: Diwali); --force orders it",
    )
    assert night.ask("order", "trading/close", given={"date": "2026-11-18"}).code == "ok"
    assert night.ask("order", "trading/close", given={"force": "yes"}).code == "ok"


def test_success_orders_only_those_who_work_that_day() -> None:
    start = (ProcessStart(ProcessId("ops/first")),)
    works = process("ops/works", task("one"), start=start)
    rests = process("ops/rests", task("one"), start=start, calendar="nse")
    waits = process("ops/waits", task("one"), after=(Dependency(process=rests.id),))
    night = Night(process("ops/first", task("one")), works, rests, waits, beside=CALENDARS)
    night.order("ops/waits")
    night.order("ops/first")
    night.end("ops/first@2026-11-20.1", "one")
    assert {run.process for run in night.snapshot.runs.values()} == {"ops/first", "ops/works", "ops/waits"}
    assert night.run("ops/waits@2026-11-20.1").reason == "nothing will order ops/rests@2026-11-20"


def test_previous_is_the_last_business_date_of_the_other_process() -> None:
    night = Night(CLOSE, PRICES, beside=CALENDARS)
    night.ask("order", "trading/close", given={"date": "2026-11-18"})
    night.order("reference/prices")
    prices = f"reference/prices@{DAY}.1"
    assert night.run(prices).reason == "trading/close@2026-11-18.1 is running"
    night.end("trading/close@2026-11-18.1", "one")
    assert night.run(prices).state is RunState.RUNNING


def test_a_changed_calendar_moves_what_open_runs_wait_for() -> None:
    night = Night(CLOSE, PRICES, beside=CALENDARS)
    night.order("reference/prices")
    prices = f"reference/prices@{DAY}.1"
    assert night.run(prices).reason == "nothing will order trading/close@2026-11-18"
    night.redefine(calendars=[Calendar("nse", closed={date(2026, 11, 20): "Diwali"})])
    assert night.run(prices).reason == "nothing will order trading/close@2026-11-19"
    night.ask("order", "trading/close", given={"date": "2026-11-19"})
    night.end("trading/close@2026-11-19.1", "one")
    assert night.run(prices).state is RunState.RUNNING
