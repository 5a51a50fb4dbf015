"""Checks before and after an attempt, and how what fails one is tried again."""

import time
from datetime import time as clock_time
from datetime import timedelta

import pytest

from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import AfterCheck, BeforeCheck, Checks, OutputCheck, RetryPolicy, Task, Window
from boms_tui.model.definitions.patterns import MOST_COSTLY
from boms_tui.model.ids import TaskName
from boms_tui.model.states import AttemptState
from tests.model.definitions.given import process, told

T = TaskName("t")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHECK_FAILED = frozenset({AttemptState.CHECK_FAILED})


def task(checks: str, *, says: str = "", before: str = "") -> Task:
    """A task with these checks that also `says`, in a process that says `before`."""
    return process(f"process: a\n{before}\ntasks: {{t: {{command: run, {says} checks: {checks}}}}}\n").tasks[T]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{file: in/a.csv}", FileCheck("in/a.csv")),
        ("{file: 'in/${business_date:%Y%m%d}.csv'}", FileCheck("in/${business_date:%Y%m%d}.csv")),
        ("{file: {path: in/a.csv}}", FileCheck("in/a.csv")),
        (
            "{file: {path: a, min_size: 1, max_size: 1GiB, newer_than: 24h, settled_for: 30s}}",
            FileCheck("a", 1, 1 << 30, DAY, timedelta(seconds=30)),
        ),
        ("{file: {path: errors.log, max_size: 0}}", FileCheck("errors.log", max_size=0)),
        ("{file: {path: a, min_size: 5, max_size: 5}}", FileCheck("a", 5, 5)),
        ('{window: {from: "18:00", to: "23:30"}}', Window(clock_time(18), clock_time(23, 30))),
        ("{window: {from: 22:00, to: 06:00}}", Window(clock_time(22), clock_time(6))),
    ],
)
def test_what_is_checked_before(entry: str, expected: BeforeCheck) -> None:
    assert task(f"{{before: [{entry}]}}").checks == Checks(before=(expected,))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{output: {fail_on: 'ORA-|ERROR'}}", OutputCheck(fail_on="ORA-|ERROR")),
        ("{output: {require: '^rows: [1-9]'}}", OutputCheck(require="^rows: [1-9]")),
        (r"{output: {fail_on: '(?i)\berror\b', require: done$}}", OutputCheck(r"(?i)\berror\b", "done$")),
        ("{file: {path: out/a.csv, min_size: 64KiB}}", FileCheck("out/a.csv", 65_536)),
    ],
)
def test_what_is_checked_after(entry: str, expected: AfterCheck) -> None:
    assert task(f"{{after: [{entry}]}}").checks == Checks(after=(expected,))


def test_checks_are_made_in_the_order_of_the_file() -> None:
    found = task("{before: [{file: b}, {window: {from: 01:00, to: 02:00}}, {file: a}]}").checks.before
    assert found == (FileCheck("b"), Window(clock_time(1), clock_time(2)), FileCheck("a"))


def test_a_pattern_of_a_thousand_characters_is_one() -> None:
    long = "é" * 1_000
    assert task(f"{{after: [{{output: {{require: {long}}}}}]}}").checks.after == (OutputCheck(require=long),)


OWN = "retries: 3, retry_delay: 5s, retry_backoff: 2, retry_max_delay: 1m, retry_jitter: 10%, retry_on: failed,"


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ("{before: [{file: a}]}", None),
        ("{retries: 9}", RetryPolicy(9, timedelta(seconds=5), 2.0, MINUTE, 0.1, CHECK_FAILED)),
        ("{retry_delay: 1m}", RetryPolicy(3, MINUTE, 2.0, MINUTE, 0.1, CHECK_FAILED)),
        (
            "{retries: 0, retry_delay: 0s, retry_backoff: 1, retry_max_delay: 0s, retry_jitter: 0}",
            RetryPolicy(0, timedelta(0), 1.0, timedelta(0), 0.0, CHECK_FAILED),
        ),
    ],
)
def test_what_checks_do_not_say_of_retries_the_task_says(checks: str, expected: RetryPolicy | None) -> None:
    found = task(checks, says=OWN)
    assert found.checks.retry == expected
    assert found.retry == RetryPolicy(3, timedelta(seconds=5), 2.0, MINUTE, 0.1, frozenset({AttemptState.FAILED}))


def test_checks_of_defaults_lie_under_those_of_tasks() -> None:
    defaults = "defaults: {retries: 2, checks: {before: [{file: a}], after: [{file: b}], retries: 5, retry_delay: 1m}}"
    found = task("{before: [{file: c}, {file: d}], retry_delay: 0s}", before=defaults).checks
    assert (found.before, found.after) == ((FileCheck("c"), FileCheck("d")), (FileCheck("b"),))
    assert found.retry == RetryPolicy(5, timedelta(0), on=CHECK_FAILED)
    assert task("{before: [], after: []}", before=defaults).checks.retry == RetryPolicy(5, MINUTE, on=CHECK_FAILED)
    assert task("{before: [], after: []}", before=defaults).checks.before == ()


