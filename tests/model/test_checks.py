"""What checks say of what was seen."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.checks import (
    SKEW,
    DueCheck,
    DueFile,
    FileSeen,
    NotSeen,
    OutputSeen,
    judge_file,
    judge_output,
    judge_window,
    quote,
    span,
    words,
)
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import OutputCheck, Process, Window
from boms_tui.model.ids import ProcessId
from boms_tui.model.planning import hours_of

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PATH = "in/prices_20261120.csv"


def due(**conditions: object) -> DueFile:
    return DueFile(FileCheck(PATH, **conditions), f"/home/boms/work/{PATH}")  # type: ignore[arg-type]


def seen(size: int = 12_345, age: timedelta = 3 * MINUTE) -> FileSeen:
    return FileSeen(size, NOW - age)


@pytest.mark.parametrize(
    ("check", "file", "passed", "saw"),
    [
        (due(), seen(), True, f"{PATH}: 12,345 bytes, changed 3 min ago"),
        (due(), seen(0), True, f"{PATH}: empty, changed 3 min ago"),
        (due(), seen(1), True, f"{PATH}: 1 byte, changed 3 min ago"),
        (due(), NotSeen("is not there"), False, f"{PATH} is not there"),
        (due(min_size=1), seen(0), False, f"{PATH}: empty, changed 3 min ago: too small"),
        (due(min_size=12_345), seen(), True, f"{PATH}: 12,345 bytes, changed 3 min ago"),
        (due(min_size=12_346), seen(), False, f"{PATH}: 12,345 bytes, changed 3 min ago: too small"),
        (due(max_size=12_345), seen(), True, f"{PATH}: 12,345 bytes, changed 3 min ago"),
        (due(max_size=12_344), seen(), False, f"{PATH}: 12,345 bytes, changed 3 min ago: too large"),
        (due(newer_than=3 * MINUTE), seen(), True, f"{PATH}: 12,345 bytes, changed 3 min ago"),
        (due(newer_than=3 * MINUTE - SECOND), seen(), False, f"{PATH}: 12,345 bytes, changed 3 min ago: too old"),
        (due(settled_for=3 * MINUTE), seen(), True, f"{PATH}: 12,345 bytes, changed 3 min ago"),
        (
            due(settled_for=3 * MINUTE + SECOND), seen(), False,
            f"{PATH}: 12,345 bytes, changed 3 min ago: may still be changing",
        ),
        (due(), seen(age=-HOUR), True, f"{PATH}: 12,345 bytes, changed 1 h in the future"),
        (
            due(newer_than=HOUR), seen(age=-HOUR), False,
            f"{PATH}: 12,345 bytes, changed 1 h in the future: its time cannot be true",
        ),
        (
            due(settled_for=SECOND), seen(age=-HOUR), False,
            f"{PATH}: 12,345 bytes, changed 1 h in the future: its time cannot be true",
        ),
        (due(newer_than=MINUTE), seen(age=-SKEW), True, f"{PATH}: 12,345 bytes, changed 0 s ago"),
        (
            due(settled_for=MINUTE), seen(age=-SKEW), False,
            f"{PATH}: 12,345 bytes, changed 0 s ago: may still be changing",
        ),
    ],
)  # fmt: skip
def test_a_file_before_the_start(check: DueFile, file: FileSeen | NotSeen, passed: bool, saw: str) -> None:  # noqa: FBT001
    assert judge_file(check, file, NOW) == (passed, saw)


@pytest.mark.parametrize(
    ("check", "age_at_end", "finding"),
    [
        (due(newer_than=MINUTE), 20 * SECOND, (True, "changed 20 s before the end")),
        (due(newer_than=MINUTE), 2 * MINUTE, (False, "changed 2 min before the end: too old")),
        (due(newer_than=MINUTE), -5 * MINUTE, (True, "changed 5 min after the end")),
        (due(settled_for=HOUR), 2 * MINUTE, (True, "changed 2 min before the end")),
        (due(settled_for=HOUR), -50 * MINUTE, (False, "changed 50 min after the end: may still be changing")),
        (due(newer_than=MINUTE), -2 * HOUR, (False, "changed 30 min in the future: its time cannot be true")),
    ],
)
def test_a_file_at_the_end_is_as_new_as_it_was_then_however_late_it_is_looked_at(
    check: DueFile, age_at_end: timedelta, finding: tuple[bool, str]
) -> None:
    ended = NOW - 90 * MINUTE
    passed, saw = judge_file(check, FileSeen(10, ended - age_at_end), NOW, ended)
    assert (passed, saw.removeprefix(f"{PATH}: 10 bytes, ")) == finding


@pytest.mark.parametrize(
    ("size", "conditions"),
    [(size, low_high) for size in (0, 4, 5, 7, 8) for low_high in ((None, None), (5, None), (None, 7), (5, 7))],
)
def test_a_size_is_judged_by_both_its_bounds(size: int, conditions: tuple[int | None, int | None]) -> None:
    low, high = conditions
    within = (low is None or size >= low) and (high is None or size <= high)
    assert judge_file(due(min_size=low, max_size=high), seen(size), NOW).passed is within


INDIA = Process(ProcessId("eod"), {}, timezone="Asia/Kolkata", day_starts=time(6))
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
BERLIN = replace(INDIA, timezone="Europe/Berlin", day_starts=time(0))


@pytest.mark.parametrize(
    ("process", "day", "window", "hours"),
    [
        (INDIA, TODAY, (time(18), time(23, 30)), ("2026-11-20T18:00:00+05:30", "2026-11-20T23:30:00+05:30")),
        (INDIA, TODAY, (time(22), time(4)), ("2026-11-20T22:00:00+05:30", "2026-11-21T04:00:00+05:30")),
        (INDIA, TODAY, (time(0, 30), time(5)), ("2026-11-21T00:30:00+05:30", "2026-11-21T05:00:00+05:30")),
        (INDIA, TODAY, (time(22), time(8)), ("2026-11-20T22:00:00+05:30", "2026-11-21T08:00:00+05:30")),
        (INDIA, TODAY, (time(6), time(5, 59)), ("2026-11-20T06:00:00+05:30", "2026-11-21T05:59:00+05:30")),
        (BERLIN, TODAY, (time(22), time(4)), ("2026-11-20T22:00:00+01:00", "2026-11-21T04:00:00+01:00")),
        (BERLIN, SPRING, (time(1), time(2, 30)), ("2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00")),
        (BERLIN, AUTUMN, (time(1), time(4)), ("2026-10-25T01:00:00+02:00", "2026-10-25T04:00:00+01:00")),
    ],
)
def test_a_window_has_the_hours_of_its_business_date(
    process: Process, day: date, window: tuple[time, time], hours: tuple[str, str]
) -> None:
    due = hours_of(Window(*window), process, day)
    assert (due.opens.isoformat(), due.closes.isoformat()) == hours


WINDOW = hours_of(Window(time(18), time(23, 30)), INDIA, TODAY)


@pytest.mark.parametrize(
    ("at", "passed", "saw"),
    [
        (WINDOW.opens, True, "it is 18:00 IST"),
        (WINDOW.opens + HOUR, True, "it is 19:00 IST"),
        (WINDOW.closes, True, "it is 23:30 IST"),
        (WINDOW.opens - 40 * MINUTE, False, "it is 17:20 IST, 40 min before 18:00"),
        (WINDOW.closes + 11 * MINUTE, False, "it is 23:41 IST, 11 min past 23:30"),
        (WINDOW.closes + 25 * HOUR, False, "it is 00:30 IST, 1 d 1 h past 23:30"),
    ],
)
def test_a_window_is_judged_by_the_clock(at: datetime, passed: bool, saw: str) -> None:  # noqa: FBT001
    assert judge_window(WINDOW, at.astimezone(UTC)) == (passed, saw)


FORBIDS, ASKS, BOTH = OutputCheck(fail_on="ORA-"), OutputCheck(require="^done"), OutputCheck("ORA-", "^done")
CUT = "no such line in what was kept, but 900 of 1,000 bytes printed were cut: raise output_cap"


@pytest.mark.parametrize(
    ("check", "output", "passed", "saw"),
    [
        (FORBIDS, OutputSeen(1_000), True, "no such line in 1,000 bytes"),
        (FORBIDS, OutputSeen(0), True, "no such line in 0 bytes"),
        (FORBIDS, OutputSeen(1_000, forbidden='"ORA-1"'), False, 'printed "ORA-1"'),
        (FORBIDS, OutputSeen(1_000, 900, forbidden='"ORA-1"'), False, 'printed "ORA-1"'),
        (FORBIDS, OutputSeen(1_000, 900), False, CUT),
        (ASKS, OutputSeen(1), False, "no such line in 1 byte"),
        (ASKS, OutputSeen(1_000, required='"done"'), True, 'printed "done"'),
        (ASKS, OutputSeen(1_000, 900, required='"done"'), True, 'printed "done"'),
        (ASKS, OutputSeen(1_000, 900), False, CUT),
        (BOTH, OutputSeen(1_000, required='"done"'), True, 'printed "done"'),
        (BOTH, OutputSeen(1_000), False, "no such line in 1,000 bytes"),
        (BOTH, OutputSeen(1_000, 900, required='"done"'), False, CUT),
        (BOTH, OutputSeen(1_000, forbidden='"ORA-1"', required='"done"'), False, 'printed "ORA-1"'),
        (BOTH, NotSeen("is lost"), False, "the output is lost"),
    ],
)
def test_output(check: OutputCheck, output: OutputSeen | NotSeen, passed: bool, saw: str) -> None:  # noqa: FBT001
    assert judge_output(check, output) == (passed, saw)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (due(), f"file {PATH}"),
        (
            due(min_size=1, max_size=2_000, newer_than=24 * HOUR, settled_for=30 * SECOND),
            f"file {PATH}, at least 1 byte, at most 2,000 bytes, changed within 1 d, unchanged for 30 s",
        ),
        (DueFile(FileCheck("a\x1b[2Jb"), "/x"), "file a␛[2Jb"),
        (WINDOW, "between 18:00 and 23:30 IST"),
        (FORBIDS, "no line of the output matches ORA-"),
        (ASKS, "a line of the output matches ^done"),
        (BOTH, "no line of the output matches ORA-, a line of the output matches ^done"),
    ],
)
def test_a_check_in_words(check: DueCheck, said: str) -> None:
    assert words(check) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "0 s"), (0.9 * SECOND, "0 s"), (59 * SECOND, "59 s"), (MINUTE, "1 min"),
        (90 * SECOND, "1 min 30 s"), (HOUR + SECOND, "1 h"), (80 * MINUTE, "1 h 20 min"), (24 * HOUR, "1 d"),
        (400 * 24 * HOUR + HOUR, "400 d 1 h"), (-HOUR, "0 s"),
    ],
)  # fmt: skip
def test_a_length_of_time(length: timedelta, said: str) -> None:
    assert span(length) == said


def test_a_quoted_line_is_harmless_and_short() -> None:
    assert quote(b"ORA-00942: \x1b]52;c;x\x07 \xff table") == '"ORA-00942: ␛]52;c;x␇ \N{REPLACEMENT CHARACTER} table"'
    long = quote(b"." * 5_000 + b"ORA-00942" + b"-" * 5_000, 5_000)
    assert long.startswith('"…' + "." * 40 + "ORA-00942-")
    assert long.endswith('-…"')
    assert len(long) <= 165


@given(st.binary(max_size=3_000), st.integers(0, 3_000))
def test_any_line_can_be_quoted(line: bytes, at: int) -> None:
    text = quote(line, min(at, len(line)))
    assert text.isprintable()
    assert len(text) <= 165
