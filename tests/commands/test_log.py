"""Printing an output, its end or all of it, as it stands or as it grows: no byte twice, none silently left out."""

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boms_tui.commands.context import Context
from boms_tui.commands.log import Printed
from boms_tui.commands.out import Out
from boms_tui.model.ids import AttemptId
from boms_tui.model.views import Output
from tests.commands.house import House, until

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DEFINITIONS = """\
process: night/says
tasks:
  says: {command: [sh, -c, "echo ::boms meter 42; echo ::boms label copying; while [ ! -e GATE ]; do sleep 0.1; done"]}
---
process: night/floods
tasks:
  floods: {command: [sh, -c, "seq -f 'line %06.0f' 1 300000"], output_cap: 300KB}
  much: {command: [sh, -c, "seq -f 'line %06.0f' 1 100000"]}
"""


@pytest.fixture(scope="module")
def night(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose tasks print a lot, or say how far they are."""
    house = House(tmp_path_factory.mktemp("log") / "home")
    shutil.copytree(prepared, house.path)
    with house.runtime():
        assert house.apply(DEFINITIONS.replace("GATE", str(house.path / "gate"))).code == 0
        yield house


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
        ([(b"e\ntwo\n", 8)], "... 2 bytes are not shown; boms log --all prints what was kept\ne\ntwo\n"),
        ([(b"ab", 2), (b"ef", 6)], "ab\n... 2 bytes are not shown; boms log --all prints what was kept\nef\n"),
        ([("€".encode()[:2], 2), (b"ef", 6)], "... 2 bytes are not shown; boms log --all prints what was kept\nef\n"),
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


def test_what_the_cap_dropped_is_told_apart_from_what_is_only_not_shown() -> None:
    stream = io.StringIO()
    printer = Printed(Context(Out(stdout=stream)))
    printer.go_on(Output(AttemptId("a"), b"end\n", 1_000, 900, NOW, head=50))
    printer.end()
    assert stream.getvalue() == (
        "... 996 bytes are not shown, the cap dropped 900 of them; boms log --all prints what was kept\nend\n"
    )


@pytest.mark.parametrize(
    ("start", "complete", "says"),
    [
        (950, True, "... 900 bytes were dropped by the cap"),
        (960, False, "... 900 bytes were dropped by the cap, 10 are not in the store yet"),
        (960, True, "... 900 bytes were dropped by the cap, 10 are lost"),
    ],
)
def test_a_missing_middle_is_told_in_one_line(start: int, complete: bool, says: str) -> None:  # noqa: FBT001
    stream = io.StringIO()
    printer = Printed(Context(Out(stdout=stream)))
    printer.put(b"x" * 50, 50)
    printer.pass_over(start, Output(AttemptId("a"), b"", 1_000, 900, NOW, head=50, complete=complete))
    assert stream.getvalue().splitlines()[1:] == [says]


def test_a_long_log_shows_its_end_and_on_request_all_that_was_kept(night: House) -> None:
    night.boms("order", "night/floods", "--date", "2026-02-02", "--wait", user="operator")
    ref = "night/floods@2026-02-02.1:much"
    whole = "".join(f"line {number:06}\n" for number in range(1, 100_001))
    end = night.boms("log", ref)
    assert end.lines[0] == f"... {len(whole) - 65_536} bytes are not shown; boms log --all prints what was kept"
    assert end.out.endswith(whole[-65_530:])
    until(lambda: night.boms("log", ref, "--json").json["complete"])
    assert night.boms("log", ref, "--all").out == whole
    assert night.boms("log", ref, "--all", "--follow").out == whole
    parts = night.boms("log", ref, "--all", "--json").json["parts"]
    assert "".join(part["text"] for part in parts) == whole
    assert parts[0]["start"] == 0


def test_a_log_that_the_cap_cut_says_where(night: House) -> None:
    night.boms("order", "night/floods", "--date", "2026-02-03", "--wait", user="operator")
    ref = "night/floods@2026-02-03.1:floods"
    until(lambda: night.boms("log", ref, "--json").json["complete"])
    whole = "".join(f"line {number:06}\n" for number in range(1, 300_001))
    dropped = len(whole) - 300_000
    said = night.boms("log", ref, "--all")
    assert said.out == f"{whole[:150_000]}... {dropped} bytes were dropped by the cap\n{whole[-150_000:]}"
    answer = night.boms("log", ref, "--json").json
    assert (answer["size"], answer["dropped"], len(answer["tail"])) == (len(whole), dropped, 65_536)


def test_what_a_running_task_says_of_itself_is_shown_beside_it(night: House) -> None:
    ref = "night/says@2026-02-04.1"
    night.boms("order", "night/says", "--date", "2026-02-04", user="operator")
    until(lambda: night.boms("log", f"{ref}:says", "--json", "--attempt", "1").json["progress"] is not None
          if night.boms("show", ref, "--json").json["tasks"][0]["attempts"] else False)  # fmt: skip
    (task,) = night.boms("show", ref, "--json").json["tasks"]
    assert (task["progress"]["meter"], task["progress"]["label"]) == (42, "copying")
    assert night.boms("tree", ref, "--json").json["tasks"][0]["progress"] == task["progress"]
    assert night.boms("log", f"{ref}:says", "--json").json["progress"] == task["progress"]
    assert night.boms("show", ref).lines[-1].endswith("42% copying")
    assert night.boms("tree", ref).lines[1] == "says  running  42% copying"
    assert night.boms("log", f"{ref}:says").out == "::boms meter 42\n::boms label copying\n"
    (night.path / "gate").touch()
    until(lambda: night.boms("show", ref, "--json").json["state"] == "succeeded")
    assert "progress" not in night.boms("show", ref, "--json").json["tasks"][0]
