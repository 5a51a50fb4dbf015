"""Excluded and dry tasks, from their definition to what is shown of them."""

from collections.abc import Iterator

import pytest

from tests.commands.house import House, until

DEFINITIONS = """\
process: dry/night
defaults: {dry: true}
tasks:
  out: {command: ["false"], exclude: true}
  question: {manual: {prompt: All well?}, dry: false}
  passes: {after: [out, question], command: ["false"]}
  asks: {after: [passes], manual: {prompt: Sure?}}
  real: {after: [asks], command: ["true"], dry: false}
---
process: dry/later
after: [{process: dry/night}]
tasks:
  out: {command: ["false"], exclude: true}
"""


@pytest.fixture(autouse=True)
def _no_run_is_left_open(house: House) -> Iterator[None]:
    yield
    house.end_all()


def test_what_is_excluded_or_dry_is_skipped_and_says_why(house: House) -> None:
    assert house.apply(DEFINITIONS).code == 0
    run = house.boms("order", "dry/night", user="operator").out.strip()
    later = house.boms("order", "dry/later", user="operator").out.strip()
    until(lambda: _states(house, run)["question"] == "confirm")
    assert _states(house, run) == {
        "out": "skipped", "question": "confirm", "passes": "waiting", "asks": "waiting", "real": "waiting",
    }  # fmt: skip
    said = house.boms("why", f"{run}:out").out
    assert said == f"{run}:out is skipped and waits for nothing: excluded by the definition\n"
    assert house.boms("why", f"{run}:out", "--json").json == [
        {
            "gate": "exclude", "open": True, "opens_at": None, "who_can_free": None,
            "detail": "excluded by the definition: it is skipped as soon as its run starts",
        }
    ]  # fmt: skip
    assert "it runs nothing: once its gates are open, it is skipped" in house.boms("why", f"{run}:passes").out
    gates = {gate["gate"]: gate["open"] for gate in house.boms("why", f"{later}:out", "--json").json}
    assert gates == {"dependency:dry/night": False, "run": False, "exclude": True}
    assert house.boms("tree", later).lines[1] == "out  waiting  excluded by the definition"

    assert house.boms("confirm", f"{run}:question", user="operator").code == 0
    until(lambda: house.boms("show", run, "--json").json["state"] == "succeeded")
    shown = house.boms("show", run, "--json").json["tasks"]
    assert [(task["state"], len(task["attempts"])) for task in shown] == [
        ("skipped", 0), ("succeeded", 0), ("skipped", 0), ("skipped", 0), ("succeeded", 1),
    ]  # fmt: skip
    reasons = {line.split()[0]: line for line in house.boms("show", run).lines[3:]}
    assert reasons["out"].endswith("excluded by the definition")
    assert reasons["passes"].endswith("dry pass: nothing was run")
    until(lambda: house.boms("show", later, "--json").json["state"] == "succeeded")


def _states(house: House, run: str) -> dict[str, str]:
    return {task["name"]: task["state"] for task in house.boms("show", run, "--json").json["tasks"]}
