"""The words of every reason: none is without them, and each verb in them can do what is said."""

from pathlib import Path

import pytest

from boms_tui.model.reasons import REASONS, RUN_ENDS, TASK_ENDS, page
from boms_tui.model.states import PASSED, RunState, TaskState
from boms_tui.model.verbs import VERBS, On
from boms_tui.model.views import GateKind

PAGE = Path(__file__).parents[2] / "docs" / "REASONS.md"


def test_every_kind_of_gate_has_its_words() -> None:
    assert list(REASONS) == list(GateKind)
    assert all(one.means and one.opens and one.who for one in REASONS.values())


def test_every_state_that_somebody_may_have_to_wait_for_has_its_words() -> None:
    assert set(TASK_ENDS) == set(TaskState) - PASSED
    assert set(RUN_ENDS) == set(RunState) - {RunState.PLANNED, RunState.SUCCEEDED}


def test_a_gate_is_freed_or_says_what_opens_it_instead() -> None:
    for kind, words in REASONS.items():
        assert ("free" in words.verbs) is not bool(words.instead), kind


@pytest.mark.parametrize("state", TASK_ENDS)
def test_the_verbs_of_a_task_are_for_tasks_in_that_state(state: TaskState) -> None:
    for verb in TASK_ENDS[state].verbs:
        assert state in VERBS[verb].task_states


@pytest.mark.parametrize("state", RUN_ENDS)
def test_the_verbs_of_a_run_are_for_runs_in_that_state(state: RunState) -> None:
    for verb in RUN_ENDS[state].verbs:
        assert state in VERBS[verb].run_states or On.PROCESS in VERBS[verb].on


def test_advice_is_about_verbs_that_there_are() -> None:
    assert {verb for words in REASONS.values() for verb in words.verbs} <= VERBS.keys()
    for end in (*TASK_ENDS.values(), *RUN_ENDS.values()):
        assert bool(end.advice) is bool(end.verbs)
        assert not end.verbs or end.verbs[0] in end.advice or end.advice == "order it"


def test_the_page_in_docs_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
