"""What `boms plan` tells beside the plan: what has to come, what nobody will set, and what can never start."""

import pytest

from tests.commands.house import House

DEFINITIONS = """\
calendar: nse
holidays: XNSE
---
process: risk/var
calendar: nse
start: [{cron: "0 18 * * *"}]
tasks: {publish: {command: ["true"]}}
---
process: settlement/x
start: [{cron: "0 19 * * *"}]
after: [{event: market-closed}]
tasks:
  load: {after: ["risk/var:publish", {file: "in/prices_${business_date:%Y%m%d}.csv"}], command: ["true"]}
---
process: ops/sundays
calendar: nse
start: [{cron: "0 9 * * 0"}]
tasks: {clean: {command: ["true"]}}
"""
WHY = "can never start: cron 0 9 * * 0: it names no time of a date of calendar nse before "
UNSET = "load waits for risk/var@2026-11-21, which nothing orders for that date: calendar nse: a Saturday"


@pytest.fixture
def market(quiet_house: House) -> House:
    said = quiet_house.apply(DEFINITIONS)
    assert said.code == 0
    assert said.err.startswith(f"process ops/sundays {WHY}")
    assert len(said.err.splitlines()) == 1
    return quiet_house


def test_what_a_date_leaves_open_stands_below_the_plan(market: House) -> None:
    lines = market.boms("plan", "--date", "2026-11-21").lines
    blanks = [number for number, line in enumerate(lines) if not line]
    sections = {
        lines[blank + 1].split("  ")[0]: [row.split(maxsplit=1) for row in lines[blank + 2 :]] for blank in blanks
    }
    assert list(sections) == ["NOT ORDERED", "NEEDS FROM OUTSIDE", "NOBODY WILL SET", "NEVER STARTS"]
    assert sections["NEEDS FROM OUTSIDE"][:2] == [
        ["settlement/x", "waits for event market-closed"],
        ["settlement/x", "load waits for file in/prices_20261121.csv"],
    ]
    assert sections["NOBODY WILL SET"][0] == ["settlement/x", UNSET]
    assert sections["NEVER STARTS"] == [["ops/sundays", f"{WHY}2028-11-22"]]


def test_what_comes_again_and_again_is_told_on_one_line(quiet_house: House) -> None:
    text = "process: a/often\nstart: [{cron: '*/2 * * * *'}, {cron: '1 6,18 * * *'}]\ntasks: {t: {command: [run]}}\n"
    quiet_house.apply(text)
    lines = quiet_house.boms("plan", "--date", "2026-11-20").lines
    assert len(lines) == 4
    assert "cron */2 * * * *: 720 times until" in lines[1]
    assert lines[1].endswith("23:58 UTC")
    assert len(quiet_house.boms("plan", "--date", "2026-11-20", "--json").json["planned"]) == 722


def test_sections_without_anything_are_left_out(market: House) -> None:
    heads = [line.split("  ")[0] for line in market.boms("plan", "--date", "2026-11-20").lines]
    assert "NOBODY WILL SET" not in heads
    assert "NEEDS FROM OUTSIDE" in heads


def test_as_json_they_are_lists_of_their_own(market: House) -> None:
    plan = market.boms("plan", "--date", "2026-11-21", "--json").json
    assert list(plan) == ["planned", "excluded", "needs", "unset", "never"]
    assert plan["unset"] == [{"process": "settlement/x", "reason": UNSET, "business_date": "2026-11-21"}]
    assert plan["needs"][0] == {
        "process": "settlement/x", "reason": "waits for event market-closed", "business_date": "2026-11-21",
    }  # fmt: skip
    assert plan["never"] == [{"process": "ops/sundays", "reason": f"{WHY}2028-11-22"}]
    empty = market.boms("plan", "--date", "2026-11-20", "--json").json
    assert (empty["unset"], len(empty["never"])) == ([], 1)


def test_without_a_date_each_process_is_told_for_its_own(market: House) -> None:
    plan = market.boms("plan", "--json").json
    days = {one["business_date"] for one in (*plan["planned"], *plan["needs"])}
    assert len(days) == 1
    assert [one["process"] for one in plan["never"]] == ["ops/sundays"]


def test_what_can_never_start_is_a_warning_of_check_and_doctor(market: House) -> None:
    said = market.boms("check", str(market.path / "definitions.yaml"))
    assert (said.code, said.err.startswith(f"process ops/sundays {WHY}")) == (0, True)
    found = {one["check"]: one for one in market.boms("doctor", "--json").json}
    assert found["process ops/sundays"]["status"] == "warn"
    assert found["process ops/sundays"]["detail"].startswith(WHY)
    assert "processes" not in found


def test_many_of_them_are_cut(quiet_house: House) -> None:
    dead = "".join(
        f"---\nprocess: ops/p{n}\ncalendar: nse\nstart: [{{cron: '0 9 * * 0'}}]\ntasks: {{t: {{command: ['true']}}}}\n"
        for n in range(25)
    )
    said = quiet_house.apply(f"calendar: nse\nholidays: XNSE\n{dead}")
    assert len(said.err.splitlines()) == 21
    assert said.err.endswith("+5 more: `boms plan` lists them\n")
    found = {one["check"]: one for one in quiet_house.boms("doctor", "--json").json}
    assert found["processes"]["detail"] == "5 more like these"


def test_a_home_without_definitions_has_an_empty_plan(quiet_house: House) -> None:
    plan = quiet_house.boms("plan", "--json").json
    assert plan == {"planned": [], "excluded": [], "needs": [], "unset": [], "never": []}
