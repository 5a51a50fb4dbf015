"""The tests are tested: each planted bug is caught by the test that says so."""

from collections.abc import Callable

import pytest

from tests.planted.bugs import BUGS, Bug, Plant
from tests.planted.planting import ROOT, put, run, try_one


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_caught(bug: Bug, record_property: Callable[[str, object], None]) -> None:
    tried = try_one(bug)
    if tried.outcome.failed == tried.outcome.passed == 0 and tried.outcome.skipped:
        pytest.skip(f"{bug.caught_by} cannot be run here")
    record_property("planted", (bug.name, bug.caught_by))
    assert tried.caught, tried.outcome.said


@pytest.mark.timeout(300)
def test_the_tests_that_catch_pass_without_a_bug() -> None:
    outcome = run([bug.caught_by for bug in BUGS])
    assert outcome.failed == 0, outcome.said
    assert outcome.passed + outcome.skipped >= len(BUGS), outcome.said


def test_a_bug_whose_place_has_moved_says_so() -> None:
    with pytest.raises(ValueError, match="has 0 places that read"):
        put(ROOT, Plant("pyproject.toml", "no such text", ""))
