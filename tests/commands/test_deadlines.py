"""Deadlines and forecasts on the command line, under a real runtime."""

from datetime import datetime, timedelta

from boms_tui import clock
from tests.commands.house import House, until

TEXT = """\
process: night/long
deadlines: {max_duration: 1s}
tasks:
  sleeps: {command: [sh, -c, "sleep 600"]}
---
process: night/short
start: [{cron: "0 18 * * *"}]
tasks:
  naps: {command: [sh, -c, "sleep 0.2"]}
---
process: night/mail
start: [{process: night/short}]
tasks:
  sends: {command: ["true"]}
"""
DATE = "2026-02-02"
LONG = f"night/long@{DATE}.1"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_run_that_takes_too_long_says_so_while_it_runs(quiet_house: House) -> None:
    house = quiet_house
    with house.runtime():
        assert house.apply(TEXT).code == 0
        assert house.boms("order", "night/long", "--date", DATE, user="operator").code == 0
        until(lambda: house.boms("show", LONG, "--json").json["late"] == ["max-duration"])
        shown = house.boms("show", LONG)
        assert "late: max-duration" in shown.lines
        assert house.boms("runs", "--process", "night/long").lines[1].endswith("late: max-duration")
        assert house.boms("show", LONG, "--json").json["state"] == "running"
        assert house.boms("kill", f"{LONG}:sleeps", "-m", "the test is over", user="operator").code == 0


def test_what_ran_before_tells_when_the_next_run_will_end(quiet_house: House) -> None:
    house = quiet_house
    with house.runtime():
        assert house.apply(TEXT).code == 0
        before = house.boms("plan", "--date", DATE, "--json").json["planned"]
        assert [one["expected_end"] for one in before] == [None, None]
        assert house.boms("order", "night/short", "--date", DATE, "--wait", user="operator").code == 0
        until(lambda: house.boms("runs", "--process", "night/mail", "--state", "succeeded", "--json").json != [])
        short, mail = house.boms("plan", "--date", DATE, "--json").json["planned"]
        took = instant(short["expected_end"]) - instant(short["at"])
        assert timedelta(seconds=0.2) <= took < timedelta(seconds=20)
        assert instant(mail["expected_end"]) >= instant(short["expected_end"])
        heads, *rows = house.boms("plan", "--date", DATE).lines
        assert "ENDS ~ (UTC)" in heads
        assert f"{DATE} 18:00:" in rows[0]


def test_an_open_run_says_when_it_will_end(quiet_house: House) -> None:
    house = quiet_house
    with house.runtime():
        assert house.apply(TEXT).code == 0
        assert house.boms("order", "night/short", "--date", DATE, "--wait", user="operator").code == 0
        assert house.apply(TEXT.replace("sleep 0.2", "sleep 600")).code == 0
        run = house.boms("order", "night/short", "--date", DATE, user="operator").out.split()[-1]
        until(lambda: house.boms("show", run, "--json").json["expected_end"] is not None)
        shown = house.boms("show", run, "--json").json
        assert instant(shown["expected_end"]) - clock.now() < timedelta(minutes=1)
        assert any(line.startswith("expected to end at ") for line in house.boms("show", run).lines)
        assert house.boms("kill", f"{run}:naps", "-m", "the test is over", user="operator").code == 0
