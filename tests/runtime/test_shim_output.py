"""What a task prints: kept whole up to its cap, then its first and its last half, however it is printed."""

import os
import threading
from pathlib import Path

import pytest

from boms_tui.runtime.shim import output as shim_output
from boms_tui.runtime.shim.output import Output
from tests.runtime.house import wait_until
from tests.runtime.workshop import UNDER_STRACE, Workshop, both_shims, finish, needs_strace

CAP = 1_000_000
BLOCK = 100_000


def printed(total: int) -> bytes:
    """Blocks of letters, so that every place tells where it came from."""
    return b"".join(bytes([65 + index % 26]) * BLOCK for index in range(total // BLOCK))


@both_shims
def test_a_hundred_megabytes_leave_the_cap_on_disk_and_little_in_memory(shop: Workshop) -> None:
    os.mkfifo(shop.folder / "gate")
    shop.publish("sh", "-c", "echo first; head -c 100000000 /dev/zero; echo last; read x < gate", output_cap=CAP)
    shim = shop.shim()
    (shop.folder / "gate").write_text("go\n")
    status = Path(f"/proc/{shim.pid}/status").read_text()
    record = shop.record()
    assert (record.output_bytes, record.output_dropped) == (100_000_011, 100_000_011 - CAP)
    file = (shop.spool.folder(shop.attempt) / "out.log").stat()
    assert file.st_blocks * 512 <= 1.1 * CAP
    tail = shop.tail()
    assert tail is not None
    assert (len(tail.data), tail.data[-6:], tail.size) == (65_536, b"\0last\n", 100_000_011)
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert peak < 20_000, "kilobytes"


@both_shims
def test_a_stranger_to_utf_8_is_kept_byte_for_byte(shop: Workshop) -> None:
    shop.run("printf", r"\377\376 \033[31m\000end")
    assert shop.out() == b"\xff\xfe \x1b[31m\x00end"


@both_shims
def test_a_silent_task_has_an_empty_output(shop: Workshop) -> None:
    record = shop.run("true")
    assert (record.output_bytes, shop.tail()) == (0, (b"", 0, 0))


@both_shims
def test_a_tail_never_shows_the_hole(shop: Workshop) -> None:
    shop.run(
        "sh", "-c", "head -c 300000 /dev/zero | tr '\\0' a; head -c 1000 /dev/zero | tr '\\0' z", output_cap=10_000
    )
    assert shop.tail() == (b"a" * 4_000 + b"z" * 1_000, 301_000, 291_000)
    assert shop.tail(3) == (b"zzz", 301_000, 291_000)


@both_shims
def test_a_running_task_shows_its_tail(shop: Workshop) -> None:
    shop.publish("sh", "-c", "printf 0123456789; sleep 60", output_cap=8)
    shop.shim()
    wait_until(lambda: (shop.tail() or (b"",))[0] == b"6789", "the tail of what was printed")
    assert shop.tail() == (b"6789", 10, 2)


@both_shims
def test_output_that_is_deleted_or_truncated_leaves_the_result_alone(shop: Workshop) -> None:
    shop.publish("sh", "-c", "echo ready; read x < gate; echo more; exit 4")
    os.mkfifo(shop.folder / "gate")
    shop.shim()
    out = shop.spool.folder(shop.attempt) / "out.log"
    wait_until(lambda: out.exists() and out.read_bytes() == b"ready\n", "the task to print")
    out.write_bytes(b"")
    out.unlink()
    (shop.folder / "gate").write_text("go\n")
    assert (shop.record().code, shop.record().output_bytes) == (4, 5)
    assert shop.tail() is None


CANNOT_PUNCH = (*UNDER_STRACE, "trace=ioctl,fallocate,ftruncate", "-e", "inject=ioctl,fallocate:error=EOPNOTSUPP")


@both_shims
@needs_strace
def test_where_holes_cannot_be_punched_the_end_is_moved_down(shop: Workshop) -> None:
    folder = shop.publish("sh", "-c", "head -c 300000 /dev/zero | tr '\\0' a; printf end", output_cap=10_000)
    assert finish(shop.shim(*CANNOT_PUNCH)) == 0
    record = shop.record()
    assert (record.output_bytes, record.output_dropped) == (300_003, 290_003)
    assert (folder / "out.log").read_bytes() == b"a" * 9_997 + b"end"


@both_shims
@needs_strace
def test_output_that_cannot_be_cut_at_all_leaves_the_result_alone(shop: Workshop) -> None:
    shop.publish("sh", "-c", "head -c 300000 /dev/zero; exit 6", output_cap=10_000)
    shim = shop.shim(*CANNOT_PUNCH, "-e", "inject=ftruncate:error=EIO")
    assert finish(shim) == 0
    record = shop.record()
    assert (record.code, record.output_bytes, record.output_dropped) == (6, 300_000, 0)


@pytest.mark.parametrize("punches", [True, False])
@pytest.mark.parametrize("total", [CAP - BLOCK, CAP, CAP + BLOCK, 10 * CAP])
def test_both_halves_of_the_cap_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, *, punches: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    if not punches:
        monkeypatch.setattr(shim_output, "PUNCH_HOLE", 0)
    output, everything = Output(CAP), printed(total)
    with (tmp_path / "out.log").open("ab", buffering=0) as task:
        for start in range(0, total, BLOCK):
            task.write(everything[start : start + BLOCK])
            output.trim()
    assert output.finish() == (total, max(0, total - CAP))
    kept = (tmp_path / "out.log").read_bytes()
    half = min(total, CAP) // 2
    assert (kept[:half], kept[-half:]) == (everything[:half], everything[-half:])
    if not punches:
        assert len(kept) == min(total, CAP)


def test_a_fast_printer_is_looked_at_more_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output = Output(CAP)
    assert output.pause == 200
    (tmp_path / "out.log").write_bytes(bytes(CAP // 2))
    output.trim()
    assert output.pause == 100
    for _ in range(10):
        output.trim()
    assert output.pause == 2_000


def test_what_is_printed_while_the_middle_is_cut_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output, done, lines = Output(CAP), threading.Event(), 400_000

    def task() -> None:
        with (tmp_path / "out.log").open("ab") as out:
            out.writelines(b"%09d\n" % number for number in range(lines))
        done.set()

    writer = threading.Thread(target=task)
    writer.start()
    while not done.is_set():
        output.trim()
    writer.join()
    assert output.finish() == (10 * lines, 10 * lines - CAP)
    kept = (tmp_path / "out.log").read_bytes()
    assert kept[: CAP // 2] == b"".join(b"%09d\n" % number for number in range(CAP // 20))
    assert kept[-CAP // 2 :] == b"".join(b"%09d\n" % number for number in range(lines - CAP // 20, lines))
