"""Which dates a calendar selects: weekends and holidays, exceptions, picked days, rolled and shifted."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.almanac import EVERY_DAY, Almanac
from boms_tui.model.calendar import EVERY, Calendar, DayRule, Roll, day_rule

NSE = Calendar("nse", holidays=("XNSE",))
DAY = timedelta(days=1)
dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def almanac(*calendars: Calendar) -> Almanac:
    return Almanac({one.id: one for one in calendars})


def of(year: int, *calendars: Calendar) -> list[str]:
    """The days of the last one of `calendars`, as MM-DD."""
    return [f"{day:%m-%d}" for day in sorted(almanac(*calendars).days(calendars[-1].id).of(year))]


def picking(*rules: str, base: str = "nse", roll: Roll | None = None, shift: int = 0) -> Calendar:
    picks = tuple(day_rule(rule) or date.fromisoformat(rule) for rule in rules)
    return Calendar("picked", base=base, picks=picks, roll=roll, shift=shift)


def test_every_day_is_a_day_of_a_process_without_a_calendar() -> None:
    every = almanac()
    assert every.has(EVERY_DAY, date(2026, 11, 22))
    assert every.before(EVERY_DAY, date(2026, 1, 1)) == date(2025, 12, 31)
    assert every.why_not(EVERY_DAY, date(2026, 11, 22)) == ""


def test_weekends_and_the_exchanges_holidays_are_off() -> None:
    nse = almanac(NSE)
    assert [nse.has("nse", date(2026, 11, day)) for day in (20, 21, 22, 23, 24)] == [True, False, False, True, False]
    assert nse.why_not("nse", date(2026, 11, 21)) == "calendar nse: a Saturday"
    assert nse.why_not("nse", date(2026, 11, 24)) == "calendar nse: Guru Nanak Jayanti"
    assert nse.before("nse", date(2026, 11, 25)) == date(2026, 11, 23)
    assert nse.after("nse", date(2026, 11, 20)) == date(2026, 11, 23)


def test_lists_have_the_last_word() -> None:
    own = Calendar(
        "own", base="nse", closed={date(2026, 11, 20): "the move"}, extra_days=frozenset({date(2026, 11, 22)}),
        never=frozenset({date(2026, 11, 23)}),
    )  # fmt: skip
    both = almanac(NSE, own)
    assert both.why_not("own", date(2026, 11, 20)) == "calendar own: the move"
    assert both.has("own", date(2026, 11, 22))
    assert both.why_not("own", date(2026, 11, 23)) == "calendar own: ruled out"
    assert both.why_not("own", date(2026, 11, 24)) == "calendar own: Guru Nanak Jayanti"


@pytest.mark.parametrize(
    ("calendar", "working"),
    [
        (Calendar("c"), [27]),
        (Calendar("c", weekend=frozenset({4, 5})), [22]),
        (Calendar("c", weekend=frozenset()), [21, 22, 27]),
        (Calendar("c", holidays=("XSAU",)), [22]),
    ],
)
def test_the_weekend(calendar: Calendar, working: list[int]) -> None:
    """Of a Saturday, a Sunday and a Friday."""
    assert [day for day in (21, 22, 27) if almanac(calendar).has("c", date(2026, 11, day))] == working


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["last business day"], "01-30 02-27 03-30 04-30 05-29 06-30 07-31 08-31 09-30 10-30 11-30 12-31"),
        (["third friday of the quarter"], "01-16 04-17 07-17 10-16"),
        (["last thursday of the year"], "12-31"),
        (["2nd to last business day of the quarter"], "03-27 06-29 09-29 12-30"),
        (["5th business day of the year", "first day of the quarter"], "01-01 01-07 04-01 07-01 10-01"),
        (["first business day of the week"], None),
        (["2026-11-20", "2026-11-21"], "11-20"),
        (["31st day"], "07-31 08-31 12-31"),
    ],
)
def test_picked_days(rules: list[str], expected: str | None) -> None:
    found = of(2026, NSE, picking(*rules))
    if expected is None:
        assert len(found) == 52
        assert found[:5] == ["01-05", "01-12", "01-19", "01-27", "02-02"]
    else:
        assert " ".join(found) == expected


def test_a_picked_day_that_is_off_is_dropped_or_rolled() -> None:
    assert of(2026, NSE, picking("15th day"))[0:3] == ["01-15", "04-15", "05-15"]
    assert of(2026, NSE, picking("15th day", roll=Roll.NEXT))[0:3] == ["01-15", "02-16", "03-16"]
    assert of(2026, NSE, picking("15th day", roll=Roll.PREVIOUS))[0:3] == ["01-15", "02-13", "03-13"]


def test_a_picked_day_is_shifted_by_business_days_across_the_year() -> None:
    assert of(2027, NSE, picking("last business day of the year", shift=2))[0] == "01-04"
    assert of(2026, NSE, picking("first business day of the year", shift=-1))[-1] == "12-31"


def test_days_of_the_quarter_are_no_business_days_by_themselves() -> None:
    assert of(2026, NSE, picking("first day of the quarter")) == ["01-01", "04-01", "07-01", "10-01"]
    assert almanac(NSE, picking("last thursday")).why_not("picked", date(2026, 11, 20)) == (
        "calendar picked: none of picked: last thursday of the month"
    )


def test_a_half_day_is_that_of_the_nearest_calendar() -> None:
    early = Calendar("early", half_days={date(2026, 11, 20): time(13), date(2026, 11, 23): time(12)})
    own = Calendar("own", base="early", half_days={date(2026, 11, 23): time(11)})
    both = almanac(early, own)
    assert both.days("own").ends_early(date(2026, 11, 20)) == time(13)
    assert both.days("own").ends_early(date(2026, 11, 23)) == time(11)
    assert both.days("own").ends_early(date(2026, 11, 24)) is None
    assert both.days(EVERY_DAY).ends_early(date(2026, 11, 20)) is None


def test_half_days_and_full_days_are_picked_too() -> None:
    """So that what runs at 18:30 may run at 14:00 on the days that close at 13:00."""
    early = Calendar("early", base="nse", half_days={date(2026, 11, 20): time(13), date(2026, 11, 22): time(13)})
    assert of(2026, NSE, early, picking("every half day", base="early")) == ["11-20"]
    full = of(2026, NSE, early, picking("every full day", base="early"))
    assert sorted([*full, "11-20"]) == of(2026, NSE, early)
    assert of(2026, NSE, early, picking("every friday", base="early")) == [
        day for day in of(2026, NSE, early) if date.fromisoformat(f"2026-{day}").weekday() == 4
    ]
    assert "11-19" in of(2026, NSE, early, picking("last full day of the week", base="early"))


@pytest.mark.parametrize(
    ("calendar", "end"),
    [
        (Calendar("c"), None),
        (Calendar("c", closed={date(2026, 3, 3): "Holi", date(2027, 1, 26): "Republic Day"}), date(2027, 12, 31)),
        (Calendar("c", closed={date(2026, 3, 3): "Holi"}, until=date(2026, 6, 30)), date(2026, 6, 30)),
        (Calendar("c", base="nse", until=date(2026, 6, 30)), date(2026, 6, 30)),
        (Calendar("c", base="nse"), date(2100, 12, 31)),
    ],
)
def test_where_what_is_known_ends(calendar: Calendar, end: date | None) -> None:
    assert almanac(NSE, calendar).ends("c") == end


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("last business day", DayRule(-1, "business day")),
        ("Third Friday", DayRule(3, "friday")),
        ("5 business day of the quarter", DayRule(5, "business day", "quarter")),
        ("22nd day of the month", DayRule(22, "day")),
        ("2nd to last business day of the year", DayRule(-2, "business day", "year")),
        ("every half day", DayRule(EVERY, "half day")),
        ("last full day of the week", DayRule(-1, "full day", "week")),
        ("every half day of the week", None),
        ("every to last day", None),
        ("last to last day", None),
        ("5th friday", DayRule(5, "friday")),
        ("6th friday", None),
        ("32nd day", None),
        ("2nd friday of the week", None),
        ("14th friday of the quarter", DayRule(14, "friday", "quarter")),
        ("sixth friday", None),
        ("0th day", None),
        ("last", None),
        ("last business day of the decade", None),
    ],
)
def test_rules_in_words(text: str, rule: DayRule | None) -> None:
    assert day_rule(text) == rule


@given(st.integers(-53, 53).filter(bool), st.sampled_from(["day", "business day", "friday"]))
def test_a_rule_is_read_as_it_is_written(ordinal: int, unit: str) -> None:
    rule = DayRule(ordinal, unit, "year")
    assert day_rule(str(rule)) == rule


@given(dates)
def test_before_and_after_are_neighbours(day: date) -> None:
    nse = almanac(NSE)
    before = nse.before("nse", day)
    assert nse.has("nse", before)
    assert before < day
    assert nse.after("nse", before) in {day, nse.after("nse", day)}
    assert not any(nse.has("nse", before + DAY * step) for step in range(1, (day - before).days))
