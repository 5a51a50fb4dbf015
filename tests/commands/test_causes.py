"""What starts runs beside the clock, with a real runtime: files, events, and what tasks say of themselves."""

from pathlib import Path

import pytest

from tests.commands.house import House, Said, until

DEFINITIONS = """\
process: feed/prices
start:
  - file: {path: "in/prices_${business_date:%Y%m%d}.csv", min_size: 1, move_to: in/taken}
tasks:
  load: {command: [cat, "${file}"]}
---
process: feed/loader
tasks:
  load:
    command: [sh, -c, "echo '::boms label loaded'; while [ ! -e go ]; do sleep 0.05; done"]
  check: {after: [{task: load, label: loaded}], command: ["true"]}
---
process: feed/reader
start: [{process: feed/loader, task: load, label: loaded}]
tasks: {read: {command: ["true"]}}
---
process: feed/closing
start: [{event: market-closed}]
after: [{file: "in/flag_${business_date}"}]
tasks: {close: {command: ["true"]}}
"""


@pytest.fixture
def feed(quiet_house: House) -> House:
    assert quiet_house.apply(DEFINITIONS).code == 0
    (work := work_of(quiet_house)).mkdir(exist_ok=True)
    (work / "in").mkdir()
    return quiet_house


def work_of(house: House) -> Path:
    return house.path / "work"


def states(house: House, process: str) -> dict[str, str]:
    found = house.boms("runs", "--process", process, "--date", "2026-11-20", "--json")
    return {run["id"]: run["state"] for run in found.json}


def show(house: House, run: str) -> Said:
    return house.boms("show", run, "--json")


def test_a_file_starts_one_run_that_reads_it_where_it_was_taken_to(feed: House) -> None:
    arrived = work_of(feed) / "in" / "prices_20261120.csv"
    with feed.runtime():
        arrived.write_text("42\n")
        until(lambda: states(feed, "feed/prices") == {"feed/prices@2026-11-20.1": "succeeded"})
    assert not arrived.exists()
    assert (work_of(feed) / "in/taken/2026-11-20.1/prices_20261120.csv").read_text() == "42\n"
    assert feed.boms("log", "feed/prices@2026-11-20.1:load").out == "42\n"
    assert show(feed, "feed/prices@2026-11-20.1").json["ordered_by"] == "file in/prices_20261120.csv"


def test_a_file_that_came_while_no_runtime_ran_starts_its_run_later_and_only_once(feed: House) -> None:
    with feed.runtime():
        pass
    (work_of(feed) / "in" / "prices_20261120.csv").write_text("42\n")
    for _ in range(2):
        with feed.runtime():
            until(lambda: states(feed, "feed/prices") == {"feed/prices@2026-11-20.1": "succeeded"})


def test_a_label_opens_a_gate_and_starts_a_process_while_its_task_still_runs(feed: House) -> None:
    with feed.runtime():
        assert feed.boms("order", "feed/loader", "--date", "2026-11-20", user="operator").code == 0
        until(lambda: states(feed, "feed/reader") == {"feed/reader@2026-11-20.1": "succeeded"})
        tasks = {task["name"]: task["state"] for task in show(feed, "feed/loader@2026-11-20.1").json["tasks"]}
        assert tasks["load"] == "running"
        until(lambda: "check  succeeded" in feed.boms("tree", "feed/loader@2026-11-20.1").out)
        (work_of(feed) / "go").touch()
        until(lambda: states(feed, "feed/loader") == {"feed/loader@2026-11-20.1": "succeeded"})


def test_an_event_is_posted_and_the_file_that_is_missing_is_told(feed: House) -> None:
    run = "feed/closing@2026-11-20.1"
    with feed.runtime():
        assert feed.boms("event", "market-open", user="operator").code == 1
        posted = feed.boms("event", "market-closed", "--date", "2026-11-20", user="operator")
        assert posted.out == "applied market-closed (ordered feed/closing@2026-11-20.1)\n"
        until(lambda: "is not there" in feed.boms("why", run).out)
        why = {gate["gate"]: gate["detail"] for gate in feed.boms("why", run, "--json").json}
        assert why["file:in/flag_2026-11-20"] == "in/flag_2026-11-20 is not there"
        (work_of(feed) / "in" / "flag_2026-11-20").touch()
        until(lambda: states(feed, "feed/closing") == {run: "succeeded"})
        again = feed.boms("event", "market-closed", "--date", "2026-11-20", user="operator")
        assert again.code == 0
    assert list(states(feed, "feed/closing")) == [run]


def test_a_pattern_that_matches_the_spool_is_refused(quiet_house: House) -> None:
    text = 'process: a\nstart: [{file: {path: "../spool/*/exit"}}]\ntasks: {t: {command: run}}\n'
    refused = quiet_house.apply(text)
    assert refused.code == 2
    assert "definitions.yaml:2:23: the pattern matches files of the spool" in refused.err
