"""While no runtime leads: readers are told how old the states are, and scripts which request waits."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from boms_tui.commands.freshness import age
from boms_tui.commands.out import Out
from boms_tui.model.views import DOWN_AFTER, Pulse
from tests.commands.house import House

if TYPE_CHECKING:
    from boms_tui.commands.context import Context

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def context_of(*, led: bool, silent_s: float | None) -> "Context":
    """What a command sees of a runtime that gave its last sign of life so long ago."""
    beat_at = None if silent_s is None else NOW - timedelta(seconds=silent_s)
    pulse = Pulse(NOW, 1, led, "n1" if led else "", 1, beat_at)
    return cast("Context", SimpleNamespace(out=Out(), reader=SimpleNamespace(pulse=lambda: pulse)))


@pytest.mark.parametrize(
    ("led", "silent_s", "says"),
    [
        (True, 1.0, ""),
        (True, DOWN_AFTER.total_seconds(), ""),
        (True, None, ""),
        (True, 90.0, "no sign of life from n1 since 21:28 UTC (states may be old)"),
        (False, 90.0, "no runtime leads since 21:28 UTC (states may be old)"),
        (False, 86_400.0, "no runtime leads since 2026-11-19 21:30 UTC (states may be old)"),
        (False, None, "no runtime has led yet (nothing starts without one)"),
    ],
)
def test_a_command_says_since_when_nobody_writes_states(led: bool, silent_s: float | None, says: str) -> None:  # noqa: FBT001
    assert age(context_of(led=led, silent_s=silent_s)) == says


@pytest.mark.parametrize(
    "argv",
    [
        ["runs"],
        ["show", "night/good@2026-02-02"],
        ["tree", "night/good@2026-02-02"],
        ["why", "night/good@2026-02-02"],
        ["log", "night/good@2026-02-02:first"],
    ],
)
def test_every_look_at_states_says_so(left_house: House, argv: list[str]) -> None:
    for options in ([], ["--json"]):
        said = left_house.boms(*argv, *options)
        assert said.code == 0
        assert re.fullmatch(r"no runtime leads since .*\d\d:\d\d UTC \(states may be old\)\n", said.err)
        assert "states may be old" not in said.out


@pytest.fixture(scope="module")
def left_house(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home whose runtime has ended one run and is gone."""
    house = House(tmp_path_factory.mktemp("left") / "home")
    shutil.copytree(prepared, house.path)
    with house.runtime():
        assert house.apply().code == 0
        assert house.boms("order", "night/good", "--date", "2026-02-02", "--wait", user="operator").code == 0
    return house


@pytest.mark.parametrize(
    ("argv", "target"),
    [
        (["order", "night/good"], "night/good"),
        (["hold", "night/good@2026-02-02:first", "-m", "x"], "night/good@2026-02-02.1:first"),
    ],
)
def test_a_script_learns_which_request_nobody_answered(left_house: House, argv: list[str], target: str) -> None:
    said = left_house.boms(*argv, "--json", "--timeout", "0.3", user="operator")
    assert said.code == 3
    answer = said.json
    assert re.fullmatch(r"[0-9a-f]{32}", answer["request"])
    assert answer == {
        "id": target, "request": answer["request"], "verdict": "pending", "reason": "no runtime answers (0.3 s)",
        "state": None,
    }  # fmt: skip
    assert answer["request"] in said.err


def test_a_second_runtime_says_whom_it_waits_for(house: House) -> None:
    with house.start("runtime", "--node", "n2") as second:
        assert second.stderr is not None
        try:
            line = second.stderr.readline()
        finally:
            second.terminate()
        assert "waiting: n1 leads node=n2" in line
        assert "leads" not in second.stderr.read()
        assert second.wait(20) == 0