def test_checks_of_defaults_mean_nothing_to_a_manual_task() -> None:
    text = "process: a\ndefaults: {checks: {before: [{file: a}], retries: 1}}\ntasks: {t: {manual: {prompt: Well?}}}\n"
    assert process(text).tasks[T].checks == Checks()


def test_checks_of_a_template_merge_by_key() -> None:
    template = "template: nightly\ndefaults: {checks: {before: [{file: a}], after: [{file: b}]}}\n"
    text = "process: a\nextends: nightly\ndefaults: {checks: {after: [{file: c}]}}\ntasks: {t: {command: run}}\n"
    assert process(text, "a", template).tasks[T].checks == Checks((FileCheck("a"),), (FileCheck("c"),))


ONE_BEFORE = "a check before the start is one of `file` and `window`"
ONE_AFTER = "a check at the end is one of `output` and `file`"
AS_RE2 = "(the syntax is that of RE2)"
REFUSED = [
    # their shape
    ("[a]", "13: `checks` must be a mapping, not a list (such as {key: value})"),
    ("{bfore: []}", "14: unknown key: bfore (did you mean before?)"),
    ("{before: {file: a}}", "22: `before` must be a list, not a mapping (such as [a, b])"),
    ("{before: [a]}", "23: `before` must be a mapping, not text (such as {key: value})"),
    ("{before: [{fil: a}]}", "24: unknown key: fil (did you mean file?)"),
    ("{before: [{}]}", f"23: {ONE_BEFORE}"),
    ("{before: [{file: a, window: {from: 01:00, to: 02:00}}]}", f"23: {ONE_BEFORE}"),
    ("{after: [{file: a, output: {fail_on: x}}]}", f"22: {ONE_AFTER}"),
    ("{before: [{sql: x}]}", "24: not supported yet: sql"),
    ("{after: [{sql: {query: x}}]}", "23: not supported yet: sql"),
    (
        "{before: [{output: {fail_on: x}}]}",
        "24: unknown key: output (output is checked at the end: put it under `after`)",
    ),
    (
        "{after: [{window: {from: 01:00, to: 02:00}}]}",
        "23: unknown key: window (hours are checked before the start: put it under `before`)",
    ),
    # retries
    ("{retries: many}", "23: not a whole number from 0 to 1000: many"),
    ("{retry_jitter: 2}", "28: not a share from 0 to 1: 2 (such as 0.2 or 20%)"),
    ("{retry_dely: 5s}", "14: unknown key: retry_dely (did you mean retry_delay?)"),
    (
        "{retry_on: failed}",
        "14: unknown key: retry_on (what `checks` says of retries is for check-failed alone)",
    ),
    # files
    ("{before: [{file: ''}]}", "30: `path` must not be empty"),
    ("{before: [{file: {}}]}", "30: `path` is missing"),
    (
        "{before: [{file: [a, b]}]}",
        "30: `file` must be a path or a mapping, not a list (one entry for each file)",
    ),
    ("{after: [{file: {pth: a}}]}", "29: `path` is missing|30: unknown key: pth (did you mean path?)"),
    ("{after: [{file: {path: [a]}}]}", "36: `path` must be text, not a list"),
    ("{after: [{file: {path: a, min_sise: 1}}]}", "39: unknown key: min_sise (did you mean min_size?)"),
    ("{after: [{file: {path: a, min_size: lots}}]}", "49: not a size: lots (such as 64KiB or 10MB)"),
    ("{after: [{file: {path: a, max_size: 2000GiB}}]}", "49: not a size: 2000GiB (at most 1024GiB)"),
    ("{after: [{file: {path: a, newer_than: 0s}}]}", "51: `newer_than` must be longer than 0s"),
    (
        "{after: [{file: {path: a, settled_for: soon}}]}",
        "52: not a duration: soon (such as 30s, 5m, 2h or 1d)",
    ),
    (
        "{after: [{file: {path: a, min_size: 6, max_size: 5}}]}",
        "29: `min_size` is more than `max_size`: this can never hold",
    ),
    (
        "{after: [{file: {path: a, newer_than: 1m, settled_for: 60s}}]}",
        "29: `settled_for` is not less than `newer_than`: this can never hold",
    ),
    (
        "{after: [{file: {path: a, settled_for: 30s}}]}",
        (
            "22: `settled_for` is for files that others write: a file of the task itself has just been written "
            "(leave it out here, or check the file before the task that reads it)"
        ),
    ),
    (
        "{before: [{file: '${buisness_date}'}]}",
        "30: unknown placeholder: ${buisness_date} (did you mean business_date?)",
    ),
    (
        "{before: [{file: {path: '${parameters.x}'}}]}",
        "37: unknown placeholder: ${parameters.x} (the process has no `parameters`)",
    ),
    (
        "{after: [{file: b}, {file: '${parameters.x}'}]}",
        "40: unknown placeholder: ${parameters.x} (the process has no `parameters`)",
    ),
    # hours
    ("{before: [{window: {from: 18:00}}]}", "32: `to` is missing"),
    (
        "{before: [{window: {form: 18:00, to: 19:00}}]}",
        "32: `from` is missing|33: unknown key: form (did you mean from?)",
    ),
    (
        "{before: [{window: {from_: 18:00, to: 19:00}}]}",
        "32: `from` is missing|33: unknown key: from_ (did you mean from?)",
    ),
    ("{before: [{window: {from: 18:00, to: 24:00}}]}", '50: not a time of day: 24:00 (such as "06:00")'),
    ("{before: [{window: 18:00-19:00}]}", "32: `window` must be a mapping, not text (such as {key: value})"),
    (
        "{before: [{window: {from: 18:00, to: 18:00}}]}",
        "32: `from` and `to` are the same time (leave the window out where any hour will do)",
    ),
    # output
    ("{after: [{output: {}}]}", "31: a check of the output has a `fail_on`, a `require` or both"),
    ("{after: [{output: ERROR}]}", "31: `output` must be a mapping, not text (such as {key: value})"),
    ("{after: [{output: {fail_no: x}}]}", "32: unknown key: fail_no (did you mean fail_on?)"),
    ("{after: [{output: {fail_on: ''}}]}", "41: `fail_on` must not be empty"),
    ("{after: [{output: {fail_on: [a]}}]}", "41: `fail_on` must be text, not a list"),
    ("{after: [{output: {fail_on: 'a('}}]}", f"41: not a pattern: missing ): a( {AS_RE2}"),
    ("{after: [{output: {require: '(?<=x)y'}}]}", f"41: not a pattern: invalid perl operator: (?<= {AS_RE2}"),
    (r"{after: [{output: {require: '(a)\1'}}]}", rf"41: not a pattern: invalid escape sequence: \1 {AS_RE2}"),
    (
        f"{{after: [{{output: {{require: {'x' * 1_001}}}}}]}}",
        "41: longer than 1,000 characters (split it into several checks)",
    ),
]


