"""The tables: every pair is either named in them or raises."""

import itertools

import pytest

from boms_tui.model.states import (
    ATTEMPT_TRANSITIONS,
    ENDED,
    IDLE,
    LIVE,
    RUN_ENDED,
    RUN_TRANSITIONS,
    TASK_TRANSITIONS,
    AttemptState,
    ImpossibleTransitionError,
    RunEvent,
    RunState,
    TaskEvent,
    TaskState,
    attempt_after,
    run_after,
    task_after,
)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(TaskState, TaskEvent)))
def test_every_pair_of_the_task_table(state: TaskState, event: TaskEvent) -> None:
    if (state, event) in TASK_TRANSITIONS:
        assert task_after(state, event) is TASK_TRANSITIONS[state, event]
    else:
        with pytest.raises(ImpossibleTransitionError, match=state.value):
            task_after(state, event)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(RunState, RunEvent)))
def test_every_pair_of_the_run_table(state: RunState, event: RunEvent) -> None:
    if (state, event) in RUN_TRANSITIONS:
        assert run_after(state, event) is RUN_TRANSITIONS[state, event]
    else:
        with pytest.raises(ImpossibleTransitionError, match=state.value):
            run_after(state, event)


@pytest.mark.parametrize(("state", "target"), list(itertools.product(AttemptState, AttemptState)))
def test_every_pair_of_the_attempt_table(state: AttemptState, target: AttemptState) -> None:
    if (state, target) in ATTEMPT_TRANSITIONS:
        assert attempt_after(state, target) is target
    else:
        with pytest.raises(ImpossibleTransitionError, match=state.value):
            attempt_after(state, target)


def test_the_groups_divide_the_task_states() -> None:
    assert IDLE | LIVE | ENDED | {TaskState.UNKNOWN} == set(TaskState)
    assert not IDLE & LIVE
    assert not ENDED & (IDLE | LIVE)


def test_only_a_claim_leads_to_a_process() -> None:
    assert {pair for pair, target in TASK_TRANSITIONS.items() if target is TaskState.STARTING} == {
        (TaskState.READY, TaskEvent.CLAIMED)
    }


def test_nothing_leaves_an_attempt_that_is_settled() -> None:
    settled = set(AttemptState) - {AttemptState.STARTING, AttemptState.RUNNING, AttemptState.UNKNOWN}
    assert not {pair for pair in ATTEMPT_TRANSITIONS if pair[0] in settled}


def test_an_unknown_task_leaves_only_by_evidence_or_by_a_person() -> None:
    leaving = {event for state, event in TASK_TRANSITIONS if state is TaskState.UNKNOWN}
    evidence = {TaskEvent.SUCCEEDED, TaskEvent.FAILED}
    person = {TaskEvent.RERUN, TaskEvent.FORCED, TaskEvent.STILL_RUNNING}
    assert leaving == evidence | person


def test_an_ended_run_is_only_reopened_and_a_missed_one_decided_about() -> None:
    ended = {(state, event) for state, event in RUN_TRANSITIONS if state in RUN_ENDED}
    assert {event for state, event in ended if state is not RunState.MISSED} == {RunEvent.REOPENED}
    assert {event for state, event in ended if state is RunState.MISSED} == {RunEvent.ORDERED, RunEvent.CANCELLED}
