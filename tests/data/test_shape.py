"""The sample has the size and the variety that it is there to show."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.data.night import steps
from tests.data.sample import DATA, documents, expected, of_the_night

PROCESSES = documents("process")
CONTACTS = documents("contact")
ROLES = documents("role")
TEMPLATES = documents("template")
TASKS = [(f"{process}:{name}", task) for process, said in PROCESSES.items() for name, task in said["tasks"].items()]


def test_it_is_a_whole_brokerage() -> None:
    assert len({process.partition("/")[0] for process in PROCESSES}) >= 4
    assert len(PROCESSES) >= 12
    assert len(TASKS) >= 60


def test_a_process_lies_in_the_folder_of_its_department() -> None:
    for process in PROCESSES:
        assert (DATA / "definitions" / f"{process}.yaml").is_file()


def test_every_name_is_known() -> None:
    called = {contact for said in (*PROCESSES.values(), *TEMPLATES.values()) for contact in _called(said)}
    called |= {following for contact in CONTACTS.values() for following in contact.get("then", {})}
    assert called <= CONTACTS.keys()
    assert {said["owner"] for said in PROCESSES.values()} <= ROLES.keys()
    assert {said["extends"] for said in PROCESSES.values()} <= TEMPLATES.keys()
    assert {said["extends"] for said in TEMPLATES.values() if "extends" in said} == {"brokerage"}
    refs = steps().keys()
    assert {ref for step in steps().values() for ref in step.after} <= refs


@pytest.mark.parametrize("contact", CONTACTS.values(), ids=CONTACTS)
def test_contacts_are_invented(contact: dict[str, Any]) -> None:
    assert "555" in contact["phone"]
    assert contact["mail"].endswith("example.com")


def test_every_script_and_query_is_there_and_used() -> None:
    words = {word for step in steps().values() for word in step.argv}
    scripts = {path.name for path in (DATA / "work/bin").glob("*.py")}
    by_hand = {"send.py"}
    assert by_hand | {word.rpartition("/")[2] for word in words if word.endswith(".py")} == scripts
    named = {word.rpartition("/")[2].rpartition(".")[0] or word for word in words}
    by_scripts = {"match-trades", "portfolios"}
    assert {path.stem for path in (DATA / "work/sql").glob("*/*.sql")} - by_scripts <= named


def test_it_shows_what_definitions_can_do() -> None:
    keys = {key for _, task in TASKS for key in task} | {key for said in PROCESSES.values() for key in said}
    wanted = {
        "after", "checks", "command", "confirm", "contacts", "cyclic", "deadlines", "directory", "environment", "extends",
        "instructions", "locks", "manual", "missed", "on_unknown", "once_per_date", "overlap", "owner", "parameters",
        "priority", "resources", "retries", "retry_backoff", "retry_delay", "retry_jitter", "retry_on", "start",
        "success_codes", "timeout", "title",
    }  # fmt: skip
    assert wanted <= keys
    assert {
        when
        for _, task in TASKS
        for entry in task.get("after", [])
        if isinstance(entry, dict) and "meter" not in entry
        for when in entry.values()
    } == {
        "failed",
        "finished",
    }
    starts = [key for said in PROCESSES.values() for start in said["start"] for key in start]
    assert set(starts) == {"cron", "process", "file", "event"}


def test_what_is_expected_speaks_of_every_process_of_the_night() -> None:
    said = expected()
    assert said["runs"].keys() == of_the_night()
    assert PROCESSES.keys() - of_the_night() == {
        "market-data/price-revision",
        "risk/intraday",
        "settlement/confirmations",
    }
    refs = [ref for ref, _ in TASKS]
    for act in said["acts"]:
        assert act["target"] in refs
        assert act["reason"]
    for process, run in said["runs"].items():
        assert {*run.get("tasks", {}), *run.get("attempts", {})} <= PROCESSES[process]["tasks"].keys()
    by_cron = {process for process in of_the_night() if "cron" in PROCESSES[process]["start"][0]}
    assert set(said["order"]) == by_cron


def _called(said: dict[str, Any]) -> Iterator[str]:
    yield from said.get("contacts", [])
    for task in said.get("tasks", {}).values():
        yield from task.get("contacts", [])
