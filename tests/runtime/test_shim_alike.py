"""The two shims: one protocol, to the byte, whatever becomes of the task."""

import errno
import re
from pathlib import Path

import pytest

from boms_tui.runtime.cshim import build
from boms_tui.runtime.machine.bundle import Kind
from boms_tui.runtime.shim.files import unseal
from tests.runtime.workshop import Workshop, both_shims, finish, needs_strace

KINDS: tuple[Kind, Kind] = ("python", "c")
ENDINGS: dict[str, tuple[tuple[str, ...], dict[str, float]]] = {
    "a good end": (("true",), {}),
    "a code": (("sh", "-c", "echo out; exit 3"), {}),
    "a signal": (("sh", "-c", "kill -9 $$"), {}),
    "a program that is missing": (("no-such-program-" * 20,), {}),
    "a program that is no program": (("/dev/null",), {}),
    "a name that is a folder": (("./",), {}),
    "a name that is too long": (("x" * 5_000,), {}),
    "arguments that are too big": (("true", "x" * 3_000_000), {}),
    "a time limit": (("sleep", "60"), {"timeout": 0.1}),
    "output over the cap": (("sh", "-c", "head -c 500000 /dev/zero"), {"output_cap": 1_001}),
    "something left behind": (("sh", "-c", "sleep 60 & (setsid sleep 60 &); sleep 0.1; exit 0"), {}),
}
PASSING = re.compile(rb"\0(ended|began|elapsed_ns|pid|starttime|shim_pid|shim_starttime|at)\0\d+")


def remains(shop: Workshop) -> dict[str, bytes]:
    """Every file that a shim left, without what may differ from one time to the next."""
    folder = shop.spool.folder(shop.attempt)
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.name != "spec"}
    if "exit.rec" in files:
        payload = unseal(files["exit.rec"])
        assert payload is not None
        assert len(files["exit.rec"]) == 512
        files["exit.rec"] = payload.replace(bytes(shop.folder), b"FOLDER")
    return {name: PASSING.sub(rb"\0\1\0N", body) for name, body in files.items()}


def both(tmp_path: Path) -> list[Workshop]:
    for kind in KINDS:
        (tmp_path / kind).mkdir()
    return [Workshop(tmp_path / kind, kind) for kind in KINDS]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_leaves_the_same_files(tmp_path: Path, ending: str) -> None:
    argv, limits = ENDINGS[ending]
    shops = both(tmp_path)
    for shop in shops:
        shop.publish(*argv, **limits)
        assert finish(shop.shim()) == 0
    one, other = map(remains, shops)
    for shop in shops:
        shop.clear_away()
    assert one == other
    assert set(one) == {"decision", "exit.rec", "lock", "out.log"}


HOSTILE = b"\xff\0\x1b[2J" + b"x" * 300


@pytest.mark.parametrize(
    ("way", "name"),
    [("before", b"mina"), ("before", b""), ("before", HOSTILE), ("file", b""), ("fifo", b"mina"), ("fifo", HOSTILE)],
)
def test_every_kill_leaves_the_same_files(tmp_path: Path, way: str, name: bytes) -> None:
    shops = both(tmp_path)
    for shop in shops:
        folder = shop.publish("sh", "-c", "echo ready; exec sleep 60")
        if way == "before":
            (folder / "kill.req").write_bytes(name)
        shim = shop.shim()
        if way != "before":
            shop.wait_for_output()
            (folder / {"file": "kill.req", "fifo": "ctl"}[way]).write_bytes(name)
        assert finish(shim) == 0
    one, other = map(remains, shops)
    assert b"killed" in one["exit.rec"]
    assert one == other


def test_a_folder_that_is_missing_is_named_alike(tmp_path: Path) -> None:
    shops = both(tmp_path)
    for shop in shops:
        home, shop.folder = shop.folder, shop.folder / ("long-" * 40) / "nowhere"
        shop.publish("true")
        shop.folder = home
        assert finish(shop.shim()) == 0
    one, other = map(remains, shops)
    assert b"nowhere: ENOENT" in one["exit.rec"]
    assert one == other


STEPS = [
    "fdatasync decision.N",
    "link decision.N decision",
    "unlink decision.N",
    "fsync FOLDER",
    "fdatasync exit.tmp",
    "rename exit.tmp exit.rec",
    "fsync FOLDER",
]
"""What must be on disk before what comes next."""


@needs_strace
@both_shims
def test_the_steps_that_last_are_taken_in_this_order(shop: Workshop) -> None:
    folder, log = shop.publish("true"), shop.folder / "calls"
    calls = "trace=fsync,fdatasync,link,unlink,rename"
    assert finish(shop.shim("strace", "-y", "-qq", "-s", "200", "-e", "signal=none", "-e", calls, "-o", str(log))) == 0
    steps = [step_of(line).replace(folder.name, "FOLDER") for line in log.read_text().splitlines()]
    assert steps == STEPS


def step_of(line: str) -> str:
    """The call and the names it concerns, out of a line of strace."""
    call, *words = re.sub(r"[<>\"(,]+", " ", line.partition(")")[0]).split()
    names = [re.sub(r"decision\.\d+", "decision.N", Path(word).name) for word in words if not word.isdigit()]
    return " ".join([call, *names])


def test_errors_have_the_same_names() -> None:
    source = (build.HERE / "report.c").read_text()
    named = set(re.findall(r"NAMED\((E\w+)\)", source))
    assert {"ENOENT", "EACCES", "E2BIG", "ENOEXEC", "ETXTBSY", "ENOSPC", "EIO", "EDQUOT", "EROFS", "EMFILE"} <= named
    assert named == {errno.errorcode[getattr(errno, name)] for name in named}


def test_both_have_the_same_failpoints() -> None:
    python = build.HERE.with_name("shim")
    points = [
        {point for file in folder.glob(pattern) for point in re.findall(call, file.read_text())}
        for folder, pattern, call in (
            (python, "*.py", r'failpoint\("([\w-]+)"\)'),
            (build.HERE, "*.c", r'(?:failpoint\(|RECORD_SIZE, )"([\w-]+)"\)'),
        )
    ]
    assert points[0] == points[1]
    assert len(points[0]) > 12
