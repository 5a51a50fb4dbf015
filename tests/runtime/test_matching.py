"""Patterns in output: line by line, in bounded memory, and never a guess about what is not there."""

import os
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.checks import NotSeen, OutputSeen
from boms_tui.model.definition import OutputCheck
from boms_tui.runtime.machine import matching
from boms_tui.runtime.machine.matching import LOST, OVERLAP, WINDOW, Extent, Printed, extents, search, windows

CAP = 1_000_000


def looked_for(
    folder: Path, output: bytes, *, fail_on: str = "", require: str = "", values: tuple[bytes, ...] = ()
) -> OutputSeen:
    file = folder / "out.log"
    file.write_bytes(output)
    seen = search(file, Printed(len(output), 0, CAP), OutputCheck(fail_on, require), values)
    assert isinstance(seen, OutputSeen)
    return seen


@pytest.mark.parametrize(
    ("pattern", "output", "line"),
    [
        ("ORA-|ERROR", b"fine\nORA-00942: table\nERROR\n", '"ORA-00942: table"'),
        ("ERROR", b"no newline at the end: ERROR", '"no newline at the end: ERROR"'),
        ("^ERROR", b"an ERROR\n", ""),
        ("^ERROR$", b"an ERROR\nERROR\n", '"ERROR"'),
        ("^ERROR$", b"a\r\nERROR\r\n", '"ERROR"'),
        ("^ERROR$", b"a\r\nERROR\r", ""),
        (r"\AERROR\z", b"a\nERROR\nb\n", '"ERROR"'),
        (r"ERROR\\z", b"ERROR\\z\n", '"ERROR\\z"'),
        ("^$", b"a\nb\n", ""),
        ("^$", b"a\n\nb\n", '""'),
        ("^$", b"", ""),
        (r"a\s+b", b"a\nb\n", ""),
        (r"(?s)a.b", b"a\nb\n", ""),
        ("[^x]+END", b"a\nEND\n", ""),
        ("(?i)error", b"an eRRor\n", '"an eRRor"'),
        ("caf.$", "un café\n".encode(), '"un café"'),
        ("[éè]$", "un café\n".encode(), '"un café"'),
        ("ERROR.*code", b"ERROR \xfc\xff code\n", '"ERROR \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} code"'),
        (r"a\x00b", b"a\0b\n", '"a\N{SYMBOL FOR NULL}b"'),
        ("(a+a+)+b", b"a" * 100_000 + b"\n", ""),
    ],
)
def test_a_line_is_found_as_people_read_lines(tmp_path: Path, pattern: str, output: bytes, line: str) -> None:
    assert looked_for(tmp_path, output, fail_on=pattern).forbidden == line
    assert looked_for(tmp_path, output, require=pattern).required == line


def test_the_first_line_of_each_pattern_is_quoted(tmp_path: Path) -> None:
    output = b"done 1\nok\nERROR 1\nERROR 2\ndone 2\n"
    seen = looked_for(tmp_path, output, fail_on="ERROR", require="^ok")
    assert (seen.forbidden, seen.required) == ('"ERROR 1"', ""), "what is forbidden decides alone"
    assert looked_for(tmp_path, output, require="done").required == '"done 1"'


def test_a_secret_is_not_quoted_even_where_the_quote_is_cut_within_it(tmp_path: Path) -> None:
    for before in (0, 30, 38, 100, 1_020, 1_030):
        output = b"hunter2-hunter2" + b"." * before + b"ERROR" + b"." * 100 + b"hunter2-hunter2\n"
        quoted = looked_for(tmp_path, output, fail_on="ERROR", values=(b"hunter2-hunter2",)).forbidden
        assert "ERROR" in quoted
        assert "hunter" not in quoted
        assert "ter2" not in quoted


