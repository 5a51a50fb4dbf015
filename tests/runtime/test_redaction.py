"""Known values in output become asterisks, whole or cut, and nothing else does."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boms_tui.runtime.output.redaction import EVERYTHING, SHORTEST, Redactor, needles, redact

VALUES = (b"hunter2!", b"abcab", b"s3cret")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", b""),
        (b"nothing here\n", b"nothing here\n"),
        (b"user:hunter2!@host\n", b"user:********@host\n"),
        (b"hunter2!hunter2!", b"*" * 16),
        (b"s3cret and hunter2!", b"****** and ********"),
        (b"abcabcab", b"*" * 8),
        (b"hunter2", b"hunter2"),
    ],
)
def test_a_value_is_masked_in_place(data: bytes, shown: bytes) -> None:
    assert redact(data, VALUES) == shown


def test_nothing_is_masked_where_there_is_nothing_to_hide() -> None:
    assert redact(b"hunter2!", ()) == b"hunter2!"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"ter2! and more hunt", b"***** and more ****"),
        (b"r2! and more hun", b"r2! and more hun"),
        (b"unter2!hunter2", b"*" * 14),
        (b"abca", b"****"),
        (b"hunter2!", b"********"),
    ],
)
def test_what_is_cut_out_of_more_may_begin_or_end_within_a_value(data: bytes, shown: bytes) -> None:
    assert redact(data, VALUES, torn=True) == shown


def test_a_value_of_several_lines_is_masked_line_by_line_and_its_line_ends_stay() -> None:
    found = needles(["-----BEGIN KEY-----\nMIIEvQ\r\nend"])
    assert redact(b"key: -----BEGIN KEY-----\nMIIEvQ\r\nend!\n", found) == b"key: *******************\n*******\n***!\n"
    assert redact(b"> MIIEvQ\nend\n", found) == b"> ******\nend\n"


def test_a_value_is_masked_as_json_has_it_too() -> None:
    value = 'pa"ss\\wörd\nand /2'
    found = needles([value, 'a"b'])
    for is_ascii in (False, True):
        shown = json.dumps({"KEY": value}, ensure_ascii=is_ascii).encode()
        assert redact(shown, found) == b'{"KEY": "' + b"*" * (len(shown) - 11) + b'"}'
    assert redact(json.dumps(value.splitlines()[0]).encode(), found) == b'"' + b"*" * 17 + b'"'
    assert not redact(b'a\\"b', found).startswith(b"*"), "a value too short to be masked is so in every form"


def test_the_longest_value_comes_first_and_short_ones_do_not_count() -> None:
    assert needles(["abc", "abcd", "abcdef", "abcd"]) == (b"abcdef", b"abcd")
    assert SHORTEST == 4


def test_where_a_value_is_not_known_any_more_nothing_is_shown() -> None:
    assert redact(b"any\nthing\n", (EVERYTHING,)) == b"***\n*****\n"
    shown = Redactor((b"abcd", EVERYTHING))
    assert shown.feed(b"any\nthi") + shown.feed(b"ng\n") + shown.finish() == b"***\n*****\n"


def plainly(data: bytes, values: Sequence[bytes]) -> bytes:
    hidden = {
        place
        for value in values
        for at in range(len(data))
        if data.startswith(value, at)
        for place in range(at, at + len(value))
    }
    return bytes(byte if n not in hidden or byte == 10 else 42 for n, byte in enumerate(data))


PIECES = st.lists(st.text("ab\n", max_size=9).map(str.encode), max_size=8)
NEEDLES = st.lists(st.text("ab\n", min_size=4, max_size=7).map(str.encode), max_size=3, unique=True)


@given(PIECES, NEEDLES)
@example([b"aaaa", b"aaaaa"], [b"aaaa"])
@example([b"abab", b"abab"], [b"ababab"])
def test_pieces_show_what_the_whole_shows(pieces: list[bytes], values: list[bytes]) -> None:
    whole, redactor = b"".join(pieces), Redactor(values)
    shown = [redactor.feed(piece) for piece in pieces]
    assert b"".join((*shown, redactor.finish())) == redact(whole, values) == plainly(whole, values)
    hold = max(map(len, values), default=1) - 1
    assert len(whole) - len(b"".join(shown)) == min(hold, len(whole))


@given(PIECES, NEEDLES, st.integers(0, 20), st.integers(0, 20))
def test_a_torn_piece_never_shows_more_than_the_whole(
    pieces: list[bytes], values: list[bytes], start: int, length: int
) -> None:
    whole = b"".join(pieces)
    cut, hidden = whole[start : start + length], plainly(whole, values)[start : start + length]
    shown = redact(cut, values, torn=True)
    leaked = [n for n, byte in enumerate(shown) if hidden[n] == 42 and byte != 42]
    edge = SHORTEST - 1
    assert all(n < edge or n >= len(cut) - edge for n in leaked), "at most a piece shorter than the shortest value"