@pytest.mark.parametrize(("checks", "expected"), REFUSED, ids=[expected for _, expected in REFUSED])
def test_what_is_wrong_with_checks(checks: str, expected: str) -> None:
    found = told(f"process: a\ntasks:\n  t:\n    command: run\n    checks: {checks}\n")
    assert found == [f"1.yaml:5:{line}" for line in expected.split("|")]


def test_a_hundred_checks_are_enough() -> None:
    many = ", ".join(["{file: a}"] * 101)
    found = told(f"process: a\ntasks: {{t: {{command: run, checks: {{before: [{many}]}}}}}}\n")
    assert found == ["1.yaml:2:44: `before` has more than 100 entries"]


def outputs(*patterns: str) -> str:
    """A process with a task for each of these patterns."""
    tasks = "".join(
        f" t{n}: {{command: run, checks: {{after: [{{output: {{fail_on: '{pattern}'}}}}]}}}}\n"
        for n, pattern in enumerate(patterns)
    )
    return f"process: a\ntasks:\n{tasks}"


def test_a_wrong_pattern_is_not_told_behind_our_back(capfd: pytest.CaptureFixture[str]) -> None:
    assert len(told(outputs("a("))) == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("pattern", [r"(?-m)^a", r"(?i-ms:a$)"])
def test_anchors_mean_the_ends_of_lines(pattern: str) -> None:
    (problem,) = told(outputs(pattern))
    assert problem.endswith("(?-m) means nothing here (each line is matched by itself)")


@pytest.mark.parametrize(("pattern", "problems"), [(r"\Qa.b", 1), (r"a\\\Q", 1), (r"a\\Q", 0), (r"\.Q", 0)])
def test_text_is_not_quoted_as_a_whole(pattern: str, problems: int) -> None:
    """The runtime puts patterns into one of its own, which an open quotation would swallow the end of."""
    found = told(outputs(pattern))
    assert len(found) == problems
    assert all(r"\Q is not understood here" in problem for problem in found)


@pytest.mark.parametrize("pattern", ["x{1,999}|" * 110, r"\pL{900}", "((a{30}){30}){30}"])
def test_a_pattern_that_would_take_seconds_is_refused(pattern: str) -> None:
    began = time.process_time()
    (problem,) = told(outputs(pattern))
    assert "too large a pattern" in problem or "invalid repetition size" in problem
    assert time.process_time() - began < 2  # such a pattern takes up to 20 s


@pytest.mark.parametrize("costly", ["e" * 101, r"\pL"], ids=["long", "large"])
def test_costly_patterns_are_counted(costly: str) -> None:
    many = [f"{costly}{n}" for n in range(MOST_COSTLY)]
    assert told(outputs(*many, many[0])) == []
    (problem,) = told(outputs(*many, "one more"))
    assert "more than 100 patterns are long, large or wrong" in problem


def test_other_patterns_are_not_counted() -> None:
    assert told(outputs(*(f"ORA-{n}" for n in range(3 * MOST_COSTLY)))) == []


def test_a_pattern_that_many_tasks_share_counts_once() -> None:
    assert told(outputs(*["e" * 1_000] * 150)) == []
