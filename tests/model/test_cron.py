"""Cron texts, held against croniter itself."""

from datetime import date, datetime, time
from itertools import islice

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.cron import bad_cron, cron_of


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


starts = st.datetimes(naive("2000-01-01"), naive("2040-01-01"))


def values(low: int, high: int, *more: str) -> st.SearchStrategy[str]:
    """A field: `*`, steps, lists and ranges of numbers from `low` to `high`."""
    number = st.integers(low, high)
    ranges = st.builds(lambda one, other: f"{min(one, other)}-{max(one, other)}", number, number)
    steps = st.builds("{}/{}".format, st.just("*") | ranges, st.integers(1, high - low))
    lists = st.lists(number.map(str) | ranges | steps, min_size=1, max_size=3).map(",".join)
    return st.just("*") | lists | st.sampled_from(["*", *more])


texts = st.builds(
    "{} {} {} {} {}".format,
    values(0, 59),
    values(0, 23),
    values(1, 31, "L", "1,L", "15W", "?"),
    values(1, 12, "jan", "mar-may"),
    values(0, 7, "mon-fri", "fri#2", "L5", "mon#1,wed#5", "sun"),
)


@given(texts, starts)
def test_the_times_are_those_of_croniter(text: str, start: datetime) -> None:
    if bad_cron(text):
        return
    expected = croniter(text, start, ret_type=datetime, max_years_between_matches=9)
    found = list(islice(cron_of(text).after(start.replace(microsecond=0)), 20))
    assert found == [expected.get_next() for _ in found]


@pytest.mark.parametrize("text", ["0 0 1 * mon#1", "0 0 15W * mon", "0 0 L * L5"])
def test_two_kinds_of_days_that_croniter_mixes_up_are_refused(text: str) -> None:
    assert bad_cron(text) == "`#` and `W` stand alone: leave the other day field *"


def test_what_never_comes_ends() -> None:
    assert list(cron_of("0 0 31 2 *").after(naive("2026-01-01"))) == []


def test_a_day_of_the_month_or_of_the_week() -> None:
    either = cron_of("0 9,18 1 * mon")
    assert either.times == (time(9), time(18))
    assert [day for day in range(1, 15) if either.has(date(2026, 6, day))] == [1, 8]
    assert either.has(date(2026, 7, 1))


def test_a_leap_day_comes() -> None:
    assert next(cron_of("0 0 29 2 *").after(naive("2026-01-01"))) == naive("2028-02-29")


@pytest.mark.parametrize(
    ("cron", "wrong"),
    [
        ("", "0 fields instead of 5"),
        ("@daily", "1 fields instead of 5"),
        ("0 1 * *", "4 fields instead of 5"),
        ("0 1 * * * 2026", "6 fields instead of 5"),
        ("60 * * * *", "60 cannot be the minute (0-59)"),
        ("0 H * * *", "H cannot be read"),
        ("0 1 * * mon-fry", "mon-fry cannot be read"),
        ("0 0 31 4,6,9,11 *", "there is no such day"),
        ("0 0 30,31 feb *", "there is no such day"),
        ("*/0 * * * *", ""),
    ],
)
def test_bad_cron_texts(cron: str, wrong: str) -> None:
    assert bad_cron(cron) == wrong or (not wrong and bad_cron(cron))


@pytest.mark.parametrize(
    "cron",
    ["0 0 29 2 *", "0 0 30 2 mon", "0 0 L * *", "*/5 9-17 * * mon-fri", "0 0 31 1,2 *", "0 6 * * fri#2", "0 0 ? * 7"],
)
def test_good_cron_texts(cron: str) -> None:
    assert bad_cron(cron) == ""
