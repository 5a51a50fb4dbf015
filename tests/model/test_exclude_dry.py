"""Tasks that are taken out of the logic, and tasks that go through their life cycle without running anything."""

from datetime import time, timedelta

import pytest

from boms_tui.model.condition import Outcome
from boms_tui.model.definition import Lock, Manual, OnFailure, Resource, Task, Window
from boms_tui.model.effect import preview
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.states import RunState
from boms_tui.model.trigger import ProcessStart
from tests.model.night import DAY, EVENING, Night, after, process, task

RUN = f"ops/flow@{DAY}.1"
HOUR = timedelta(hours=1)
SURE = Manual("sure?")
EXCLUDED, DRY = "excluded by the definition", "dry pass: nothing was run"


def a_night(*tasks: Task, slots: int = 16, beside: Catalogue | None = None, **more: object) -> Night:
    """A night that has ordered ops/flow."""
    night = Night(process("ops/flow", *tasks, **more), slots=slots, beside=beside or Catalogue())
    night.order("ops/flow")
    return night


def tasks_said(night: Night) -> list[tuple[str, str]]:
    """What the journal tells of tasks: the name of each, and what happened to it."""
    return [(one.object.partition(":")[2], one.action) for one in night.journal if ":" in one.object]


def test_followers_of_an_excluded_task_behave_as_if_it_had_succeeded_at_once() -> None:
    night = a_night(task("load"), task("skipped", "load", exclude=True), task("next", "skipped"))
    assert night.states(RUN) == {"load": "starting", "skipped": "skipped", "next": "starting"}
    (row,) = night.said("excluded")
    assert (row.actor, row.object, row.before, row.after, row.reason) == (
        "runtime", f"{RUN}:skipped", "waiting", "skipped", EXCLUDED,
    )  # fmt: skip
    one = night.task(RUN, "skipped")
    assert (one.reason, one.ended_at, one.attempts, one.started_at) == (EXCLUDED, EVENING, 0, None)


@pytest.mark.parametrize("work", [SURE, None])
def test_nothing_keeps_an_excluded_task_but_its_run(work: Manual | None) -> None:
    changes = {"work": work} if work is not None else {"confirm": True, "pool": "nowhere", "locks": (Lock("a"),)}
    night = Night(
        process("ops/flow", task("one", exclude=True, after=after("risk/var:publish"), **changes), task("two", "one")),
        process("risk/var", task("publish")),
    )
    assert night.ask("hold", "ops/").code == "ok"
    night.order("ops/flow")
    assert night.states(RUN) == {"one": "waiting", "two": "waiting"}
    assert night.closed(RUN, "one").keys() == {"hold:ops/", "run"}
    assert night.ask("release", "ops/").code == "ok"
    assert night.states(RUN) == {"one": "skipped", "two": "starting"}


def test_it_is_excluded_when_its_run_starts_and_not_when_it_is_ordered() -> None:
    flow = process("ops/flow", task("one", exclude=True), after=after("risk/var"))
    night = Night(flow, process("risk/var", task("publish")))
    night.order("risk/var")
    night.order("ops/flow")
    assert night.states(RUN) == {"one": "waiting"}
    night.end(f"risk/var@{DAY}.1", "publish")
    assert night.states(RUN) == {"one": "skipped"}


def test_a_run_in_which_every_task_is_excluded_succeeds_at_once_and_orders_what_follows() -> None:
    night = Night(
        process("ops/flow", task("one", exclude=True), task("two", "one", exclude=True)),
        process("ops/next", task("only"), start=(ProcessStart(ProcessId("ops/flow")),)),
    )
    night.order("ops/flow")
    assert night.run(RUN).state is RunState.SUCCEEDED
    assert night.states(f"ops/next@{DAY}.1") == {"only": "starting"}
    assert night.launched == [f"ops/next@{DAY}.1:only.1"]


def test_what_would_answer_the_failure_of_an_excluded_task_is_not_needed() -> None:
    night = a_night(
        task("one", exclude=True),
        task("mend", after=after("one", when=Outcome.FAILED)),
        task("tell", after=after("one", when=Outcome.FINISHED)),
    )
    assert night.states(RUN) == {"one": "skipped", "mend": "not-needed", "tell": "starting"}


def test_other_processes_go_on_behind_an_excluded_task() -> None:
    night = Night(
        process("ops/flow", task("one", exclude=True), task("long")),
        process("risk/var", task("reads", after=after("ops/flow:one"))),
    )
    night.order("risk/var")
    night.order("ops/flow")
    assert night.states(f"risk/var@{DAY}.1") == {"reads": "starting"}


def test_a_rerun_excludes_and_passes_dry_again() -> None:
    night = a_night(task("one"), task("out", "one", exclude=True), task("dry", "one", dry=True), task("end", "dry"))
    night.end(RUN, "one")
    night.end(RUN, "end")
    assert night.run(RUN).state is RunState.SUCCEEDED
    assert night.ask("rerun", RUN).code == "ok"
    assert night.states(RUN) == {"one": "starting", "out": "skipped", "dry": "waiting", "end": "waiting"}
    night.end(RUN, "one")
    assert night.states(RUN) == {"one": "succeeded", "out": "skipped", "dry": "skipped", "end": "starting"}
    assert len(night.said("excluded")) == len(night.said("passed-dry")) == 2


def test_what_was_cancelled_with_its_run_is_excluded_by_a_rerun() -> None:
    night = Night(process("ops/flow", task("one", exclude=True), task("two", "one")))
    night.ask("hold", "ops/")
    night.order("ops/flow")
    night.ask("cancel", RUN)
    assert night.states(RUN) == {"one": "cancelled", "two": "cancelled"}
    night.ask("release", "ops/")
    assert night.ask("rerun", RUN).code == "ok"
    assert night.states(RUN) == {"one": "skipped", "two": "starting"}


