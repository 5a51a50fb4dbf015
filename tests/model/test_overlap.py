"""What a run does while an earlier run of its process is open."""

import pytest

from boms_tui.model.definition import OnFailure, Overlap
from boms_tui.model.effect import preview
from boms_tui.model.facts import Fact, OccurrenceDue, TookOver
from boms_tui.model.ids import ProcessId
from boms_tui.model.states import RunState
from boms_tui.model.trigger import ProcessStart
from tests.model.night import EVENING, Night, process, task

DUE = OccurrenceDue(ProcessId("ops/one"), EVENING)
FIRST, SECOND = "ops/one@2026-11-20.1", "ops/one@2026-11-20.2"


def a_night(overlap: Overlap) -> Night:
    return Night(process("ops/one", task("only", on_failure=OnFailure.CONTINUE), overlap=overlap))


def test_by_default_it_queues_and_names_what_comes_first() -> None:
    night = a_night(Overlap.QUEUE)
    night.order("ops/one")
    night.tell(DUE)
    assert night.closed(SECOND) == {"overlap": f"{FIRST} is running and comes first"}


def test_in_a_long_line_an_end_concerns_the_next_two_alone() -> None:
    night = a_night(Overlap.QUEUE)
    line = [night.order("ops/one") for _ in range(5)]
    assert [night.closed(run).get("overlap") for run in line] == [
        None, f"{line[0]} is running and comes first", *(f"{before} comes before it" for before in line[1:4]),
    ]  # fmt: skip
    assert night.why(line[4])["overlap"].about == (line[0],)
    so_far = len(night.journal)
    night.end(line[0], "only")
    assert {entry.object for entry in night.journal[so_far:] if entry.object in line} == set(line[:3])
    night.ask("free", line[3], given={"gate": "overlap"})
    night.end(line[3], "only")
    assert [night.run(run).reason for run in (line[2], line[4])] == [
        f"{line[1]} is running and comes first", f"{line[2]} comes before it",
    ]  # fmt: skip
    for run in line[1:]:
        assert night.run(run).state is not RunState.STALLED


def test_in_parallel_nothing_waits_and_an_ended_run_opens_again_beside_another() -> None:
    night = a_night(Overlap.PARALLEL)
    night.order("ops/one")
    night.tell(DUE)
    assert night.states(SECOND) == {"only": "starting"}
    night.end(FIRST, "only", code=1)
    assert night.run(FIRST).state is RunState.FAILED
    assert night.ask("retry", f"{FIRST}:only").code == "ok"


@pytest.mark.parametrize("between", [[], [TookOver()]])
def test_a_skipped_occurrence_is_used_up_once_and_for_ever(between: list[Fact]) -> None:
    night = a_night(Overlap.SKIP)
    night.order("ops/one")
    night.tell(DUE, DUE)
    night.tell(*between)
    night.tell(DUE)
    night.end(FIRST, "only")
    night.tell(DUE)
    (row,) = night.said("overlap-skipped")
    assert (row.object, row.reason) == (SECOND, f"{FIRST} is running, and ops/one skips what overlaps")
    assert list(night.snapshot.runs) == [FIRST, SECOND]
    skipped = night.run(SECOND)
    assert (skipped.state, skipped.started_at, skipped.ended_at) == (RunState.CANCELLED, None, EVENING)
    assert night.states(SECOND) == {}


def test_with_nothing_open_a_skipping_process_is_ordered() -> None:
    night = a_night(Overlap.SKIP)
    night.tell(DUE)
    assert night.states(FIRST) == {"only": "starting"}


def test_a_process_that_starts_another_skips_it_too() -> None:
    night = Night(
        process("a/up", task("work")),
        process("a/down", task("work"), start=(ProcessStart(ProcessId("a/up")),), overlap=Overlap.SKIP),
    )
    down = night.order("a/down")
    up = night.order("a/up")
    night.end(up, "work")
    (row,) = night.said("overlap-skipped")
    assert (row.object, row.reason) == ("a/down@2026-11-20.2", f"{down} is running, and a/down skips what overlaps")
    night.end(down, "work")
    night.ask("rerun", up)
    night.end(up, "work")
    assert len(night.said("overlap-skipped")) == 1
    assert len(night.snapshot.runs) == 3


def test_a_persons_order_is_refused_unless_it_is_forced_and_then_it_queues() -> None:
    night = a_night(Overlap.SKIP)
    night.order("ops/one")
    refused = night.ask("order", "ops/one")
    assert refused.code == "wrong-state"
    assert refused.reason.startswith(f"{FIRST} is running, and ops/one skips what overlaps; --force")
    forced = night.ask("order", "ops/one", given={"force": "yes"})
    assert forced.target == SECOND
    assert night.closed(SECOND) == {"overlap": f"{FIRST} is running and comes first"}
    night.end(FIRST, "only")
    assert night.states(SECOND) == {"only": "starting"}


def test_what_was_skipped_has_nothing_to_act_on() -> None:
    night = a_night(Overlap.SKIP)
    night.order("ops/one")
    night.tell(DUE)
    night.end(FIRST, "only")
    assert night.ask("rerun", SECOND).reason == f"{SECOND} was never ordered; order ops/one instead"
    assert night.ask("skip", f"{SECOND}:only").code == "not-found"
    assert preview(night.snapshot, "rerun", SECOND, night.now).refusal.endswith("order ops/one instead")


def test_tasks_of_a_missed_run_are_not_found() -> None:
    night = a_night(Overlap.QUEUE)
    night.tell(OccurrenceDue(ProcessId("ops/one"), EVENING, missed=True))
    assert night.ask("skip", f"{FIRST}:only").code == "not-found"
    assert "there is none named" in preview(night.snapshot, "retry", f"{FIRST}:only", night.now).refusal


def test_a_skipped_run_is_none_that_another_process_waits_for() -> None:
    from tests.model.night import after

    night = Night(
        process("ops/one", task("only"), overlap=Overlap.SKIP), process("ops/use", task("use"), after=after("ops/one"))
    )
    first = night.order("ops/one")
    night.tell(DUE)
    use = night.order("ops/use")
    assert night.closed(use) == {"dependency:ops/one": f"{first} is running"}
    night.end(first, "only")
    assert night.states(use) == {"use": "starting"}
