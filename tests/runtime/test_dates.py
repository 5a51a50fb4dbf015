"""Runs of earlier business dates: what they wait for is found again, whenever that ended."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from boms_tui.model.condition import FileCheck
from boms_tui.model.facts import FileCame
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Picture
from boms_tui.model.states import RunState
from boms_tui.model.trigger import FileStart
from boms_tui.runtime.dates import Dates
from boms_tui.runtime.ports import LeaderStore
from tests.model.night import EVENING, Night, process, task
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


def test_the_newest_run_is_read_however_long_ago_its_date_is(tmp_path: Path) -> None:
    """An older one that ends now is not taken for it."""
    limits = "process: risk/limits\noverlap: parallel\ntasks: {ask: {manual: {prompt: Right?}, on_failure: fail}}\n"
    pay = "process: settle/pay\nafter: [{process: risk/limits, within: 1h}]\ntasks: {pay: {command: [/bin/true]}}\n"
    with House(tmp_path) as house:
        house.apply(f"{limits}---\n{pay}")
        house.start_runtime()
        older, newest = (house.order("risk/limits", date=day) for day in (LONG_AGO, "2026-01-12"))
        assert house.act("confirm", f"{newest}:ask", {"answer": "no"}).code == "ok"
        assert house.wait_for(newest).run.state is RunState.FAILED
        waits = house.order("settle/pay")
        house.wait_for(waits, RunState.STALLED)
        house.restart_runtime()
        assert house.act("confirm", f"{older}:ask").code == "ok"
        assert house.wait_for(older).run.state is RunState.SUCCEEDED
        assert house.run(waits).run.state is RunState.STALLED


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


class Archive:
    """A store in which everything has been ordered long ago; it notes which dates are asked for."""

    def __init__(self) -> None:
        self.read: set[date] = set()

    def dates_ordered(self, causes: Collection[tuple[ProcessId, str]]) -> Mapping[tuple[ProcessId, str], date]:
        return dict.fromkeys(causes, date.fromisoformat(LONG_AGO))

    def picture(self, dates: Collection[date]) -> Picture:
        self.read |= set(dates)
        return Picture(dates=frozenset(dates))


@pytest.mark.parametrize(("mark", "needed"), [("", False), (".taken", True)])
def test_files_that_stay_bring_no_old_dates_into_memory(mark: str, *, needed: bool) -> None:
    start = FileStart(FileCheck("in/p_${business_date}.csv"), mark=mark)
    night, archive = Night(process("a/prices", task("load"), start=(start,))), Archive()
    dates = Dates(cast("LeaderStore", archive), night.snapshot)
    old = FileCame(
        ProcessId("a/prices"), start, f"in/p_{LONG_AGO}.csv", 7, EVENING, EVENING, date.fromisoformat(LONG_AGO)
    )
    for _ in range(2):
        dates.load_for([old], EVENING)
        assert not night.tell(old).runs
    assert archive.read == ({date.fromisoformat(LONG_AGO)} if needed else set())


def test_an_end_that_is_young_counts_whatever_its_date_also_after_a_restart(tmp_path: Path) -> None:
    static = "process: static/load\ntasks: {load: {command: [/bin/true]}}\n"
    pay = "process: settle/pay\nafter: [{process: static/load, within: 12h}]\ntasks: {pay: {command: [/bin/true]}}\n"
    with House(tmp_path) as house:
        house.apply(f"{static}---\n{pay}")
        house.start_runtime()
        house.wait_for(house.order("static/load", date=LONG_AGO))
        house.restart_runtime()
        assert house.wait_for(house.order("settle/pay")).run.state is RunState.SUCCEEDED
