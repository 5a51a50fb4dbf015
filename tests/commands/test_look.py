"""What the looking commands answer, for people and as the JSON that DESIGN.md section 6 states."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.house import DEFINITIONS, House, until

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
DATE = "2026-02-02"


@pytest.fixture(scope="module")
def night(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One good run that has ended, one that failed half-way, one that asks; all of one business date.

    It is a house of its own: where tests are dealt out again, the night may be made twice.
    """
    house = House(tmp_path_factory.mktemp("night") / "home")
    shutil.copytree(prepared, house.path)
    with house.runtime():
        assert house.apply().code == 0
        for process, options in (("night/good", ["--wait"]), ("night/bad", ["--wait"]), ("night/asks", [])):
            house.boms("order", process, "--date", DATE, *options, user="operator")
        until(lambda: house.boms("show", f"asks@{DATE}", "--json").json["tasks"][0]["state"] == "confirm")
        yield house


def test_runs_lists_what_the_options_leave(night: House) -> None:
    rows = night.boms("runs", "--date", DATE, "--json").json
    assert {row["id"]: row["state"] for row in rows} == {
        f"night/good@{DATE}.1": "succeeded",
        f"night/bad@{DATE}.1": "stalled",
        f"night/asks@{DATE}.1": "stalled",
    }
    good = next(row for row in rows if row["process"] == "night/good")
    assert good == {
        "id": f"night/good@{DATE}.1", "process": "night/good", "business_date": DATE, "state": "succeeded",
        "revision": 1, "ordered_by": "operator", "late": [], "expected_end": None,
    }  # fmt: skip
    narrowed = night.boms("runs", "--date", DATE, "--state", "stalled", "--process", "bad", "--json").json
    assert [row["id"] for row in narrowed] == [f"night/bad@{DATE}.1"]


def test_runs_for_people_are_a_table(night: House) -> None:
    said = night.boms("runs", "--date", DATE, "--process", "night/bad")
    heads = ["RUN", "STATE", "TASKS", "ORDERED", "(UTC)", "STARTED", "(UTC)", "ENDED", "WHY"]
    assert said.lines[0].split() == heads
    assert said.err == ""
    assert said.lines[1].startswith(f"night/bad@{DATE}.1  stalled  2/3")


def test_show_prints_exactly_the_stated_json(night: House) -> None:
    shown = night.boms("show", f"bad@{DATE}", "--json").json
    stated = {"id", "process", "business_date", "state", "revision", "ordered_by", "tasks"}
    assert shown.keys() == {*stated, "late", "expected_end"}
    breaks, follows, alone = shown["tasks"]
    assert breaks.keys() == {"name", "state", "attempts"}
    assert (breaks["name"], breaks["state"], alone["state"]) == ("breaks", "failed", "succeeded")
    assert follows == {"name": "follows", "state": "waiting", "attempts": []}
    (attempt,) = breaks["attempts"]
    assert (attempt["number"], attempt["state"], attempt["exit_code"], attempt["node"]) == (1, "failed", 7, "n1")
    assert attempt.keys() == {"number", "state", "exit_code", "node", "started_at", "ended_at"}
    assert TIME.fullmatch(attempt["started_at"])
    assert TIME.fullmatch(attempt["ended_at"])


def test_show_for_people_has_every_task(night: House) -> None:
    said = night.boms("show", f"night/good@{DATE}")
    assert said.lines[0] == f"night/good@{DATE}.1  succeeded  All goes well"
    assert [line.split()[0] for line in said.lines[3:]] == ["first", "second"]


def test_show_says_what_each_waiting_task_waits_for(night: House) -> None:
    def shown(name: str) -> str:
        return next(line for line in night.boms("show", f"bad@{DATE}").lines if line.startswith(name))

    assert shown("follows").endswith("breaks is failed")
    assert night.boms("hold", f"bad@{DATE}:follows", "-m", "later", user="operator").code == 0
    assert shown("follows").endswith(f"night/bad@{DATE}.1:follows is held by operator: later")
    assert night.boms("release", f"bad@{DATE}:follows", "-m", "now", user="operator").code == 0


