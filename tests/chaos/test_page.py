"""The page of figures says what the results say, and the campaigns know every failpoint there is."""

import json
import re

import pytest

from tests.chaos import kills
from tests.chaos.campaign import Figures
from tests.chaos.judge import Finding, Kind
from tests.chaos.page import PAGE, page
from tests.chaos.results import FILE, Played
from tests.chaos.rig import ROOT

FINDINGS = (Finding(Kind.DOUBLED, "a"), Finding(Kind.WRONG, "b"), Finding(Kind.FOLD, "c"), Finding(Kind.UNKNOWN, "d"))


def results(played: Played) -> str:
    record = {
        "at": "2026-11-20 18:00 UTC", "commit": "abc", "machine": "2 cores", "scale": "full",
        "campaigns": {"adoption": played.record("adoption")},
        "planted": [{"bug": "ignore CANCEL", "file": "runtime/shim/life.py", "caught_by": "test_x"}],
    }  # fmt: skip
    return page(record)


def test_every_figure_has_its_place() -> None:
    figures = Figures(3, 1_500, FINDINGS, 2, {"live_tasks": 500, "adoption_s": 1.25})
    row = "| live tasks adopted after kill -9 | 3 | 1500 | 1 | 0 | 2 | 1 (2) | live tasks 500, adoption 1.25 s |"
    said = results(Played(figures, 10.0))
    assert row in said
    assert "Run of 2026-11-20 18:00 UTC at full size, commit abc; 2 cores." in said
    assert "| ignore CANCEL | `runtime/shim/life.py` | `test_x` |" in said


def test_what_was_not_played_says_why() -> None:
    said = results(Played(Figures(0, 0), 0.0, "there is no strace"))
    assert "| live tasks adopted after kill -9 | not played: there is no strace |" in said


@pytest.mark.skipif(not FILE.exists(), reason="`make chaos` has not been run here")
def test_the_page_in_docs_is_that_of_the_last_run() -> None:
    assert PAGE.read_text() == page(json.loads(FILE.read_text()))


def test_every_failpoint_of_the_runtime_is_tried() -> None:
    of_shims = {"shim", "cshim"}
    sources = (file for file in (ROOT / "boms_tui" / "runtime").rglob("*.py") if file.parent.name not in of_shims)
    named = {name for source in sources for name in re.findall(r'\bfailpoint\("([a-z-]+)"\)', source.read_text())}
    assert named == {*kills.FAILPOINTS, *kills.PRUNING}
