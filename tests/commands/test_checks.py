"""What `show` and `why` tell of checks, for people and for scripts."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.house import House, until

DATE = "2026-02-02"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
DEFINITIONS = """\
process: night/checked
tasks:
  early:
    command: ["true"]
    checks: {before: [{file: {path: "in/prices_${business_date:%Y%m%d}.csv", min_size: 1}}]}
  noisy:
    command: [sh, -c, 'printf "fine\\nORA-00942 \\033]0;owned\\007\\n"']
    checks:
      before: [{file: in/there.csv}]
      after: [{output: {require: "^fine$"}}, {output: {fail_on: "ORA-|ERROR"}}]
  good:
    command: ["true"]
    checks: {after: [{output: {fail_on: ERROR}}]}
  plain: {command: ["true"]}
"""
FAILED = "check failed: file in/prices_20260202.csv, at least 1 byte: in/prices_20260202.csv is not there"
QUOTED = 'printed "ORA-00942 ␛]0;owned␇"'


@pytest.fixture(scope="module")
def night(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("night") / "home")
    shutil.copytree(prepared, house.path)
    (house.path / "work" / "in").mkdir()
    (house.path / "work" / "in" / "there.csv").write_text("1,2\n")
    with house.runtime():
        assert house.apply(DEFINITIONS).code == 0
        house.boms("order", "night/checked", "--date", DATE, user="operator")
        until(lambda: "stalled" in house.boms("runs", "--process", "night/checked").out)
        yield house


def tasks(night: House) -> dict[str, Any]:
    shown = night.boms("show", f"checked@{DATE}", "--json").json
    return {task["name"]: task for task in shown["tasks"]}


def checks(night: House, task: str) -> list[tuple[str, str, bool, str]]:
    (attempt,) = tasks(night)[task]["attempts"]
    assert all(TIME.fullmatch(check["at"]) for check in attempt["checks"])
    return [(check["phase"], check["check"], check["passed"], check["saw"]) for check in attempt["checks"]]


def test_show_as_json_has_what_each_check_of_an_attempt_saw(night: House) -> None:
    assert {name: task["state"] for name, task in tasks(night).items()} == {
        "early": "failed", "noisy": "failed", "good": "succeeded", "plain": "succeeded",
    }  # fmt: skip
    assert checks(night, "early") == [
        ("before", "file in/prices_20260202.csv, at least 1 byte", False, "in/prices_20260202.csv is not there")
    ]
    before, *after = checks(night, "noisy")
    assert before[:3] == ("before", "file in/there.csv", True)
    assert before[3].startswith("in/there.csv: 4 bytes, changed ")
    assert after == [
        ("after", "a line of the output matches ^fine$", True, 'printed "fine"'),
        ("after", "no line of the output matches ORA-|ERROR", False, QUOTED),
    ]
    assert checks(night, "good") == [("after", "no line of the output matches ERROR", True, "no such line in 0 bytes")]
    (plain,) = tasks(night)["plain"]["attempts"]
    assert "checks" not in plain


def test_show_for_people_ends_with_the_checks_of_what_they_failed(night: House) -> None:
    *_, blank, heads, early, there, fine, noisy = night.boms("show", f"checked@{DATE}").lines
    assert blank == ""
    assert heads.split()[:4] == ["ATTEMPT", "CHECKED", "CHECK", "SAW"]
    assert early.startswith("early.1  before   failed  file in/prices_20260202.csv, at least 1 byte")
    assert "in/prices_20260202.csv is not there" in early
    assert [line.split()[:3] for line in (there, fine)] == [
        ["noisy.1", "before", "passed"], ["noisy.1", "after", "passed"]
    ]  # fmt: skip
    assert QUOTED in noisy


def test_why_says_which_check_failed_and_what_it_saw(night: House) -> None:
    said = night.boms("why", f"checked@{DATE}:early")
    assert said.lines[0] == f"night/checked@{DATE}.1:early"
    assert "in/prices_20260202.csv is not there" in said.lines[-1]
    assert f"root cause: early {FAILED.replace('check failed', 'failed: check failed')}" in " ".join(said.out.split())
    assert night.boms("why", f"checked@{DATE}:good").lines == [
        f"night/checked@{DATE}.1:good is succeeded and waits for nothing"
    ]
    assert "early.1" in night.boms("why", f"checked@{DATE}").out


def test_why_as_json_stays_one_list(night: House) -> None:
    (early,) = night.boms("why", f"checked@{DATE}:early", "--json").json
    assert early == {
        "gate": "check before", "open": False, "opens_at": None, "who_can_free": None,
        "detail": f"night/checked@{DATE}.1:early.1: {FAILED.removeprefix('check failed: ')}",
    }  # fmt: skip
    whole = night.boms("why", f"checked@{DATE}", "--json").json
    assert [(gate["gate"], gate["open"]) for gate in whole if gate["gate"].startswith("check")] == [
        ("check before", False), ("check before", True), ("check after", True), ("check after", False)
    ]  # fmt: skip


def test_the_reason_of_the_attempt_is_the_check(night: House) -> None:
    (row,) = [line for line in night.boms("show", f"checked@{DATE}").lines if line.startswith("early  ")]
    assert row.endswith(FAILED)
