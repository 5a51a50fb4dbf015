"""Calendars as they are written, and what names them."""

from dataclasses import replace
from datetime import date, time

import pytest

from boms_tui.model.calendar import Calendar, DayRule, Roll
from boms_tui.model.definitions import catalogue_of
from tests.model.definitions.given import applied, process, revisions, told

HINT = "such as last business day, third friday, 5th business day of the quarter or every half day"


def calendar(text: str) -> Calendar:
    """The calendar `c` that `text` says, beside one it may be based on."""
    found: Calendar = applied(f"calendar: c\n{text}", "calendar: nse\nholidays: XNSE\n").catalogue.calendars["c"]
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Calendar("c")),
        ("title: The desk\nweekend: [fri, sat]\n", Calendar("c", "The desk", weekend=frozenset({4, 5}))),
        ("weekend: []\n", Calendar("c", weekend=frozenset())),
        ("holidays: XNSE\n", Calendar("c", holidays=("XNSE",))),
        (
            "holidays: [XNSE, IN-MH, 2026-11-20, {date: 2026-11-23, name: The move}]\n",
            Calendar(
                "c", holidays=("XNSE", "IN-MH"),
                closed={date(2026, 11, 20): "a holiday", date(2026, 11, 23): "The move"},
            ),
        ),
        (
            'extra_days: [2026-11-08]\nhalf_days: {2026-11-08: "13:00"}\nnot: [2026-11-09]\n',
            Calendar(
                "c", extra_days=frozenset({date(2026, 11, 8)}), never=frozenset({date(2026, 11, 9)}),
                half_days={date(2026, 11, 8): time(13)},
            ),
        ),
        ("based_on: nse\ndays: last business day\n", Calendar("c", base="nse", picks=(DayRule(-1, "business day"),))),
        (
            "based_on: nse\ndays: [third friday, 2026-03-31]\nroll: previous\nshift: -2\nuntil: 2027-12-31\n",
            Calendar(
                "c", base="nse", picks=(DayRule(3, "friday"), date(2026, 3, 31)), roll=Roll.PREVIOUS, shift=-2,
                until=date(2027, 12, 31),
            ),
        ),
    ],
)  # fmt: skip
def test_calendars(text: str, expected: Calendar) -> None:
    assert calendar(text) == expected


def test_a_stored_calendar_is_read_back() -> None:
    text = (
        "calendar: c\nweekend: [sun]\nholidays: [XNSE, 2026-11-20]\nextra_days: [2026-11-08]\nnot: [2026-11-09]\n"
        'half_days: {2026-11-10: "13:00"}\ndays: [last friday, 2026-03-31]\nroll: next\nshift: 2\nuntil: 2030-12-31\n'
    )
    first = applied(text)
    kept = revisions(first)
    assert catalogue_of(kept).calendars == first.catalogue.calendars
    assert applied(text, current=kept).unchanged == ("calendar c",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "weekend: [sunday]\n",
            "2:11: `weekend` must be mon, tue, wed, thu, fri, sat or sun, not sunday (did you mean sun?)",
        ),
        (
            "weekend: [mon, tue, wed, thu, fri, sat, sun]\n",
            "1:1: every day is a weekend: no day is ever selected",
        ),
        ("holidays: XNSEE\n", "2:11: no such country or exchange: XNSEE (did you mean XNSE?)"),
        ("holidays: [2026-02-30]\n", "2:12: not a date: 2026-02-30 (such as 2026-11-20)"),
        ("holidays: [{name: x}]\n", "2:12: a holiday has either a `date` or a `code`"),
        ("half_days: {2026-11-08: 1pm}\n", '2:25: not a time of day: 1pm (such as "06:00")'),
        ("days: [payday]\n", f"2:8: names no day: payday ({HINT})"),
        ("days: []\n", "2:7: `days` must not be empty"),
        ("roll: next\n", "1:1: `roll` and `shift` move what `days` picks (name the `days`)"),
        ("days: last friday\nshift: 31\n", "3:8: not a whole number from -30 to 30: 31"),
        (
            "extra_days: [2026-11-08]\nnot: [2026-11-08]\n",
            "1:1: 2026-11-08 stands in both `extra_days` and `not`",
        ),
        ("based_on: nsf\n", "2:11: unknown calendar: nsf (did you mean nse?)"),
        ("based_on: c\n", "2:11: a cycle: c is based on c"),
    ],
)
def test_what_is_wrong_with_a_calendar(text: str, expected: str) -> None:
    assert told(f"calendar: c\n{text}", "calendar: nse\nholidays: XNSE\n") == [f"1.yaml:{expected}"]


def test_calendars_that_are_based_on_each_other() -> None:
    one, other = "calendar: a\nbased_on: b\n", "calendar: b\nbased_on: a\n"
    assert told(one, other) == ["1.yaml:2:11: a cycle: a is based on b is based on a"]


def test_a_process_names_its_calendar_or_has_it_from_its_template() -> None:
    nse, template = "calendar: nse\nholidays: XNSE\n", "template: nightly\ncalendar: nse\n"
    named = process("process: a\ncalendar: nse\ntasks: {t: {command: run}}\n", "a", nse)
    extended = process("process: a\nextends: nightly\ntasks: {t: {command: run}}\n", "a", nse, template)
    assert named.calendar == extended.calendar == "nse"
    assert replace(named, calendar="") == process("process: a\ntasks: {t: {command: run}}\n")


@pytest.mark.parametrize("kind", ["process: a\ntasks: {t: {command: run}}\n", "template: a\n"])
def test_a_calendar_that_is_not_there(kind: str) -> None:
    text = kind + "calendar: nsf\n"
    line = text.count("\n")
    expected = f"1.yaml:{line}:11: unknown calendar: nsf (did you mean nse?)"
    assert told(text, "calendar: nse\nholidays: XNSE\n") == [expected]
