"""Nights can fail: each planted fault is found, and told as what it breaks."""

import pytest

from tests.sim.chance import Chance, Fault
from tests.sim.planted import FAULTS
from tests.sim.planting import Planted
from tests.sim.replay import Failure, Play, play, shrunk
from tests.sim.test_nights import SEEDS


def found(planted: Planted) -> Failure:
    """The first night that finds it, among those that the suite plays; the search begins near one that does."""
    for seed in (*range(planted.near, SEEDS + 1), *range(1, planted.near)):
        with planted.plant():
            story = play(Play(seed))
        if isinstance(story, Failure):
            return story
    pytest.fail("no night found it")


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    failure = found(FAULTS[name])
    assert failure.promise.startswith(FAULTS[name].breaks), failure.detail


def test_a_failing_night_is_told_and_cut_down() -> None:
    planted = FAULTS["a transition is not journalled"]
    failure = found(planted)
    with planted.plant():
        small = shrunk(failure)
    assert small.promise == failure.promise
    assert small.play.steps is not None
    assert len(small.lines) <= len(failure.lines)
    assert "BROKEN" in str(small)
    assert f"replay it: python -m tests.sim {failure.play.seed} --steps {small.play.steps}" in str(small)


def test_nights_differ_in_what_goes_wrong() -> None:
    having = [Chance(seed).faults for seed in range(1, SEEDS + 1)]
    assert frozenset().union(*having) == frozenset(Fault)
    assert frozenset() in having
