"""What follows an attempt that ended badly, or of which nobody knows; and how runs of one process overlap."""

from datetime import timedelta

import pytest

from boms_tui.model.definition import RETRIABLE, OnUnknown, Overlap, RetryPolicy, Task
from boms_tui.model.ids import TaskName
from boms_tui.model.states import AttemptState
from tests.model.definitions.given import process, told

T = TaskName("t")
TASKS = "tasks: {t: {command: run}}\n"
ENDS = "must be failed, timed-out, start-failed or check-failed"


def task(says: str, before: str = "") -> Task:
    return process(f"process: a\n{before}\ntasks: {{t: {{command: run, {says}}}}}\n").tasks[T]


@pytest.mark.parametrize(
    ("jitter", "share"),
    [("0", 0.0), ("1", 1.0), ("0.25", 0.25), ("0%", 0.0), ("20%", 0.2), ("12.5%", 0.125), ("100%", 1.0)],
)
def test_jitter_is_a_share(jitter: str, share: float) -> None:
    assert task(f"retry_jitter: {jitter}").retry == RetryPolicy(jitter=share)


@pytest.mark.parametrize("jitter", ["-0.1", "1.01", "101%", "20 %", "x%", "many", "1e-1", ".5", "nan", "٢٠%", "''"])
def test_other_text_is_no_share(jitter: str) -> None:
    (problem,) = told(f"process: a\ntasks: {{t: {{command: run, retry_jitter: {jitter}}}}}\n")
    assert "1.yaml:2:41: not a share from 0 to 1: " in problem


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("failed", {AttemptState.FAILED}),
        ("[timed-out]", {AttemptState.TIMED_OUT}),
        ("[failed, check-failed, failed]", {AttemptState.FAILED, AttemptState.CHECK_FAILED}),
        ("[failed, timed-out, start-failed, check-failed]", set(RETRIABLE)),
    ],
)
def test_the_ends_that_are_tried_again(on: str, expected: set[AttemptState]) -> None:
    assert task(f"retry_on: {on}").retry.on == expected


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("retry_on: timeout", f"37: `retry_on` {ENDS}, not timeout (did you mean timed-out?)"),
        ("retry_on: [failed, fialed]", f"46: `retry_on` {ENDS}, not fialed (did you mean failed?)"),
        ("retry_on: killed", f"37: `retry_on` {ENDS}, not killed (whoever kills a task says what follows)"),
        ("retry_on: unknown", f"37: `retry_on` {ENDS}, not unknown (`on_unknown` says what follows)"),
        ("retry_on: xyz", f"37: `retry_on` {ENDS}, not xyz"),
        ("retry_on: []", "37: `retry_on` must not be empty"),
        ("retry_on: {failed: 2}", "37: `retry_on` must be a list, not a mapping (such as [a, b])"),
        ("retry_onn: failed", "27: unknown key: retry_onn (did you mean retry_on?)"),
        ("retry_jiter: 1", "27: unknown key: retry_jiter (did you mean retry_jitter?)"),
        ("on_unknown: rerunn", "39: `on_unknown` must be wait or rerun, not rerunn (did you mean rerun?)"),
        ("on_unknow: rerun", "27: unknown key: on_unknow (did you mean on_unknown?)"),
    ],
)
def test_what_is_wrong_with_retries(says: str, expected: str) -> None:
    assert told(f"process: a\ntasks: {{t: {{command: run, {says}}}}}\n") == [f"1.yaml:2:{expected}"]


@pytest.mark.parametrize(("said", "expected"), [("wait", OnUnknown.WAIT), ("rerun", OnUnknown.RERUN)])
def test_what_follows_when_nobody_knows(said: str, expected: OnUnknown) -> None:
    assert task(f"on_unknown: {said}").on_unknown is expected


def test_defaults_lie_under_tasks() -> None:
    defaults = "defaults: {retries: 3, retry_jitter: 20%, retry_on: [failed, timed-out], on_unknown: rerun}"
    found = task("retry_on: failed, on_unknown: wait", defaults)
    assert found.retry == RetryPolicy(3, jitter=0.2, on=frozenset({AttemptState.FAILED}))
    assert found.on_unknown is OnUnknown.WAIT
    found = task("retry_jitter: 0, retries: 1", defaults)
    assert found.retry == RetryPolicy(1, on=frozenset({AttemptState.FAILED, AttemptState.TIMED_OUT}))
    assert found.on_unknown is OnUnknown.RERUN


def test_jitter_makes_a_delay_longer_and_never_shorter() -> None:
    policy = RetryPolicy(3, timedelta(minutes=1), jitter=0.5)
    assert [policy.delay_before(1, spread).total_seconds() for spread in (0.0, 0.5, 1.0)] == [60, 75, 90]


@pytest.mark.parametrize("overlap", Overlap)
def test_how_runs_overlap(overlap: Overlap) -> None:
    assert process(f"process: a\noverlap: {overlap}\n{TASKS}").overlap is overlap


def test_the_process_says_how_its_runs_overlap_over_its_template() -> None:
    template = "template: nightly\noverlap: skip\n"
    assert process(f"process: a\nextends: nightly\n{TASKS}", "a", template).overlap is Overlap.SKIP
    assert (
        process(f"process: a\nextends: nightly\noverlap: parallel\n{TASKS}", "a", template).overlap is Overlap.PARALLEL
    )


MEANINGLESS = [
    ("retry_jitter: 1", "retry_jitter"),
    ("retry_on: failed", "retry_on"),
    ("on_unknown: wait", "on_unknown"),
    ("checks: {}", "checks"),
    ("resources: {}", "resources"),
    ("locks: []", "locks"),
    ("secrets: {}", "secrets"),
]


@pytest.mark.parametrize(("says", "key"), MEANINGLESS)
def test_a_manual_task_has_no_attempts_to_speak_of(says: str, key: str) -> None:
    found = told(f"process: a\ntasks:\n  t:\n    manual: {{prompt: Well?}}\n    {says}\n")
    assert found == [f"1.yaml:5:{7 + len(key)}: a manual task runs nothing: `{key}` means nothing here"]
