"""What an act is said to do beforehand is what it then does."""

import pytest

from boms_tui.model.definition import Lock
from boms_tui.model.effect import preview, readers_of
from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ids import ProcessId
from boms_tui.model.states import LIVE
from boms_tui.model.trigger import CronStart
from tests.model.night import DAY, Night, after, process, task


def stuck() -> tuple[Night, str]:
    night = Night(
        process("ops/tree", task("bad"), task("next", "bad"), task("also", "bad", "slow"), task("slow")),
        process("ops/after", task("use"), after=after("ops/tree")),
    )
    run = night.order("ops/tree")
    night.end(run, "bad", code=1)
    return night, run


def test_skip_frees_what_waits_for_nothing_else_and_then_what_follows() -> None:
    night, run = stuck()
    effect = preview(night.snapshot, "skip", f"{run}:bad", night.now)
    assert (effect.frees, effect.then, effect.blocked) == (("next",), ("also",), ())


def test_retry_sets_the_task_going_and_what_follows_comes_then() -> None:
    night, run = stuck()
    effect = preview(night.snapshot, "retry", f"{run}:bad", night.now)
    assert (effect.frees, effect.then, effect.blocked) == (("bad",), ("next", "also"), ())


def test_what_a_person_or_another_process_blocks_stays_blocked() -> None:
    night, run = stuck()
    night.ask("hold", f"{run}:also")
    effect = preview(night.snapshot, "retry", f"{run}:bad", night.now)
    assert effect.then == ("next",)
    assert effect.blocked == (("also", f"{run}:also is held by admin: because"),)


def test_an_order_starts_what_waits_for_nothing() -> None:
    night = Night(process("ops/pair", task("one"), task("two", "one")))
    effect = preview(night.snapshot, "order", "ops/pair", night.now)
    assert (effect.frees, effect.then, effect.blocked) == (("one",), ("two",), ())


def test_what_its_definition_skips_is_not_said_to_start() -> None:
    night = Night(process("ops/pair", task("one", exclude=True), task("two", "one")))
    effect = preview(night.snapshot, "order", "ops/pair", night.now)
    assert (effect.frees, effect.then, effect.blocked) == (("two",), (), ())


def test_a_run_without_tasks_is_cancelled_for_good() -> None:
    night = Night(process("ops/pair", task("one"), start=(CronStart("0 * * * *"),)))
    night.tell(OccurrenceDue(ProcessId("ops/pair"), night.now, missed=True))
    (run,) = night.snapshot.runs
    effect = preview(night.snapshot, "cancel", run, night.now)
    assert (effect.refusal, effect.frees, effect.blocked) == ("", (), ())


def test_an_order_says_what_it_starts_or_what_it_waits_for() -> None:
    night, _ = stuck()
    starts = preview(night.snapshot, "order", "ops/after", night.now)
    assert starts.blocked == (("ops/after@2026-11-20.1", "ops/tree@2026-11-20.1 is running"),)
    waits = preview(night.snapshot, "order", "ops/after", night.now, {"date": "2026-11-18"})
    assert waits.blocked == (("ops/after@2026-11-18.1", "nothing will order ops/tree@2026-11-18"),)


@pytest.mark.parametrize("verb", ["skip", "force-ok", "retry"])
def test_the_preview_is_what_then_happens(verb: str) -> None:
    night, run = stuck()
    effect = preview(night.snapshot, verb, f"{run}:bad", night.now)
    before = night.states(run)
    assert night.ask(verb, f"{run}:bad").code == "ok"
    freed = {
        name for name, state in night.states(run).items() if before[name] in {"waiting", "failed"} and state in LIVE
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


def test_who_reads_a_process_is_found_with_their_dates() -> None:
    night, _ = stuck()
    readers = readers_of(night.snapshot.catalogue, ProcessId("ops/tree"), DAY)
    assert readers == {(ProcessId("ops/after"), DAY)}


def locked() -> tuple[Night, str]:
    positions = (Lock("positions"),)
    night = Night(
        process("ops/long", task("holds", locks=positions)),
        process("ops/tree", task("first"), task("one", "first", locks=positions), task("two", "one", locks=positions)),
    )
    night.order("ops/long")
    return night, night.order("ops/tree")


def test_what_lacks_a_lock_is_not_said_to_start() -> None:
    night, run = locked()
    effect = preview(night.snapshot, "skip", f"{run}:first", night.now)
    assert effect.frees == ()
    night.end(run, "first", code=1)
    effect = preview(night.snapshot, "skip", f"{run}:first", night.now)
    assert (effect.frees, effect.then) == ((), ())
    assert effect.blocked == (("one", "held by ops/long@2026-11-20.1:holds"), ("two", "one is ready"))


def test_freeing_a_lock_starts_the_task_and_what_follows_it_waits_for_the_lock() -> None:
    night, run = locked()
    night.end(run, "first")
    effect = preview(night.snapshot, "free", f"{run}:one", night.now, {"gate": "lock:positions"})
    assert (effect.frees, effect.then) == (("one",), ())
    assert effect.blocked == (("two", "held by ops/long@2026-11-20.1:holds"),)


def test_two_that_need_the_same_lock_go_one_after_the_other() -> None:
    positions = (Lock("positions"),)
    night = Night(
        process("ops/tree", task("bad"), task("one", "bad", locks=positions), task("two", "bad", locks=positions))
    )
    run = night.order("ops/tree")
    night.end(run, "bad", code=1)
    night.snapshot.pools = {"local": 0}
    effect = preview(night.snapshot, "skip", f"{run}:bad", night.now)
    assert (effect.frees, effect.then, effect.blocked) == (("one",), ("two",), ())


def test_freeing_a_dependency_says_what_goes() -> None:
    night, run = stuck()
    effect = preview(night.snapshot, "free", f"{run}:next", night.now, {"gate": "dependency:bad"})
    assert (effect.frees, effect.blocked) == (("next",), ())
    assert (
        "has no gate dependency:slow"
        in preview(night.snapshot, "free", f"{run}:next", night.now, {"gate": "dependency:slow"}).refusal
    )


def test_freeing_a_gate_of_a_run_starts_its_tasks() -> None:
    night, run = stuck()
    second = night.order("ops/tree")
    effect = preview(night.snapshot, "free", second, night.now, {"gate": "overlap"})
    assert effect.frees == ("bad", "slow")
    assert effect.then == ("next", "also")
    assert run != second
