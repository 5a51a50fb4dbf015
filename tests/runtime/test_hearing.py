"""Meters and labels: whole lines only, the newest counts, nothing of it can do harm."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.views import Progress
from boms_tui.runtime.output.hearing import Hearing

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)


def heard(*parts: bytes, last: bool = True) -> Progress | None:
    """What is heard of an output that is looked at after each of `parts` was printed."""
    hearing, whole = Hearing(), b""
    for number, part in enumerate(parts, 1):
        whole += part
        hearing.hear(whole[hearing.at :], NOW, last=last and number == len(parts))
    return hearing.progress


@pytest.mark.parametrize(
    ("printed", "meter", "label"),
    [
        (b"::boms meter 42\n", 42, ""),
        (b"::boms meter 42", 42, ""),
        (b"::boms meter  7 \r\n", 7, ""),
        (b"::boms meter 142\n", 100, ""),
        (b"::boms meter -3\n", 0, ""),
        (b"::boms meter +5\n", 5, ""),
        (b"::boms label copying files\n", None, "copying files"),
        (b"::boms label a\n::boms meter 1\n::boms label b\n::boms meter 2\n", 2, "b"),
        (b"::boms meter 1\n::boms meter half\n", 1, ""),
        (b"::boms label " + b"x" * 500 + b"\n", None, "x" * 120),
        ("::boms label \u202eevil \x1b[2J 清算\n".encode(), None, "\ufffdevil \u241b[2J 清算"),
        (b"::boms label \xff\xfe\n", None, "\ufffd\ufffd"),
        (b"::boms meter 3\n::boms label gone\n::boms label\n", 3, ""),
    ],
)
def test_what_a_task_says_of_itself(printed: bytes, meter: int | None, label: str) -> None:
    assert heard(printed) == Progress(meter, label, NOW)
    assert heard(b"before\n", printed, b"\nbehind\n") == Progress(meter, label, NOW)


@pytest.mark.parametrize(
    "printed",
    [b"", b"meter 42\n", b" ::boms meter 42\n", b"::boms  meter 42\n", b"::boms meter\n", b"::boms meter 4.2\n",
     b"::boms meter 42%\n", b"::boms meter " + b"9" * 5_000 + b"\n", b"::bomsmeter 42\n", b"x::boms meter 42\n",
     b"::boms metre 42\n"],
)  # fmt: skip
def test_what_says_nothing(printed: bytes) -> None:
    assert heard(printed) is None


def test_a_line_is_heard_when_it_is_whole() -> None:
    assert heard(b"::boms me", b"ter 4", last=False) is None
    assert heard(b"::boms me", b"ter 4", b"2\n", last=False) == Progress(42, "", NOW)
    assert heard(b"::boms meter 4", b"2") == Progress(42, "", NOW)


def test_the_same_said_again_is_no_news() -> None:
    hearing = Hearing()
    assert hearing.hear(b"::boms meter 5\n", NOW, last=False)
    assert not hearing.hear(b"::boms meter 5\n", LATER, last=False)
    assert hearing.hear(b"::boms label x\n", LATER, last=False)
    assert hearing.progress == Progress(5, "x", LATER)


def test_what_was_known_before_stays_until_something_else_is_said() -> None:
    hearing = Hearing(Progress(5, "x", NOW))
    assert not hearing.hear(b"nothing\n", LATER, last=False)
    assert hearing.hear(b"::boms meter 6\n", LATER, last=False)
    assert hearing.progress == Progress(6, "x", LATER)


def test_a_line_of_which_the_beginning_was_left_out_says_nothing() -> None:
    hearing = Hearing()
    hearing.skip_to(100)
    assert not hearing.hear(b"::boms meter 5", NOW, last=False)
    assert hearing.at == 100
    assert hearing.hear(b"::boms meter 5\n::boms meter 6\n", NOW, last=False)
    assert hearing.progress == Progress(6, "", NOW)


def test_a_line_without_end_is_not_kept_waiting_for() -> None:
    hearing, line = Hearing(), b"::boms label " + b"x" * 10_000
    assert not hearing.hear(line, NOW, last=False)
    assert hearing.at == len(line)
    assert not hearing.hear(b"y\n", NOW, last=False)
    assert hearing.hear(b"::boms meter 1\n", NOW, last=False)


@given(
    lines=st.lists(st.sampled_from([b"x", b"::boms meter 1", b"::boms meter 2", b"::boms label a", b"::boms label b"])),
    cuts=st.lists(st.integers(0, 200), max_size=10),
)
def test_wherever_the_output_is_cut_the_same_is_heard(lines: list[bytes], cuts: list[int]) -> None:
    whole = b"\n".join(lines)
    borders = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    parts = [whole[start:end] for start, end in zip(borders, [*borders[1:], len(whole)], strict=True)]
    assert heard(*parts) == heard(whole)
