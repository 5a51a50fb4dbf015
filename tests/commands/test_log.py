"""Printing a growing output from tails of it: no byte twice, none silently left out, no sign torn."""

import io
from datetime import UTC, datetime

import pytest

from boms_tui.commands.context import Context
from boms_tui.commands.log import Printed
from boms_tui.commands.out import Out
from boms_tui.model.ids import AttemptId
from boms_tui.model.views import Output

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def printed(outputs: list[tuple[bytes, int]]) -> str:
    """What is printed when the store has these tails and sizes one after the other."""
    stream = io.StringIO()
    printer = Printed(Context(Out(stdout=stream)))
    for tail, size in outputs:
        printer.go_on(Output(AttemptId("a"), tail, size, 0, NOW))
    printer.end()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("outputs", "text"),
    [
        ([], ""),
        ([(b"", 0)], ""),
        ([(b"one\n", 4)], "one\n"),
        ([(b"one", 3)], "one\n"),
        ([(b"one\n", 4), (b"one\n", 4), (b"one\ntwo\n", 8)], "one\ntwo\n"),
        ([(b"e\ntwo\n", 8)], "... 2 bytes are not shown: the whole of it is in the node's spool\ne\ntwo\n"),
        ([(b"ab", 2), (b"ef", 6)], "ab... 2 bytes are not shown: the whole of it is in the node's spool\nef\n"),
        ([("é".encode()[:1], 1), ("é!".encode(), 3)], "é!\n"),
        ([("€".encode()[:2], 2), ("€".encode(), 3)], "€\n"),
        ([("😀".encode()[:3], 3), ("😀".encode(), 4)], "😀\n"),
        ([(b"\xff\xfe\n", 3)], "\ufffd\ufffd\n"),
        ([(b"a\r", 2), (b"a\r\nb\n", 5)], "a\nb\n"),
        ([("€".encode()[:2], 2)], "\ufffd\n"),
        ([(b"\x80\x80\x80\x80", 4)], "\ufffd\ufffd\ufffd\ufffd\n"),
    ],
)
def test_a_growing_output_is_printed_once(outputs: list[tuple[bytes, int]], text: str) -> None:
    assert printed(outputs) == text
