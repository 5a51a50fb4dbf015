"""Placeholders in commands."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.errors import ExitCode
from boms_tui.model.placeholders import PlaceholderError, Values, names, render

EVERY_NAME = "attempt, business_date, file, parameters.NAME, run or task"
DAY = date(2026, 11, 20)
VALUES: Values = {
    "business_date": DAY,
    "run": "settlement/eod-margin@2026-11-20.2",
    "attempt": "3",
    "task": "load",
    "parameters.region": "west",
    "parameters.as-of": "$1",
}

pieces = st.one_of(
    st.text(st.characters(exclude_characters="$"), max_size=8).map(lambda text: (text, text)),
    st.just(("$$", "$")),
    st.sampled_from(sorted(VALUES)).map(
        lambda name: (f"${{{name}}}", value.isoformat() if isinstance(value := VALUES[name], date) else value)
    ),
    st.just(("${business_date:%d.%m.%y%%}", "20.11.26%")),
)


@given(st.lists(pieces))
def test_each_placeholder_is_filled_and_all_else_is_kept(parts: list[tuple[str, str]]) -> None:
    text = "".join(written for written, _ in parts)
    assert render(text, VALUES) == "".join(filled for _, filled in parts)


@given(st.text())
def test_any_text_survives_when_its_dollars_are_doubled(text: str) -> None:
    assert render(text.replace("$", "$$"), {}) == text
    assert names(text.replace("$", "$$")) == ()


@given(st.text("${}:%Yabrun_."))
def test_whatever_has_names_can_be_filled(text: str) -> None:
    try:
        found = names(text)
    except PlaceholderError:
        with pytest.raises(PlaceholderError):
            render(text, VALUES)
    else:
        assert isinstance(render(text, {name: DAY if name == "business_date" else "x" for name in found}), str)


def test_names_come_in_their_order() -> None:
    assert names("${run} $$ ${parameters.any} ${business_date:%Y}${run}") == (
        "run",
        "parameters.any",
        "business_date",
        "run",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in/prices_${business_date:%Y%m%d}.csv", "in/prices_20261120.csv"),
        ("${business_date}", "2026-11-20"),
        ("${run}:${task}.${attempt}", "settlement/eod-margin@2026-11-20.2:load.3"),
        ("${parameters.region}", "west"),
        ("${parameters.as-of}", "$1"),
        ("$${run}", "${run}"),
    ],
)
def test_what_they_stand_for(text: str, expected: str) -> None:
    assert render(text, VALUES) == expected


@pytest.mark.parametrize(
    ("text", "title", "next_step"),
    [
        ("${buisness_date}", "unknown placeholder: ${buisness_date}", "did you mean business_date?"),
        ("${}", "unknown placeholder: ${}", EVERY_NAME),
        ("${parameters.}", "unknown placeholder: ${parameters.}", EVERY_NAME),
        ("$HOME", "a $ that begins no placeholder", "write $$ for a dollar, ${run} for a placeholder"),
        ("${run", "a $ that begins no placeholder", "write $$ for a dollar, ${run} for a placeholder"),
        ("costs 5$", "a $ that begins no placeholder", "write $$ for a dollar, ${run} for a placeholder"),
        ("${run:%Y}", "${run} takes no format", "write ${run}"),
        (
            "${business_date:%H}",
            "not a date's format: %H",
            "such as %Y%m%d; known are % with YmdyjaAbBuUVGw",
        ),
    ],
)
def test_what_means_nothing_is_an_error(text: str, title: str, next_step: str) -> None:
    with pytest.raises(PlaceholderError) as caught:
        names(text)
    assert (caught.value.title, caught.value.next_step, caught.value.exit_code) == (title, next_step, ExitCode.USAGE)


def test_a_parameter_that_the_run_has_not_is_an_error_with_the_nearest() -> None:
    with pytest.raises(PlaceholderError, match="unknown placeholder") as caught:
        render("${parameters.regoin}", VALUES)
    assert caught.value.next_step == "did you mean parameters.region?"