def test_an_excluded_task_wins_over_a_dry_one() -> None:
    night = a_night(task("one"), task("both", "one", exclude=True, dry=True))
    assert [what for _, what in tasks_said(night)] == ["excluded", "gates-opened", "claimed"]


def test_a_dry_task_waits_like_any_other_and_then_runs_nothing() -> None:
    night = a_night(task("load"), task("dry", "load", dry=True), task("next", "dry"))
    assert night.states(RUN) == {"load": "starting", "dry": "waiting", "next": "waiting"}
    night.wait(HOUR)
    night.end(RUN, "load")
    assert night.states(RUN) == {"load": "succeeded", "dry": "skipped", "next": "starting"}
    assert [one for one in tasks_said(night) if one[0] == "dry"] == [("dry", "gates-opened"), ("dry", "passed-dry")]
    one = night.task(RUN, "dry")
    assert (one.reason, one.ended_at, one.attempts, one.started_at) == (DRY, EVENING + HOUR, 0, None)
    assert night.launched == [f"{RUN}:load.1", f"{RUN}:next.1"]


def test_a_run_of_dry_tasks_goes_through_in_one_decision() -> None:
    names = [f"t{number}" for number in range(5)]
    before = [(), *((name,) for name in names)]
    night = a_night(*(task(name, *needs, dry=True) for name, needs in zip(names, before, strict=False)), slots=1)
    assert night.run(RUN).state is RunState.SUCCEEDED
    assert set(night.states(RUN).values()) == {"skipped"}


def test_a_dry_task_waits_for_a_slot_and_gives_it_back_at_once() -> None:
    night = a_night(task("busy", priority=90), task("dry", dry=True), task("after", "dry"), slots=1)
    assert night.states(RUN) == {"busy": "starting", "dry": "ready", "after": "waiting"}
    assert night.closed(RUN, "dry").keys() == {"slot:local"}
    night.end(RUN, "busy")
    assert night.states(RUN) == {"busy": "succeeded", "dry": "skipped", "after": "starting"}


def test_what_stands_behind_a_dry_task_starts_in_the_same_decision() -> None:
    night = a_night(task("dry", dry=True, priority=90), task("real", priority=10), slots=1)
    assert night.states(RUN) == {"dry": "skipped", "real": "starting"}


def test_a_dry_task_waits_for_units_and_locks_and_keeps_neither() -> None:
    warehouse = Catalogue(resources={"warehouse": Resource("warehouse", 1)})
    needs = {"resources": {"warehouse": 1}, "locks": (Lock("books"),)}
    night = a_night(
        task("first", priority=90, **needs), task("dry", dry=True, **needs), task("last", "dry", **needs),
        beside=warehouse,
    )  # fmt: skip
    assert night.states(RUN) == {"first": "starting", "dry": "ready", "last": "waiting"}
    night.end(RUN, "first")
    assert night.states(RUN) == {"first": "succeeded", "dry": "skipped", "last": "starting"}


def test_a_dry_task_waits_for_its_window_and_its_hold() -> None:
    night = a_night(task("dry", dry=True), window=Window(time(14), time(20)))
    night.ask("hold", f"{RUN}:dry")
    assert night.closed(RUN, "dry").keys() == {"window", f"hold:{RUN}:dry"}
    night.wait(HOUR)
    assert night.states(RUN) == {"dry": "waiting"}
    night.ask("release", f"{RUN}:dry")
    assert night.states(RUN) == {"dry": "skipped"}


def test_a_dry_task_that_wants_a_yes_waits_for_it_each_time() -> None:
    night = a_night(task("dry", dry=True, confirm=True))
    assert night.closed(RUN, "dry").keys() == {"confirm"}
    assert night.ask("confirm", f"{RUN}:dry").code == "ok"
    assert night.states(RUN) == {"dry": "skipped"}
    night.ask("rerun", RUN)
    assert night.states(RUN) == {"dry": "waiting"}


def test_a_dry_question_is_skipped_where_it_would_ask() -> None:
    night = a_night(task("load"), task("sure", "load", work=SURE, dry=True), task("next", "sure"))
    assert night.closed(RUN, "sure").keys() == {"dependency:load"}
    night.end(RUN, "load")
    assert night.states(RUN) == {"load": "succeeded", "sure": "skipped", "next": "starting"}
    (row,) = night.said("passed-dry")
    assert (row.before, row.after, row.reason) == ("waiting", "skipped", DRY)


def test_a_dry_task_whose_condition_cannot_come_true_is_not_needed() -> None:
    night = a_night(task("load", on_failure=OnFailure.CONTINUE), task("dry", "load", dry=True))
    night.end(RUN, "load", code=1)
    assert night.states(RUN) == {"load": "failed", "dry": "not-needed"}


def test_skipped_by_a_person_excluded_and_dry_stay_distinguishable() -> None:
    night = a_night(task("one"), task("two", exclude=True), task("three", dry=True), task("four", "one"))
    night.ask("skip", f"{RUN}:four")
    night.end(RUN, "one")
    assert night.run(RUN).state is RunState.SUCCEEDED
    skipped = {one.object.partition(":")[2]: one.action for one in night.journal if one.after == "skipped"}
    assert skipped == {"two": "excluded", "three": "passed-dry", "four": "skipped"}


def test_a_preview_tells_that_dry_tasks_run_through() -> None:
    night = a_night(task("one"), task("dry", "one", dry=True), task("next", "dry"))
    night.end(RUN, "one", code=1)
    effect = preview(night.snapshot, "skip", f"{RUN}:one", night.now)
    assert (effect.frees, effect.then, effect.blocked) == (("dry", "next"), (), ())
