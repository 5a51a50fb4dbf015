"""The operator's verbs from the command line, against a real store and a real runtime."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.commands.house import House, until

LOCKED = """\
process: rival/first
tasks:
  only: {command: [sleep, "600"], locks: [{name: positions, mode: exclusive}], resources: {desk: 1}}
---
process: rival/second
tasks:
  only: {command: [sleep, "600"], locks: [positions], resources: {desk: 1}}
---
resource: desk
units: 2
"""
RUN = re.compile(r"[a-z/-]+@\d{4}-\d\d-\d\d\.\d+")


@pytest.fixture(autouse=True)
def _no_run_is_left_open(house: House) -> Iterator[None]:
    yield
    house.end_all()


def ordered(house: House, process: str, *options: str) -> str:
    said = house.boms("order", process, *options, user="operator")
    assert said.code == 0, said.err
    return said.out.strip()


def attempts_of(house: House, run: str, task: str) -> list[tuple[str, int | None]]:
    shown = house.boms("show", run, "--json").json["tasks"]
    return [
        (attempt["state"], attempt["exit_code"]) for one in shown if one["name"] == task for attempt in one["attempts"]
    ]


def states(house: House, run: str) -> dict[str, str]:
    return {task["name"]: task["state"] for task in house.boms("show", run, "--json").json["tasks"]}


def test_order_prints_the_run_id_and_nothing_else(house: House) -> None:
    run = ordered(house, "night/good", "--date", "2026-01-05")
    assert run == "night/good@2026-01-05.1"
    assert ordered(house, "night/good", "--date", "2026-01-05") == "night/good@2026-01-05.2"


def test_order_and_wait_ends_with_the_run(house: House) -> None:
    said = house.boms("order", "night/good", "--wait", "--json", "--parameter", "region=south", user="operator")
    assert said.code == 0
    assert said.json.keys() == {"id", "request", "verdict", "reason", "state"}
    assert (said.json["verdict"], said.json["state"]) == ("applied", "succeeded")
    assert RUN.fullmatch(said.json["id"])


def test_waiting_ends_with_1_where_the_run_stalls(house: House) -> None:
    said = house.boms("order", "night/bad", "--wait", "--date", "2026-01-06", user="operator")
    assert said.code == 1
    assert said.out == "night/bad@2026-01-06.1\n"
    assert "night/bad@2026-01-06.1: stalled" in said.err


def test_waiting_through_a_stall_ends_when_a_person_moved_the_run(house: House) -> None:
    run = ordered(house, "night/bad", "--date", "2026-01-07")
    until(lambda: states(house, run)["breaks"] == "failed")
    skipped = house.boms("skip", f"{run}:breaks", "-m", "known", user="operator")
    assert skipped.code == 0
    assert skipped.out == f"applied {run}:breaks: skipped\n"
    until(lambda: house.boms("show", run, "--json").json["state"] == "succeeded")


@pytest.mark.parametrize(
    ("parameter", "says"),
    [("region=north", "region is one of west, south, not north"), ("colour=red", "has no parameter colour")],
)
def test_a_wrong_parameter_is_rejected_with_its_code(house: House, parameter: str, says: str) -> None:
    said = house.boms("order", "night/good", "--parameter", parameter, "--json", user="operator")
    assert said.code == 1
    assert said.json["verdict"] == "rejected"
    assert said.json["reason"].startswith("bad-parameter: ")
    assert says in said.json["reason"]


def test_a_dry_run_orders_nothing(house: House) -> None:
    said = house.boms("order", "night/good", "--date", "2026-01-08", "--dry-run")
    assert (said.code, said.err) == (0, "")
    assert "would order night/good" in said.out
    refused = house.boms("order", "night/good", "--parameter", "region=north", "--dry-run", "--json")
    assert refused.code == 1
    assert "region is one of" in refused.json["refusal"]
    assert house.boms("runs", "--date", "2026-01-08", "--json").json == []


def test_a_failed_task_is_retried(house: House) -> None:
    run = ordered(house, "night/bad", "--date", "2026-01-09")
    until(lambda: states(house, run)["breaks"] == "failed")
    said = house.boms("retry", "bad@2026-01-09:breaks", "-m", "again", "--json", user="operator")
    assert said.code == 0
    assert said.json["id"] == f"{run}:breaks"
    until(lambda: attempts_of(house, run, "breaks") == [("failed", 7), ("failed", 7)])


def test_several_objects_get_a_verdict_line_each_and_the_worst_exit_code(house: House) -> None:
    run = ordered(house, "night/bad", "--date", "2026-01-12")
    until(lambda: states(house, run)["breaks"] == "failed")
    said = house.boms("skip", f"{run}:breaks", f"{run}:alone", f"{run}:nothing", "-m", "why not", user="operator")
    assert said.code == 2
    assert said.lines[0] == f"applied {run}:breaks: skipped"
    assert said.lines[1].startswith(f"rejected {run}:alone: succeeded (wrong-state: ")
    assert "has no task nothing" in said.err


def test_a_verb_beyond_the_role_exits_4(house: House) -> None:
    run = ordered(house, "night/bad", "--date", "2026-01-13")
    until(lambda: states(house, run)["breaks"] == "failed")
    said = house.boms("force-ok", f"{run}:breaks", "-m", "mine", "--json", user="operator")
    assert said.code == 4
    assert said.json["reason"].startswith("not-authorised: ")
    assert house.boms("force-ok", f"{run}:breaks", "-m", "mine", user="supervisor").code == 0
    assert house.boms("order", "night/good", user="viewer").code == 4


@pytest.mark.parametrize(
    ("options", "question", "run_state"),
    [((), "succeeded", "succeeded"), (("--no", "-m", "not yet"), "failed", "stalled")],
)
def test_a_manual_task_is_confirmed_or_declined(
    house: House, options: tuple[str, ...], question: str, run_state: str
) -> None:
    run = ordered(house, "night/asks", "--date", "2026-01-14")
    until(lambda: states(house, run)["question"] == "confirm")
    said = house.boms("confirm", f"{run}:question", *options, user="operator")
    assert said.out == f"applied {run}:question: {question}\n"
    until(lambda: house.boms("show", run, "--json").json["state"] == run_state)


def test_a_hold_keeps_what_is_under_it_until_it_is_released(house: House) -> None:
    assert house.boms("hold", "day/good", "-m", "a look first", user="operator").code == 0
    run = ordered(house, "day/good", "--date", "2026-01-16")
    gates = house.boms("why", run, "--json").json
    assert [(gate["gate"], gate["open"]) for gate in gates] == [("hold:day/good", False)]
    assert "a look first" in gates[0]["detail"]
    again = house.boms("hold", "day/good", "-m", "twice", "--json", user="operator")
    assert (again.code, again.json["reason"]) == (1, "wrong-state: day/good is held already")
    assert house.boms("release", "day/good", "-m", "looked", user="operator").code == 0
    until(lambda: house.boms("show", run, "--json").json["state"] == "succeeded")


def test_a_folder_is_held_until_a_time(house: House) -> None:
    assert house.apply("process: other/one\ntasks: {only: {command: [run]}}\n").code == 0
    said = house.boms("hold", "other/", "--until", "2099-01-01T00:00", "-m", "closed", user="operator")
    assert said.out.startswith("applied other/")
    assert house.boms("hold", "other/", "--until", "soon", "-m", "x", user="operator").code == 2
    assert house.boms("release", "other/", "-m", "open", user="operator").code == 0


def test_a_running_task_is_killed_and_a_run_cancelled_and_run_again(house: House) -> None:
    run = ordered(house, "night/long", "--date", "2026-01-19")
    until(lambda: states(house, run)["sleeps"] == "running")
    assert house.boms("rerun", run, "-m", "too soon", user="operator").code == 1
    assert house.boms("kill", f"{run}:sleeps", "-m", "stuck", user="operator").code == 0
    until(lambda: states(house, run)["sleeps"] == "failed")
    assert house.boms("rerun", f"{run}:sleeps", "--only", "-m", "once more", user="operator").code == 0
    until(lambda: states(house, run)["sleeps"] == "running")
    assert house.boms("cancel", run, "-m", "enough", user="operator").code == 0
    until(lambda: house.boms("show", run, "--json").json["state"] == "cancelled")
    assert [state for state, _ in attempts_of(house, run, "sleeps")] == ["killed", "killed"]


def test_a_log_is_followed_until_the_attempt_ends(house: House) -> None:
    run = ordered(house, "night/long", "--date", "2026-01-21")
    until(lambda: states(house, run)["sleeps"] == "running")
    with house.start("log", f"{run}:sleeps", "--follow") as following:
        assert following.stdout is not None
        assert following.stdout.readline() == "begun\n"
        assert following.poll() is None
        assert house.boms("kill", f"{run}:sleeps", "-m", "read enough", user="operator").code == 0
        assert following.communicate(timeout=30) == ("", "")
    assert following.returncode == 0


def test_scripts_that_share_a_session_do_not_get_into_each_others_way(house: House) -> None:
    with ExitStack() as together:
        argv = ("order", "night/good", "--date", "2026-01-22")
        scripts = [together.enter_context(house.start(*argv, user="operator")) for _ in range(4)]
        said = [script.communicate(timeout=60) for script in scripts]
    assert [script.returncode for script in scripts] == [0] * 4, said
    assert {out.strip() for out, _ in said} == {f"night/good@2026-01-22.{number}" for number in (1, 2, 3, 4)}


def test_only_what_is_unknown_is_resolved(house: House) -> None:
    run = ordered(house, "night/good", "--date", "2026-01-20", "--wait")
    said = house.boms("resolve", f"{run}:first", "ok", "-m", "I saw it", "--json", user="supervisor")
    assert said.code == 1
    assert said.json["reason"].startswith("wrong-state: ")


def test_a_gate_is_freed_by_its_name_and_the_task_starts(house: House) -> None:
    run = ordered(house, "night/bad", "--date", "2026-02-04")
    until(lambda: states(house, run)["breaks"] == "failed")
    gates = house.boms("why", f"{run}:follows", "--json").json
    closed = [gate["gate"] for gate in gates if not gate["open"]]
    assert closed == ["dependency:breaks"]
    said = house.boms("free", f"{run}:follows", *closed, "-m", "the file is good", user="operator")
    assert (said.code, said.out) == (0, f"applied {run}:follows: starting\n")
    until(lambda: states(house, run)["follows"] == "succeeded")


def test_each_gate_gets_a_verdict_line_of_its_own(house: House) -> None:
    first = ordered(house, "night/long", "--date", "2026-02-05")
    second = ordered(house, "night/long", "--date", "2026-02-06")
    assert house.boms("hold", second, "-m", "a look first", user="operator").code == 0
    said = house.boms("free", second, "overlap", f"hold:{second}", "overlaps", "-m", "it may", user="operator")
    assert said.code == 1
    assert said.lines[0] == f"applied {second}: stalled"
    assert said.lines[1].endswith(f"(wrong-state: hold:{second} cannot be freed: release lifts it)")
    assert "did you mean overlap?" in said.lines[2]
    why = house.boms("why", second, "--json").json
    assert [gate["detail"] for gate in why if gate["gate"] == "overlap"] == ["freed by operator: it may"]
    assert house.boms("release", second, "-m", "looked", user="operator").code == 0
    until(lambda: states(house, second)["sleeps"] == "running")
    assert states(house, first)["sleeps"] == "running"


def test_a_lock_gate_names_its_holder_of_another_run_and_freeing_it_lets_two_in(quiet_house: House) -> None:
    house = quiet_house
    with house.runtime():
        assert house.apply(LOCKED).code == 0
        first, second = (ordered(house, f"rival/{name}") for name in ("first", "second"))
        until(lambda: states(house, first)["only"] == "running")
        assert states(house, second) == {"only": "ready"}
        gates = {gate["gate"]: gate for gate in house.boms("why", f"{second}:only", "--json").json}
        assert gates["lock:positions"]["detail"] == f"held by {first}:only"
        assert gates["resource:desk"]["detail"] == f"1 of 2 units held by {first}:only"
        assert gates["resource:desk"]["open"]
        said = house.boms("free", f"{second}:only", "lock:positions", "-m", "they touch other rows", user="operator")
        assert said.code == 0
        until(lambda: states(house, second)["only"] == "running")


@pytest.mark.parametrize("verb", ["retry", "skip", "hold", "release", "rerun", "force-ok", "kill", "cancel", "free"])
def test_a_reason_is_required(house: House, verb: str) -> None:
    said = house.boms(verb, "night/good", *(["overlap"] if verb == "free" else []), user="operator")
    assert said.code == 2
    assert "--reason" in said.err


def test_show_forgets_the_exit_of_a_task_that_is_to_run_again(house: House) -> None:
    run = ordered(house, "night/bad", "--date", "2026-02-03")
    until(lambda: states(house, run)["breaks"] == "failed")

    def line() -> str:
        return next(line for line in house.boms("show", run).lines if line.startswith("breaks"))

    assert line().split()[:4] == ["breaks", "failed", "1", "7"]
    for argv in (["hold", run, "-m", "later"], ["rerun", f"{run}:breaks", "-m", "again"]):
        assert house.boms(*argv, user="operator").code == 0
    assert line().split() == ["breaks", "waiting", "1", *f"{run} is held by operator: later".split()]
