"""What a runtime's pools keep from starting, as readers are told."""

from collections.abc import Iterator

import pytest

from boms_tui.commands.client import Client
from boms_tui.commands.session import MemoryKeeper
from boms_tui.commands.wiring import Store
from boms_tui.config import home
from tests.commands.house import House, until

PROCESS = """\
process: night/pools
tasks:
  first: {command: [sleep, "600"], pool: narrow}
  second: {command: ["true"], pool: narrow}
  stranger: {command: ["true"], pool: elsewhere}
  question: {manual: {prompt: All well?}}
  near: {after: [question], command: ["true"], pool: narrow}
  far: {after: [question], command: ["true"], pool: elsewhere}
"""
BEGUN = {
    "first": "running", "second": "ready", "stranger": "waiting", "question": "confirm", "near": "waiting",
    "far": "waiting",
}  # fmt: skip
RUN = "night/pools@2026-02-02.1"


@pytest.fixture
def night(quiet_house: House) -> Iterator[House]:
    """A run under a runtime that does not serve all of its pools, and one of them with a single slot."""
    with quiet_house.runtime("--pool", "narrow=1", "--pool", "local=2"):
        for said in (
            quiet_house.apply(PROCESS),
            quiet_house.boms("order", "night/pools", "--date", "2026-02-02", user="operator"),
        ):
            assert said.code == 0, said.err
        until(lambda: states(quiet_house) == BEGUN)
        yield quiet_house


def states(house: House) -> dict[str, str]:
    return {task["name"]: task["state"] for task in house.boms("show", RUN, "--json").json["tasks"]}


def test_why_names_the_pool_that_nobody_serves_and_counts_the_slots_of_one_that_is_full(night: House) -> None:
    (pool,) = night.boms("why", f"{RUN}:stranger", "--json").json
    assert pool == {
        "gate": "pool:elsewhere", "open": False, "detail": "no runtime serves the pool elsewhere", "opens_at": None,
        "who_can_free": "admin", "kind": "pool", "about": [], "because": [],
    }  # fmt: skip
    (slot,) = night.boms("why", f"{RUN}:second", "--json").json
    assert (slot["gate"], slot["open"], slot["detail"]) == ("slot:narrow", False, "1 of 1 slots of narrow in use")
    assert slot["about"] == [f"{RUN}:first"]
    assert [(one["about"], one["state"]) for one in slot["because"]] == [([f"{RUN}:first"], "running")]
    closed = {gate["gate"] for gate in night.boms("why", RUN, "--json").json}
    assert {"second:slot:narrow", "stranger:pool:elsewhere", "far:pool:elsewhere"} <= closed
    assert not {gate for gate in closed if gate.startswith("near:") and "question" not in gate}


def test_a_preview_frees_only_what_a_runtime_serves(night: House) -> None:
    store = Store(home(str(night.path)))
    effect = Client(store, MemoryKeeper()).effect("skip", f"{RUN}:question")
    store.close()
    assert "near" in effect.frees
    assert "far" not in effect.frees
    assert ("far", "no runtime serves the pool elsewhere") in effect.blocked