@pytest.mark.parametrize("at", [0, 10, WINDOW - 3, WINDOW, WINDOW + 5, 2 * WINDOW - 3, 3 * WINDOW - OVERLAP - 2])
@pytest.mark.parametrize("newline", [True, False])
def test_a_match_is_found_wherever_it_lies_in_output_or_in_a_long_line(
    tmp_path: Path,
    at: int,
    newline: bool,  # noqa: FBT001
) -> None:
    filler = b"." * 70 + b"\n" if newline else b"." * 71
    before = (filler * (at // 71 + 1))[:at]
    output = before + b"ERROR 42" + (filler * (3 * WINDOW // 71))
    assert "ERROR 42" in looked_for(tmp_path, output, fail_on=r"ERROR \d+").forbidden
    assert not looked_for(tmp_path, output, fail_on="ERROR 43").forbidden


def test_anchors_and_word_borders_hold_in_a_line_longer_than_a_window(tmp_path: Path) -> None:
    line = b"xy" * (2 * WINDOW)
    for pattern in ("^y", r"\by", "x$", r"x\b"):
        for shifted in (b"", b"x"):
            output = b"a\n" + shifted + line + b"\nb\n"
            assert not looked_for(tmp_path, output, fail_on=pattern).forbidden, pattern
    assert looked_for(tmp_path, b"a\n" + line + b"z\nb\n", fail_on="yz$").forbidden


def test_a_character_on_the_border_of_a_window_is_whole(tmp_path: Path) -> None:
    for offset in range(4):
        output = b"." * (WINDOW - offset) + "é".encode() + b"." * WINDOW
        assert looked_for(tmp_path, output, fail_on="é").forbidden


def test_a_line_of_a_quarter_of_a_gigabyte_takes_few_megabytes(tmp_path: Path) -> None:
    file, size = tmp_path / "out.log", 1 << 28
    with file.open("wb") as out:
        out.seek(size - 5)
        out.write(b"ERROR")
    check = OutputCheck(fail_on="ERROR$")
    search(file, Printed(5, 0, size), check, ())
    tracemalloc.start()
    try:
        seen = search(file, Printed(size, 0, size), check, ())
        assert tracemalloc.get_traced_memory()[1] < 16 * WINDOW
    finally:
        tracemalloc.stop()
    assert isinstance(seen, OutputSeen)
    assert seen.forbidden.endswith('ERROR"')


LINES = st.lists(st.text("ab\r é", max_size=6), max_size=12)
PATTERNS = ("a", "^a", "b$", "^$", "ab", r"\bb", "^[ab]+$", " é", "^ab$")


@given(LINES, st.sampled_from(PATTERNS), st.integers(1, 40), st.booleans())
def test_windows_find_what_lines_hold(lines: list[str], pattern: str, size: int, ends: bool) -> None:  # noqa: FBT001
    text = "\n".join(lines) + ("\n" if ends else "")
    data = text.encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "WINDOW", 16)
        patch.setattr(matching, "OVERLAP", 8)
        found = list(windows(pieces))
    whole = data.split(b"\n")[: None if not data.endswith(b"\n") else -1] if data else []
    plain = [line.removesuffix(b"\r") if n < len(data.split(b"\n")) - 1 else line for n, line in enumerate(whole)]
    expected = any(re.search(pattern.encode(), line, re.ASCII) for line in plain)
    compiled = matching.pattern_of(pattern)
    assert compiled is not None
    assert any(compiled.search(one.text, one.start, one.end) for one in found) == expected


@given(
    st.text("ab ", max_size=120),
    st.sampled_from(("ab a", "^ab", "ba$", r"\bb", r"b\b", "^$", "bbb")),
    st.integers(1, 16),
)
def test_windows_of_one_long_line_find_what_it_holds(text: str, pattern: str, size: int) -> None:
    data = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "WINDOW", 16)
        patch.setattr(matching, "OVERLAP", 8)
        found = list(windows(data[at : at + size] for at in range(0, len(data), size)))
    compiled = matching.pattern_of(pattern)
    assert compiled is not None
    hits = any(compiled.search(one.text, one.start, one.end) for one in found)
    assert hits == (bool(data) and bool(re.search(pattern, text)))


@pytest.mark.parametrize(
    ("size", "printed", "where"),
    [
        (100, Printed(100, 0, 60), (Extent(0, 100),)),
        (130, Printed(100, 0, 200), (Extent(0, 100),)),
        (99, Printed(100, 0, 200), None),
        (1_000, Printed(1_000, 940, 60), (Extent(0, 30, torn_end=True), Extent(970, 1_000, torn_start=True))),
        (1_050, Printed(1_000, 940, 60), (Extent(0, 30, torn_end=True), Extent(970, 1_000, torn_start=True))),
        (60, Printed(1_000, 940, 60), (Extent(0, 30, torn_end=True), Extent(30, 60, torn_start=True))),
        (59, Printed(1_000, 940, 60), None),
        (61, Printed(1_001, 940, 61), (Extent(0, 30, torn_end=True), Extent(30, 61, torn_start=True))),
    ],
)
def test_where_the_output_is(size: int, printed: Printed, where: tuple[Extent, ...] | None) -> None:
    assert extents(size, printed) == where


HEAD, TAIL = b"start\nthis is OK\nERR", b"OR\n........\nOK: end\n"


@pytest.mark.parametrize("punched", [True, False])
@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("^start", '"start"'), ("end$", '"OK: end"'), ("OK$", '"this is OK"'),
        ("ERROR", ""), ("ERR$", ""), ("^OR", ""), ("^OK", '"OK: end"'), (r"\x00", ""),
    ],
)  # fmt: skip
def test_a_line_that_reaches_into_what_was_cut_is_not_taken_for_whole(
    tmp_path: Path,
    punched: bool,  # noqa: FBT001
    pattern: str,
    line: str,
) -> None:
    file, gone = tmp_path / "out.log", 5_000
    file.write_bytes(HEAD + bytes(gone if punched else 0) + TAIL)
    printed = Printed(len(HEAD) + gone + len(TAIL), gone, 2 * len(HEAD))
    seen = search(file, printed, OutputCheck(require=pattern), ())
    assert seen == OutputSeen(printed.size, gone, "", line)


def test_a_file_that_is_gone_or_no_file_is_lost(tmp_path: Path) -> None:
    file, printed, check = tmp_path / "out.log", Printed(10, 0, CAP), OutputCheck("x")
    assert search(file, printed, check, ()) == LOST
    file.write_bytes(b"x" * 9)
    assert search(file, printed, check, ()) == LOST
    file.unlink()
    os.mkfifo(file)
    assert search(file, printed, check, ()) == NotSeen("is lost")
    file.unlink()
    file.symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        search(file, printed, check, ())
