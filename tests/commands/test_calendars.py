"""Calendars from the command line: their year, their end, and the dates that they leave out."""

import pytest

from tests.commands.house import House

CALENDARS = """\
calendar: nse
holidays: XNSE
half_days: {2026-11-09: "13:00"}
extra_days: [2026-11-08]
not: [2026-11-11]
---
calendar: expiry
based_on: nse
days: last thursday
roll: previous
---
process: day/close
calendar: nse
start: [{cron: "0 18 * * *"}]
tasks: {ring: {command: ["true"]}}
"""
ENDED = "calendar: desk\nholidays: [2020-01-01]\n"
ENDS = "calendar desk: nothing is known after 2020-12-31; weekends alone are off from then on\n"


@pytest.fixture
def market(quiet_house: House) -> House:
    assert quiet_house.apply(CALENDARS).code == 0
    return quiet_house


def test_the_days_of_a_year_are_shown_month_by_month(market: House) -> None:
    lines = market.boms("plan", "--calendar", "nse", "--year", "2026").lines
    assert lines[0] == "nse, 2026: 246 days"
    first = next(number for number, line in enumerate(lines) if "November" in line)
    november = [line[23:43].rstrip() for line in lines[first : first + 8]]
    assert november[0].strip() == "November"
    assert november[1:] == [
        "Mo Tu We Th Fr Sa Su",
        "                   ·",
        " 2  3  4  5  6  ·  8",
        " 9  ·  · 12 13  ·  ·",
        "16 17 18 19 20  ·  ·",
        "23  · 25 26 27  ·  ·",
        "30",
    ]
    assert "2026-11-08  Sun  an extra day" in lines
    assert "2026-11-09  Mon  ends at 13:00" in lines
    assert "2026-11-11  Wed  ruled out" in lines
    assert "2026-11-24  Tue  Guru Nanak Jayanti" in lines


def test_the_days_of_a_year_are_json_too(market: House) -> None:
    year = market.boms("plan", "--calendar", "expiry", "--year", "2026", "--json").json
    assert (year["calendar"], year["year"], year["known_until"]) == ("expiry", 2026, "2100-12-31")
    assert year["days"][:3] == ["2026-01-29", "2026-02-26", "2026-03-25"]
    assert {"date": "2026-03-26", "selected": False, "reason": "Ram Navami"} in year["exceptions"]


def test_a_calendar_that_is_not_there(market: House) -> None:
    said = market.boms("plan", "--calendar", "nsee")
    assert (said.code, said.err) == (1, "boms: there is no calendar nsee\n  did you mean nse?\n")


def test_what_a_calendar_leaves_out_is_told_with_why(market: House) -> None:
    said = market.boms("plan", "--date", "2026-11-24", "--json").json
    assert said["planned"] == []
    assert said["excluded"] == [{"process": "day/close", "reason": "calendar nse: Guru Nanak Jayanti"}]
    refused = market.boms("order", "day/close", "--date", "2026-11-24", "--dry-run")
    assert "2026-11-24 is none of its business dates (calendar nse: Guru Nanak Jayanti); --force orders it" in (
        refused.out + refused.err
    )


def test_a_calendar_that_ends_is_told_before_it_bites(quiet_house: House) -> None:
    assert quiet_house.apply(ENDED).err == ENDS
    assert quiet_house.boms("check", str(quiet_house.path / "definitions.yaml")).err == ENDS
    findings = {one["check"]: one for one in quiet_house.boms("doctor", "--json").json}
    assert findings["calendar desk"]["status"] == "warn"
    assert quiet_house.boms("plan", "--calendar", "desk", "--year", "2021").err == (
        "nothing is known after 2020-12-31; weekends alone are off from then on\n"
    )
