"""Durations and sizes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.definitions.amounts import LARGEST, LONGEST, any_size, duration, size
from boms_tui.model.definitions.problems import WrongValueError

UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@given(st.integers(0, 366), st.sampled_from(sorted(UNITS)))
def test_a_duration_is_its_count_of_units(count: int, unit: str) -> None:
    assert duration(f"{count}{unit}") == count * UNITS[unit]


@given(st.integers(0, 10**8), st.sampled_from(sorted(UNITS)))
def test_a_duration_is_exact_or_refused(count: int, unit: str) -> None:
    try:
        found = duration(f"{count}{unit}")
    except WrongValueError:
        assert count * UNITS[unit] > LONGEST
    else:
        assert found == count * UNITS[unit] <= LONGEST


@given(st.text(max_size=6))
def test_other_text_is_no_duration(text: str) -> None:
    if not (text[:-1].isascii() and text[:-1].isdigit() and text[-1:] in UNITS):
        with pytest.raises(WrongValueError, match="not a duration"):
            duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("512B", 512), ("10MB", 10_000_000), ("64KiB", 65_536), ("1GiB", 1 << 30), ("1024GiB", LARGEST)],
)
def test_sizes(text: str, expected: int) -> None:
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "MB", "10 MB", "10mb", "1.5MB", "-1", "0", "1025GiB", "٣MB"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(WrongValueError, match="not a size"):
        size(text)


@pytest.mark.parametrize(("text", "expected"), [("0", 0), ("0MB", 0), ("64KiB", 65_536), ("1024GiB", LARGEST)])
def test_sizes_that_may_be_none(text: str, expected: int) -> None:
    assert any_size(text) == expected


@pytest.mark.parametrize("text", ["", "MB", "-1", "1025GiB"])
def test_no_sizes_at_all(text: str) -> None:
    with pytest.raises(WrongValueError, match="not a size"):
        any_size(text)
