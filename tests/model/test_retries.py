"""What is tried again by itself, when, and how often."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.definition import RETRIABLE, Checks, Lock, OnUnknown, RetryPolicy
from boms_tui.model.endings import spread
from boms_tui.model.facts import How, Lost, Started, Voided
from boms_tui.model.ids import AttemptId
from boms_tui.model.picture import Picture
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import AttemptState, RunState
from tests.model.night import Night, process, task

MINUTE = timedelta(minutes=1)
ENDS = {
    AttemptState.FAILED: How.EXITED,
    AttemptState.TIMED_OUT: How.TIMEOUT,
    AttemptState.START_FAILED: How.START_FAILED,
    AttemptState.CHECK_FAILED: How.CHECK_FAILED,
}


def a_night(**changes: object) -> tuple[Night, str]:
    night = Night(process("ops/flaky", task("only", **changes)))
    return night, night.order("ops/flaky")


@pytest.mark.parametrize("ends", RETRIABLE)
@pytest.mark.parametrize("on", RETRIABLE)
def test_only_the_ends_that_the_policy_names_are_tried_again(ends: AttemptState, on: AttemptState) -> None:
    night, run = a_night(retry=RetryPolicy(retries=1, on=frozenset({on})))
    night.end(run, "only", code=1, how=ENDS[ends])
    assert night.states(run) == {"only": "backoff" if ends is on else "failed"}


def test_killed_is_never_tried_again() -> None:
    night, run = a_night(retry=RetryPolicy(retries=9))
    night.end(run, "only", how=How.KILLED)
    assert night.states(run) == {"only": "failed"}


def test_jitter_makes_the_wait_longer_by_its_share_at_most_and_the_same_each_time() -> None:
    waits = set()
    for _ in range(2):
        night, run = a_night(retry=RetryPolicy(retries=1, delay=MINUTE, jitter=0.5))
        night.end(run, "only", code=1)
        due = night.task(run, "only").due_at
        assert due is not None
        waits.add(due - night.now)
    (wait,) = waits
    assert wait == MINUTE * (1 + 0.5 * spread(AttemptId(f"{run}:only.1")))


@given(st.integers(1, 400), st.integers(1, 400))
def test_jitter_spreads_what_failed_together(one: int, other: int) -> None:
    shares = [spread(AttemptId(f"ops/fan@2026-11-20.1:t{number}.1")) for number in (one, other)]
    assert all(0 <= share < 1 for share in shares)
    assert (shares[0] == shares[1]) == (one == other)


def test_a_delay_grows_up_to_its_limit() -> None:
    night, run = a_night(retry=RetryPolicy(retries=4, delay=MINUTE, backoff=3, max_delay=5 * MINUTE))
    waits = []
    for _ in range(4):
        night.end(run, "only", code=1)
        due = night.task(run, "only").due_at
        assert due is not None
        waits.append((due - night.now) // MINUTE)
        night.wait(due - night.now)
    assert waits == [1, 3, 5, 5]


def test_checks_have_a_budget_and_a_pace_of_their_own() -> None:
    checks = Checks(retry=RetryPolicy(retries=2, delay=10 * MINUTE))
    night, run = a_night(retry=RetryPolicy(retries=1, delay=MINUTE), checks=checks)

    def end(how: How) -> str:
        night.end(run, "only", code=1, how=how)
        return night.states(run)["only"]

    assert end(How.CHECK_FAILED) == "backoff"
    night.wait(9 * MINUTE)
    assert night.states(run)["only"] == "backoff"
    night.wait(MINUTE)
    assert end(How.EXITED) == "backoff"
    night.wait(MINUTE)
    assert end(How.CHECK_FAILED) == "backoff"
    assert (night.task(run, "only").tries, night.task(run, "only").check_tries) == (3, 2)
    night.wait(10 * MINUTE)
    assert end(How.EXITED) == "failed"
    assert night.ask("retry", f"{run}:only").code == "ok"
    assert (night.task(run, "only").tries, night.task(run, "only").check_tries) == (1, 0)
    for after in ("backoff", "backoff", "failed"):
        assert end(How.CHECK_FAILED) == after
        night.wait(10 * MINUTE)


def test_checks_without_a_policy_share_that_of_the_task() -> None:
    night, run = a_night(retry=RetryPolicy(retries=1, delay=MINUTE))
    night.end(run, "only", how=How.CHECK_FAILED)
    night.wait(MINUTE)
    night.end(run, "only", code=1)
    assert night.states(run) == {"only": "failed"}


def test_a_task_that_may_run_twice_runs_again_by_itself_and_the_lost_attempt_stays_unknown() -> None:
    night, run = a_night(on_unknown=OnUnknown.RERUN)
    night.start(run, "only")
    decision_before = len(night.journal)
    lost = night.attempt(run, "only")
    night.lose(run, "only")
    assert night.states(run) == {"only": "starting"}
    assert night.launched[-1] == f"{run}:only.2"
    assert night.task(run, "only").tries == 1
    said = [(entry.action, entry.reason) for entry in night.journal[decision_before:] if ":only" in entry.object]
    assert ("lost", "the shim is gone") in said
    assert ("rerun", "on_unknown: rerun, after the shim is gone") in said
    assert night.attempt(run, "only").number == 2
    assert lost.state is AttemptState.RUNNING
    assert not night.said("stalled")


def test_the_row_of_a_lost_attempt_that_was_followed_is_evidence_and_closed() -> None:
    night, run = a_night(on_unknown=OnUnknown.RERUN)
    attempt = night.attempt(run, "only").id
    decision = night.tell(Lost(attempt, "host restarted"))
    lost, again = decision.attempts
    assert (lost.state, lost.is_open, lost.ended_at) == (AttemptState.UNKNOWN, False, night.now)
    assert lost.reason == "host restarted; on_unknown: rerun"
    assert again.number == 2


def test_a_task_that_is_lost_again_and_again_waits_for_a_person() -> None:
    night, run = a_night(on_unknown=OnUnknown.RERUN)
    for _ in range(4):
        night.lose(run, "only")
    assert night.states(run) == {"only": "unknown"}
    assert night.run(run).state is RunState.STALLED
    assert night.attempt(run, "only").number == 4
    assert night.ask("resolve", f"{run}:only", given={"as": "rerun"}).code == "ok"
    night.lose(run, "only")
    assert night.states(run) == {"only": "starting"}


def test_an_end_on_record_begins_the_count_of_the_lost_anew() -> None:
    night, run = a_night(on_unknown=OnUnknown.RERUN, retry=RetryPolicy(retries=1, delay=MINUTE))
    for _ in range(3):
        night.lose(run, "only")
    night.end(run, "only", code=1)
    assert night.task(run, "only").in_vain == 0
    night.wait(MINUTE)
    night.lose(run, "only")
    assert night.states(run) == {"only": "starting"}


def test_what_is_being_killed_or_cancelled_is_not_rerun_when_it_is_lost() -> None:
    night, run = a_night(on_unknown=OnUnknown.RERUN)
    night.ask("kill", f"{run}:only")
    night.lose(run, "only")
    assert night.states(run) == {"only": "unknown"}


def test_void_after_a_persons_retry_counts_from_there() -> None:
    """A task that failed often before is not said to have never run."""
    night, run = a_night()
    for _ in range(6):
        night.end(run, "only", code=1)
        night.ask("retry", f"{run}:only")
    night.void(run, "only")
    assert night.states(run) == {"only": "starting"}
    assert night.task(run, "only").in_vain == 1


@pytest.mark.parametrize("order", [1, -1])
def test_evidence_of_a_lost_attempt_does_not_hide_the_one_that_followed(order: int) -> None:
    """A leader reads both from the store, in any order."""
    night, run = a_night(on_unknown=OnUnknown.RERUN, locks=(Lock("positions"),))
    lost = night.tell(Lost(night.attempt(run, "only").id, "gone")).attempts[0]
    old = night.snapshot
    picture = Picture(
        (night.run(run),),
        tuple(old.tasks[night.run(run).id].values()),
        (lost, night.attempt(run, "only"))[::order],
        definitions=old.definitions,
    )
    loaded = Snapshot.of(old.catalogue, picture, pools=old.pools)
    assert loaded.attempts == old.attempts
    assert (loaded.used, loaded.holders) == (old.used, old.holders)
    assert list(loaded.holders["lock:positions"]) == [(run, "only")]


def test_what_proves_void_while_it_was_being_killed_or_cancelled_is_not_started_again() -> None:
    night, run = a_night()
    night.ask("kill", f"{run}:only")
    night.void(run, "only")
    assert (night.states(run), night.task(run, "only").reason) == ({"only": "failed"}, "killed before it started")
    night.ask("retry", f"{run}:only")
    night.ask("cancel", run)
    night.void(run, "only")
    assert (night.states(run), night.run(run).state) == ({"only": "cancelled"}, RunState.CANCELLED)


def test_word_of_an_attempt_that_is_settled_changes_nothing() -> None:
    night, run = a_night(retry=RetryPolicy(1))
    attempt = night.attempt(run, "only").id
    night.end(run, "only", code=1)
    late = (Started(attempt, 7, night.now), Voided(attempt, "never ran"), Lost(attempt, "gone"))
    assert not night.tell(*late)
    assert not night.tell(Lost(AttemptId("no/where@2026-11-20.1:only.1"), "gone"))


def test_a_cancelled_run_tries_nothing_again() -> None:
    night, run = a_night(retry=RetryPolicy(3))
    night.start(run, "only")
    night.ask("cancel", run)
    night.end(run, "only", code=1)
    assert night.states(run) == {"only": "failed"}
