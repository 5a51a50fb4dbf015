"""Patterns of coming files: what they match, which date they say, and where they may lie."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.file_pattern import example, file_pattern
from boms_tui.model.placeholders import PlaceholderError

DATED = "in/prices_${business_date:%Y%m%d}.csv"


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("in/a.csv", "in/a.csv", True),
        ("in/a.csv", "in/axcsv", False),
        ("in/a.csv", "in/sub/a.csv", False),
        ("in/*.csv", "in/a.csv", True),
        ("in/*.csv", "in/.hidden.csv", False),
        ("in/.*.csv", "in/.hidden.csv", True),
        ("in/*.csv", "in/a.csv.part", False),
        ("in/?.csv", "in/ab.csv", False),
        ("in/[a].csv", "in/[a].csv", True),
        ("in/*/a.csv", "in/x/a.csv", True),
        ("in/*/a.csv", "in/x/y/a.csv", False),
        ("*.csv", "a.csv", True),
        ("/data/*.csv", "/data/a.csv", True),
        (DATED, "in/prices_20261120.csv", True),
        (DATED, "in/prices_2026112.csv", False),
        ("in/$$x", "in/$x", True),
    ],
)
def test_what_matches(pattern: str, path: str, *, fits: bool) -> None:
    assert file_pattern(pattern).matches(path) is fits


@pytest.mark.parametrize(
    ("pattern", "path", "day"),
    [
        (DATED, "in/prices_20261120.csv", date(2026, 11, 20)),
        (DATED, "in/prices_20261340.csv", None),
        ("in/${business_date}/a", "in/2026-11-20/a", date(2026, 11, 20)),
        ("in/${business_date:%Y}/${business_date:%m-%d}_*", "in/2026/11-20_x", date(2026, 11, 20)),
        ("in/${business_date:%Y%j}", "in/2026324", date(2026, 11, 20)),
        ("in/${business_date:%d%b%y}", "in/20Nov26", date(2026, 11, 20)),
        ("in/${business_date:%Y}/${business_date:%m}/${business_date}", "in/2026/11/2026-11-20", date(2026, 11, 20)),
        ("in/${business_date:%Y}/p_${business_date:%Y%m%d}", "in/2025/p_20261120", None),
        ("in/${business_date}_${business_date}", "in/2026-11-20_2026-11-20", date(2026, 11, 20)),
        ("in/100%%_${business_date:%Y%%%m%d}", "in/100%%_2026%1120", date(2026, 11, 20)),
        (DATED, "in/prices_00010101.csv", None),
        (DATED, "in/prices_99991231.csv", None),
        ("in/*.csv", "in/20261120.csv", None),
        (DATED, "in/other.csv", None),
    ],
)
def test_the_date_in_a_path(pattern: str, path: str, day: date | None) -> None:
    assert file_pattern(pattern).date_in(path) == day


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_every_date_is_found_again(day: date) -> None:
    for form in ("%Y%m%d", "%Y-%j", "%d%b%Y", "%G-W%V-%u", "%Y %A %U", "%y%m%d"):
        pattern = file_pattern(f"in/x_${{business_date:{form}}}.csv")
        assert pattern.date_in(f"in/x_{day.strftime(form)}.csv") == day


@pytest.mark.parametrize(
    ("pattern", "folder", "may"),
    [
        ("in/*.csv", "/home/spool", False),
        ("../spool/*", "/home/spool", True),
        ("../spool/*/exit", "/home/spool", True),
        ("../*/exit", "/home/spool", True),
        ("../*/*/exit", "/home/spool", True),
        ("../s*/x", "/home/spool", True),
        ("../t*/x", "/home/spool", False),
        ("../*", "/home/spool", False),
        ("/home/spool/a/b/c", "/home/spool", True),
        ("/home/spool-in/*", "/home/spool", False),
    ],
)
def test_where_a_match_may_lie(pattern: str, folder: str, *, may: bool) -> None:
    assert file_pattern(pattern, "/home/work").may_lie_in(folder) is may


@pytest.mark.parametrize("form", ["%d", "%Y", "%Y%m", "%b %d", "%%"])
def test_a_date_that_does_not_follow_is_refused(form: str) -> None:
    with pytest.raises(PlaceholderError, match="no date follows"):
        file_pattern(f"in/x_${{business_date:{form}}}.csv")


@pytest.mark.parametrize("pattern", [DATED, "in/*/?.csv", "/a/b", "in/$$.csv"])
def test_an_example_matches(pattern: str) -> None:
    assert file_pattern(pattern).matches(example(pattern))
