"""Tasks that print without measure: the cap holds, nobody's memory grows, and the exit code stays true."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from boms_tui.model.ids import RunId
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.views import BoardQuery
from tests.chaos.campaign import Figures, Stage
from tests.chaos.judge import Finding, Kind
from tests.chaos.night import Night
from tests.chaos.rig import Rig
from tests.runtime.house import wait_until

MB = 1_000_000
CAP = 1 * MB
MAY_KEEP = 2 * CAP
"""Bytes on disk at the end: the cap, what is let through before it is cut, and the file system's blocks."""
MAY_GROW_KIB = {"runtime": 16_384, "shim": 4_096}
"""By how much memory may grow while a task prints, in KiB."""

PROGRAM = """
import os, sys
piece, left, code = eval(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
while left:
    left -= os.write(1, piece[:left])
sys.exit(code)
"""
KINDS = {
    "lines": ("(b'x' * 99 + b'\\n') * 1000", 1.0),
    "one-line": ("b'x' * 100_000", 0.1),
    "nothing-but-nul": ("bytes(100_000)", 0.1),
    "not-utf8": ("bytes(range(128, 256)) * 800", 0.1),
}
"""What is printed over and over again, as a Python expression, and how much of the full measure."""


def of_output(stage: Stage) -> Figures:
    """`times` is how many MB are printed in lines; the other kinds print a tenth."""
    strange: list[Finding] = []
    grown: dict[str, list[int]] = {who: [0] for who in MAY_GROW_KIB}
    with Rig(stage.folder, Night(())) as rig:
        rig.apply(*(_process(kind, int(share * stage.times * MB), code) for code, (kind, (_, share)) in _numbered()))
        rig.lead()
        for code, (kind, (_, share)) in _numbered():
            run = rig.order(f"ops/{kind}")
            rig.ordered.append(run)
            for who, kib in _watch(rig, run).items():
                grown[who].append(kib)
            strange += _wrong(rig, run, int(share * stage.times * MB), code)
            stage.say(f"{kind}: {len(strange)} findings")
        strange += (finding for finding in rig.findings() if finding.kind is not Kind.WRONG)
    strange += (
        Finding(Kind.UNEXPECTED, f"the {who} grew by {max(kib)} KiB")
        for who, kib in grown.items()
        if max(kib) > MAY_GROW_KIB[who]
    )
    return Figures(
        len(KINDS), len(KINDS), tuple(strange),
        measured={"printed_mb": sum(share for _, share in KINDS.values()) * stage.times,
                  **{f"{who}_grew_kib": max(kib) for who, kib in grown.items()}},
    )  # fmt: skip


def _numbered() -> Iterator[tuple[int, tuple[str, tuple[str, float]]]]:
    return iter(enumerate(KINDS.items()))


def _process(kind: str, size: int, code: int) -> str:
    command = [sys.executable, "-c", PROGRAM, KINDS[kind][0], str(size), str(code)]
    task = {"command": command, "output_cap": f"{CAP // MB}MB", "success_codes": [code]}
    return json.dumps({"process": f"ops/{kind}", "tasks": {"only": task}})


def _watch(rig: Rig, run: RunId) -> dict[str, int]:
    """By how many KiB the runtime and the shim grew until the run ended."""
    assert rig.runtime is not None
    sizes: dict[str, list[int]] = {"runtime": [resident(rig.runtime.pid)], "shim": []}

    def ended() -> bool:
        assert rig.runtime is not None
        sizes["runtime"].append(resident(rig.runtime.pid))
        sizes["shim"].extend(filter(None, map(resident, rig.shims())))
        return rig.store.reader.board(BoardQuery(runs=frozenset({run})))[0].run.state in RUN_ENDED

    wait_until(ended, f"{run} to end", 300)
    return {who: max(kib) - kib[0] if kib else 0 for who, kib in sizes.items()}


def _wrong(rig: Rig, run: RunId, size: int, code: int) -> Iterator[Finding]:
    (attempt,) = rig.store.reader.attempts(run)
    if (attempt.exit_code, attempt.output_bytes) != (code, size):
        said = f"ended with {attempt.exit_code} and {attempt.output_bytes} bytes, not {code} and {size}"
        yield Finding(Kind.WRONG, f"{attempt.id} {said}")
    kept = (rig.kept_folder(attempt.id) / "out.log").stat().st_blocks * 512
    if kept > MAY_KEEP or attempt.output_dropped < size - MAY_KEEP:
        yield Finding(Kind.UNEXPECTED, f"{attempt.id} keeps {kept} bytes, and dropped {attempt.output_dropped}")


def resident(pid: int) -> int:
    """A process's memory in KiB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
