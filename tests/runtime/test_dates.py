"""Runs of earlier business dates: what they wait for is found again, whenever that ended."""

from pathlib import Path

from boms_tui.model.states import RunState
from tests.runtime.house import House

TWO = """
process: risk/limits
tasks: {calc: {command: [/bin/true]}}
---
process: settle/pay
after: [risk/limits]
tasks:
  ask: {manual: {prompt: "Pay?"}}
  pay: {after: [ask, "risk/limits:calc"], command: [/bin/true]}
"""
LONG_AGO = "2026-01-05"


def test_an_old_run_still_sees_what_it_waited_for_after_a_restart(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.apply(TWO)
        house.start_runtime()
        limits = house.order("risk/limits", date=LONG_AGO)
        assert house.wait_for(limits).run.state is RunState.SUCCEEDED
        pay = house.order("settle/pay", date=LONG_AGO)
        house.wait_for(pay, RunState.STALLED)
        house.restart_runtime()
        assert house.act("confirm", f"{pay}:ask").code == "ok"
        assert house.wait_for(pay).run.state is RunState.SUCCEEDED


def test_a_date_that_is_not_in_memory_goes_on_with_its_numbers(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.apply(TWO)
        house.start_runtime()
        house.wait_for(house.order("risk/limits", date=LONG_AGO))
        house.restart_runtime()
        second = house.order("risk/limits", date=LONG_AGO)
        assert second == "risk/limits@2026-01-05.2"
        house.wait_for(second)
        house.restart_runtime()
        assert house.act("rerun", "risk/limits@2026-01-05.1").code == "ok"


def test_a_changed_calendar_finds_the_previous_date_that_was_not_in_memory(tmp_path: Path) -> None:
    calendar = "calendar: desk\nweekend: []\n"
    close = "process: trading/close\ncalendar: desk\ntasks: {ring: {command: [/bin/true]}}\n"
    prices = "process: reference/prices\nafter: [{process: trading/close, date: previous}]\n"
    with House(tmp_path) as house:
        house.apply(f"{calendar}---\n{close}---\n{prices}tasks: {{load: {{command: [/bin/true]}}}}\n")
        house.start_runtime()
        house.wait_for(house.order("trading/close", date="2026-01-02"))
        waits = house.order("reference/prices", date="2026-01-05")
        house.wait_for(waits, RunState.STALLED)
        house.restart_runtime()
        house.apply(f"{calendar}not: [2026-01-03, 2026-01-04]\n")
        assert house.wait_for(waits).run.state is RunState.SUCCEEDED
