"""What is printed is aligned, and harmless on a terminal."""

import io
import json
from datetime import UTC, datetime

import pytest

from boms_tui.commands.out import Out, iso
from boms_tui.errors import UsageError

HOSTILE = [
    "\x1b]52;c;aGk=\x07",
    "\x1b[2J",
    "\x9b31m",
    "\x00\x07\x08\x7f",
    "a\r\nb",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\u200bhidden",
    "\ud800",
    "\U000e0041",
    "e" + "\u0301" * 500,
]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def out(stream: io.StringIO) -> Out:
    return Out(stdout=stream, stderr=stream)


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_inert_wherever_it_is_printed(text: str) -> None:
    stream = io.StringIO()
    printer = out(stream)
    printer.line(text)
    printer.note(text)
    printer.block(f"{text}\n")
    printer.table(("A", "B"), [(text, text)])
    printer.error(UsageError(text, text))
    printer.json({"text": text})
    printed = stream.getvalue()
    assert all(character == "\n" or character.isprintable() for character in printed)
    assert "\u0301" * 5 not in printed


def test_a_table_is_aligned_by_what_is_seen() -> None:
    stream = io.StringIO()
    out(stream).table(("NAME", "STATE"), [("a", "running"), ("मूल्य", "failed"), ("価格", None)])
    assert stream.getvalue().splitlines() == ["NAME  STATE", "a     running", "मूल्य   failed", "価格"]


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, terminal = io.StringIO(), Terminal()
    for stream in (plain, terminal):
        out(stream).table(("S",), [("failed",)])
    assert "\x1b" not in plain.getvalue()
    assert "\x1b[31mfailed\x1b[0m" in terminal.getvalue()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    out(stream).table(("S",), [("failed",)])
    assert "\x1b" not in stream.getvalue()


def test_json_times_have_microseconds_and_end_in_z() -> None:
    stream = io.StringIO()
    moment = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    out(stream).json({"at": moment, "day": moment.date(), "none": iso(None)})
    assert json.loads(stream.getvalue()) == {
        "at": "2026-11-20T18:30:00.000000Z", "day": "2026-11-20", "none": None
    }  # fmt: skip


def test_people_read_times_in_the_homes_zone() -> None:
    stream = io.StringIO()
    printer = out(stream)
    printer.use_zone("Asia/Kolkata")
    printer.table(("AT", "ENDED"), [(datetime(2026, 11, 20, 18, 30, tzinfo=UTC), None)])
    assert stream.getvalue().splitlines() == ["AT (IST)             ENDED", "2026-11-21 00:00:00"]


def test_when_summer_time_ends_each_time_names_its_own_zone() -> None:
    stream = io.StringIO()
    printer = out(stream)
    printer.use_zone("Europe/London")
    printer.table(("AT",), [(datetime(2026, 10, 25, hour, 30, tzinfo=UTC),) for hour in (0, 1)] + [(None,)])
    assert stream.getvalue().splitlines() == ["AT", "2026-10-25 01:30:00 BST", "2026-10-25 01:30:00 GMT", ""]


@pytest.mark.parametrize(("hour", "says"), [(12, "21:30 IST"), (20, "2026-11-20 21:30 IST")])
def test_a_time_of_day_has_its_date_where_that_is_another(hour: int, says: str) -> None:
    printer = out(io.StringIO())
    printer.use_zone("Asia/Kolkata")
    now = datetime(2026, 11, 20, hour, tzinfo=UTC)
    assert printer.time_of_day(datetime(2026, 11, 20, 16, tzinfo=UTC), now) == says
