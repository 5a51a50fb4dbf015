"""Nights from seeds keep every promise, each seed the same night wherever it is played."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sim.replay import Failure, Play, Story, kept, play, shrunk

SEEDS, TOGETHER = 300, 10
ALIKE = (2, 9)


@pytest.mark.parametrize("first", range(1, SEEDS + 1, TOGETHER))
def test_every_promise_is_kept(first: int) -> None:
    for seed in range(first, first + TOGETHER):
        story = play(Play(seed))
        if isinstance(story, Failure):
            pytest.fail(str(shrunk(story)), pytrace=False)


@pytest.mark.parametrize("name", kept())
def test_nights_that_once_showed_a_defect(name: str) -> None:
    wanted, why = kept()[name]
    story = play(wanted)
    if isinstance(story, Failure):
        pytest.fail(f"{story}\nit was kept because: {why}", pytrace=False)


@pytest.mark.parametrize("seed", ALIKE)
def test_a_seed_is_one_night(seed: int) -> None:
    """In another process, with strings that hash otherwise."""
    story = play(Play(seed))
    assert isinstance(story, Story)
    code = f"from tests.sim.replay import Play, play; print(play(Play({seed})).digest)"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "7"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout.strip() == story.digest


def test_a_night_can_be_cut_short() -> None:
    whole, short = play(Play(5)), play(Play(5, steps=3))
    assert isinstance(whole, Story)
    assert isinstance(short, Story)
    assert len(short.lines) < len(whole.lines)
    shared = [one for one, other in zip(whole.lines, short.lines, strict=False) if one == other]
    assert len(shared) > 5
