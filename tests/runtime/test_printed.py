"""Reading an output while it grows, is cut and is masked: only bytes that were printed, under their true offsets."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.ids import AttemptId
from boms_tui.model.output import Extent, Range
from boms_tui.runtime.output.printed import OutputFile
from boms_tui.runtime.output.redaction import EVERYTHING
from boms_tui.runtime.shim import output as shim_output
from boms_tui.runtime.shim.files import pack
from boms_tui.runtime.shim.output import Output
from boms_tui.runtime.spool.protocol import ExitRecord
from boms_tui.runtime.spool.spool import Spool

SECRET = b"correct horse"


def record(printed: int, dropped: int = 0) -> ExitRecord:
    """What a shim records of a program that ended well."""
    fields = {"version": "1", "how": "exited", "ended": "0", "text": "", "code": "0"}
    sizes = {"out_bytes": str(printed), "dropped": str(dropped)}
    return ExitRecord.decode(pack((name.encode(), value.encode()) for name, value in {**fields, **sizes}.items()))


class Printing:
    """A task that prints into a folder, under a shim that holds the output down to its cap."""

    def __init__(self, folder: Path, cap: int, *secrets: bytes) -> None:
        self.file = folder / "out.log"
        self.shim = Output(cap)
        self.record: ExitRecord | None = None
        self.secrets: Sequence[bytes] = secrets
        self.output = OutputFile(folder, cap, lambda: self.record, lambda: self.secrets)
        self.whole = b""

    def print(self, data: bytes) -> None:
        self.whole += data
        with self.file.open("ab", buffering=0) as out:
            out.write(data)
        self.shim.trim()

    def end(self) -> None:
        self.record = record(*self.shim.finish())

    def assert_true(self, *, ended: bool) -> Extent:
        """Whatever is said to be kept can be read, and is what was printed."""
        extent = self.output.extent(ended=ended)
        assert extent.size == len(self.whole)
        for kept in extent.kept:
            assert self.output.read(kept) == self.whole[kept.start : kept.end]
        return extent


def block(number: int, length: int = 50_000) -> bytes:
    return bytes([65 + number % 26]) * length


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("punches", [True, False])
def test_what_is_kept_is_what_was_printed_at_any_time(
    here: Path, monkeypatch: pytest.MonkeyPatch, *, punches: bool
) -> None:
    if not punches:
        monkeypatch.setattr(shim_output, "PUNCH_HOLE", 0)
    printing = Printing(here, 200_000)
    editions = set()
    for number in range(30):
        printing.print(block(number))
        extent = printing.output.extent(ended=False)
        editions.add(extent.edition)
        if punches:
            printing.assert_true(ended=False)
    printing.end()
    extent = printing.assert_true(ended=True)
    assert extent.dropped == 30 * 50_000 - 200_000
    assert (len(editions) > 1) == (not punches)


def test_nothing_was_printed_yet(here: Path) -> None:
    output = OutputFile(here / "gone", 100, lambda: None)
    assert (output.length(), output.extent(ended=False), output.extent(ended=True)) == (0, (0, 0, 0, 0), (0, 0, 0, 0))


@pytest.mark.parametrize("spec", [b"", b"version\0001\0", b"output_cap\0many\0"])
def test_a_spec_that_a_loss_of_power_took_has_no_output(here: Path, spec: bytes) -> None:
    spool, attempt = Spool(here / "spool"), AttemptId("ops/one@2026-11-20.1:only.1")
    assert spool.output(attempt) is None
    spool.folder(attempt).mkdir()
    (spool.folder(attempt) / "spec").write_bytes(spec)
    assert spool.output(attempt) is None


def test_bytes_that_children_print_behind_the_end_are_not_its_own(here: Path) -> None:
    printing = Printing(here, 1_000)
    printing.print(b"its own\n")
    printing.end()
    with printing.file.open("ab") as out:
        out.write(b"a child's\n")
    printing.assert_true(ended=True)


def test_a_file_that_somebody_cut_is_another_edition(here: Path) -> None:
    printing = Printing(here, 1_000)
    printing.print(b"before the cut\n")
    first = printing.output.extent(ended=False)
    printing.file.write_bytes(b"")
    assert printing.output.extent(ended=False).edition != first.edition
    assert printing.output.read(Range(0, 5)) == b""


def test_a_file_that_is_gone_at_the_end_gives_nothing(here: Path) -> None:
    printing = Printing(here, 1_000)
    printing.print(b"never seen")
    printing.end()
    printing.file.unlink()
    extent = printing.output.extent(ended=True)
    assert extent.size == 10
    assert printing.output.read(Range(0, 10)) == b""


@pytest.mark.parametrize("cut", [lambda fd: os.ftruncate(fd, 100_000), lambda fd: os.pwrite(fd, b"x", 900_000)])
def test_what_the_shim_may_cut_while_it_is_read_is_not_believed(
    here: Path, monkeypatch: pytest.MonkeyPatch, cut: Callable[[int], object]
) -> None:
    printing = Printing(here, 200_000)
    printing.print(block(1, 250_000))
    printing.output.extent(ended=False)
    real = os.pread

    def read(fd: int, length: int, at: int) -> bytes:
        data = real(fd, length, at)
        with printing.file.open("r+b") as out:
            cut(out.fileno())
        return data

    monkeypatch.setattr(os, "pread", read)
    assert printing.output.read(Range(180_000, 250_000)) == b""


def test_a_secret_is_masked_over_every_border(here: Path) -> None:
    printing = Printing(here, 1_000, SECRET)
    printing.print(b"a " + SECRET + b" z\n")
    masked = b"a " + b"*" * len(SECRET) + b" z\n"
    printing.output.extent(ended=False)
    size = len(masked)
    for start in range(size):
        for end in range(start + 1, size + 1):
            assert printing.output.read(Range(start, end)) == masked[start:end]


def test_the_beginning_of_a_secret_waits_for_its_end(here: Path) -> None:
    printing = Printing(here, 1_000, SECRET)
    for count in range(1, len(SECRET)):
        printing.print(SECRET[count - 1 : count])
        assert printing.output.extent(ended=False).size == 0
    printing.print(SECRET[-1:])
    extent = printing.output.extent(ended=False)
    assert (extent.size, printing.output.read(Range(0, extent.size))) == (len(SECRET), b"*" * len(SECRET))
    printing.print(b" cor")
    assert printing.output.extent(ended=False).size == len(SECRET) + 1
    printing.print(b"n")
    assert printing.output.extent(ended=False).size == len(SECRET) + 5
    printing.print(b"correct")
    printing.end()
    assert printing.output.extent(ended=True).size == len(printing.whole)


def test_halves_of_a_secret_that_the_cap_cut_apart_are_masked(here: Path) -> None:
    printing = Printing(here, 40, SECRET)
    printing.print(b"x" * 10 + SECRET + b"y" * 200_000 + SECRET + b"z" * 13)
    printing.end()
    extent = printing.output.extent(ended=True)
    head, tail = (printing.output.read(kept) for kept in extent.kept)
    assert (head, tail) == (b"x" * 10 + b"*" * 10, b"*" * 7 + b"z" * 13)


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("others", [(), (SECRET,)])
def test_where_everything_is_masked_all_of_it_is_there(here: Path, others: tuple[bytes, ...], *, ended: bool) -> None:
    printing = Printing(here, 100, *others, EVERYTHING)
    printing.print(b"a line\n" + b"x" * 200_000 + b"\nthe end\n")
    printing.end()
    extent = printing.output.extent(ended=ended)
    assert extent.size == len(printing.whole)
    assert [printing.output.read(kept) for kept in extent.kept] == [
        b"*" * 6 + b"\n" + b"*" * 43, b"*" * 41 + b"\n*******\n"
    ]  # fmt: skip
    assert printing.output.read(Range(3, 9)) == b"***\n**"


def test_what_was_masked_whole_is_another_edition_once_the_values_are_known(here: Path) -> None:
    printing = Printing(here, 1_000, EVERYTHING)
    printing.print(b"a " + SECRET + b" z\n")
    masked = printing.output.extent(ended=False)
    printing.secrets = (SECRET,)
    known = printing.output.extent(ended=False)
    assert known.edition != masked.edition
    assert printing.output.read(known.kept[0]) == b"a " + b"*" * len(SECRET) + b" z\n"
    printing.secrets = (EVERYTHING,)
    assert printing.output.extent(ended=False).edition == known.edition, "what was shown was masked well"


def test_an_output_that_cannot_be_read_now_is_not_one_that_is_gone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printing = Printing(here, 1_000)
    printing.print(b"still here")
    printing.end()
    extent = printing.output.extent(ended=True)

    def refuse(*_: object, **__: object) -> object:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", refuse)
        with pytest.raises(OSError, match="Too many open files"):
            printing.output.read(extent.kept[0])
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refuse)
        with pytest.raises(OSError, match="Too many open files"):
            printing.output.length()
    assert printing.output.read(extent.kept[0]) == b"still here"


@given(
    data=st.lists(st.sampled_from([b"a", b"aa", b"ab", b"aabaaa", b"\n", b"bab"]), max_size=30).map(b"".join),
    cuts=st.lists(st.integers(0, 100), max_size=6),
    secret=st.sampled_from([b"aabaaa", b"abab", b"aaaa"]),
)
def test_however_it_is_read_no_secret_is_left(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cuts: list[int], secret: bytes
) -> None:
    folder = tmp_path_factory.mktemp("printed")
    output, shown, at = OutputFile(folder, 1_000, lambda: None, lambda: (secret,)), b"", 0
    for end in sorted({*(cut for cut in cuts if cut < len(data)), len(data)}):
        (folder / "out.log").write_bytes(data[:end])
        extent = output.extent(ended=end == len(data))
        shown += output.read(Range(at, extent.size)) if extent.size > at else b""
        at = max(at, extent.size)
    assert len(shown) == len(data)
    assert secret not in shown
    assert all(one in {other, ord("*")} for one, other in zip(shown, data, strict=True))
