"""What an act is said to do beforehand is what it then does."""

import pytest

from boms_tui.model.effect import preview
from boms_tui.model.states import TaskState
from tests.model.night import Night, after, process, task


def stuck() -> tuple[Night, str]:
    night = Night(
        process("ops/tree", task("bad"), task("next", "bad"), task("also", "bad", "slow"), task("slow")),
        process("ops/after", task("use"), after=after("ops/tree")),
    )
    run = night.order("ops/tree")
    night.end(run, "bad", code=1)
    return night, run


def test_skip_frees_what_waits_for_nothing_else() -> None:
    night, run = stuck()
    effect = preview(night.snapshot, "skip", f"{run}:bad", night.now)
    assert effect.frees == ("next",)
    assert effect.blocked == (("also", "slow is starting"),)


@pytest.mark.parametrize("verb", ["skip", "force-ok", "retry"])
def test_the_preview_is_what_then_happens(verb: str) -> None:
    night, run = stuck()
    effect = preview(night.snapshot, verb, f"{run}:bad", night.now)
    before = night.states(run)
    assert night.ask(verb, f"{run}:bad").code == "ok"
    freed = {
        name
        for name, state in night.states(run).items()
        if name != "bad" and before[name] == "waiting" and state != TaskState.WAITING
    }
    assert set(effect.frees) == freed


def test_a_preview_changes_nothing() -> None:
    night, run = stuck()
    before = (dict(night.snapshot.runs), night.states(run))
    preview(night.snapshot, "cancel", run, night.now)
    assert (dict(night.snapshot.runs), night.states(run)) == before


def test_a_preview_says_why_an_act_would_be_refused() -> None:
    night, run = stuck()
    assert "does not apply" in preview(night.snapshot, "rerun", f"{run}:slow", night.now).refusal
    assert "does not apply" in preview(night.snapshot, "skip", f"{run}:slow", night.now).refusal
    assert preview(night.snapshot, "skip", f"{run}:nothing", night.now).refusal


def test_a_rerun_names_the_runs_that_already_went_on() -> None:
    night, run = stuck()
    follower = night.order("ops/after")
    night.ask("skip", f"{run}:bad")
    for name in ("next", "slow", "also"):
        night.end(run, name)
    assert night.run(follower).started_at is not None
    assert preview(night.snapshot, "rerun", f"{run}:slow", night.now).went_on == (follower,)
