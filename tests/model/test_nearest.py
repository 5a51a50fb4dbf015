"""Names that were perhaps meant."""

import pytest

from boms_tui.model.nearest import did_you_mean, foreign_letter, is_near, one_of, told


@pytest.mark.parametrize(
    ("name", "names", "hint"),
    [
        ("laod", ["load", "save"], "did you mean load?"),
        ("zzz", ["load", "save"], "load or save"),
        ("zzz", ["load"], "load"),
        ("zzz", [], ""),
        ("zzz", [f"name{n}" for n in range(9)], ""),
        ("x" * 10_000, ["load"], "load"),
    ],
)
def test_the_nearest_name_or_all_where_they_are_few(name: str, names: list[str], hint: str) -> None:
    assert did_you_mean(name, names) == hint


def test_other_names_may_have_been_meant_but_are_not_offered() -> None:
    assert did_you_mean("calender", ["process"], also=["calendar"]) == "did you mean calendar?"
    assert did_you_mean("zzz", ["process"], also=["calendar"]) == "process"


def test_words() -> None:
    assert (one_of(["a", "b", "c"]), one_of(["a"])) == ("a, b or c", "a")
    assert is_near("proces", ["process"])
    assert not is_near("load", ["process"])
    assert told("a\x1b[2J") == "a␛[2J"
    assert told("x" * 100) == "x" * 59 + "…"
    assert foreign_letter("lоad") == "U+043E CYRILLIC SMALL LETTER O is not ASCII"
    assert foreign_letter("load") == ""