def test_show_and_tree_say_what_a_ready_task_competes_for(house: House) -> None:
    lock = "locks: [{name: drawer, mode: exclusive}]"
    tasks = f"a: {{command: [sleep, '600'], {lock}}}, b: {{command: ['true'], {lock}}}"
    assert house.apply(f"process: night/drawer\ntasks: {{{tasks}}}\n").code == 0
    house.boms("order", "night/drawer", "--date", DATE, user="operator")
    until(lambda: house.boms("show", f"drawer@{DATE}", "--json").json["tasks"][0]["state"] == "running")
    says = f"waits for lock drawer: held by night/drawer@{DATE}.1:a"
    assert next(line for line in house.boms("show", f"drawer@{DATE}").lines if line.startswith("b")).endswith(says)
    assert house.boms("tree", f"drawer@{DATE}").lines[2].endswith(says)
    house.end_all()


def test_tree_draws_who_follows_whom(night: House) -> None:
    said = night.boms("tree", f"bad@{DATE}")
    assert said.lines == [
        f"night/bad@{DATE}.1  stalled", "breaks  failed", "└─ follows  waiting", "alone  succeeded"
    ]  # fmt: skip
    tree = night.boms("tree", f"bad@{DATE}", "--json").json
    assert tree["tasks"][1] == {"name": "follows", "state": "waiting", "after": ["breaks"]}


def test_log_prints_what_the_attempt_printed_and_it_is_harmless(night: House) -> None:
    said = night.boms("log", f"night/good@{DATE}:first")
    assert (said.code, said.out) == (0, "one\ntwo\n")
    hostile = night.boms("log", f"bad@{DATE}:breaks", "--follow")
    assert hostile.out == "␛]0;owned␇no such file\n"
    answer = night.boms("log", f"bad@{DATE}:breaks", "--attempt", "1", "--json").json
    assert answer == {
        "attempt": f"night/bad@{DATE}.1:breaks.1", "state": "failed", "size": 23, "dropped": 0, "complete": True,
        "progress": None, "tail": "\x1b]0;owned\x07no such file\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ref", "options", "says"),
    [("follows", (), "has not been started"), ("breaks", ("--attempt", "9"), "has no attempt 9")],
)
def test_a_log_that_is_not_there_says_so(night: House, ref: str, options: tuple[str, ...], says: str) -> None:
    said = night.boms("log", f"bad@{DATE}:{ref}", *options)
    assert said.code == 2
    assert says in said.err


def test_plan_is_a_function_of_definitions_and_date(night: House) -> None:
    friday = night.boms("plan", "--date", "2026-02-06", "--json").json
    assert friday["planned"] == [
        {
            "process": "day/good", "business_date": "2026-02-06", "at": "2026-02-06T18:00:00.000000Z",
            "cause": "cron 0 18 * * 1-5", "expected_end": None,
        }
    ]  # fmt: skip
    assert {one["process"] for one in friday["excluded"]} == {"night/good", "night/bad", "night/asks", "night/long"}
    sunday = night.boms("plan", "--date", "2026-02-08", "--json").json
    assert sunday["planned"] == []
    assert night.boms("plan").code == 0


def test_export_gives_back_what_was_applied(night: House) -> None:
    assert night.boms("export", "night/good").out in DEFINITIONS
    (one,) = night.boms("export", "asks", "--json").json
    assert (one["kind"], one["id"], one["revision"]) == ("process", "night/asks", 1)
    everything = night.boms("export").out
    assert night.boms("apply", "--dry-run", str(night.path / "definitions.yaml")).out.endswith("7 unchanged\n")
    assert everything.count("process: ") == 5


def test_roles_are_listed_with_their_verbs(night: House) -> None:
    roles = {row["role"]: row for row in night.boms("roles", "--json").json}
    assert roles["viewer"]["verbs"] == []
    assert set(roles["operator"]["verbs"]) < set(roles["supervisor"]["verbs"]) < set(roles["admin"]["verbs"])
    assert "apply" in roles["author"]["verbs"]
    assert "admin" in night.boms("roles").out


def test_the_journal_is_proved_whole(night: House) -> None:
    proved = night.boms("audit", "verify", "--json")
    assert proved.code == 0
    assert (proved.json["ok"], proved.json["finding"]) == (True, None)
    assert proved.json["rows"] > 20
    assert night.boms("audit", "verify").out.startswith("the journal is whole: ")


def test_doctor_finds_a_runtime_that_lives(night: House) -> None:
    said = night.boms("doctor", "--json")
    found = {finding["check"]: finding for finding in said.json}
    assert found["runtime"]["status"] == "ok"
    assert found["key login.key"]["status"] == "ok"
    assert said.code == (1 if any(finding["status"] == "fail" for finding in said.json) else 0)
