"""Many live tasks at once: adopted after kill -9, and carried over an upgrade."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from boms_tui import clock
from boms_tui.runtime.cshim import build
from tests.chaos.campaign import Figures, Stage, figures_of
from tests.chaos.judge import Finding, Kind
from tests.chaos.night import gated
from tests.chaos.rig import ROOT, Rig, lives, shims
from tests.runtime.house import wait_until

REACH_S, REACHED_BY = 5.0, 500
"""Within how many seconds of its start a runtime has adopted so many live tasks; fewer are only timed."""


def adopted(stage: Stage) -> Figures:
    """`times` live tasks; the runtime is killed with -9, and the next one is timed until it watches every shim."""
    played = {kind: _adopted(replace(stage, folder=stage.folder / kind), kind) for kind in shims()}
    return Figures(
        faults=len(played),
        attempts=sum(one.attempts for one in played.values()),
        findings=tuple(finding for one in played.values() for finding in one.findings),
        measured={"live_tasks": stage.times,
                  **{f"adoption_with_the_shim_in_{kind}_s": one.measured["seconds"] for kind, one in played.items()}},
    )  # fmt: skip


def _adopted(stage: Stage, kind: str) -> Figures:
    stage.folder.mkdir()
    door = stage.folder / "door"
    os.mkfifo(door)
    night = gated(stage.times, f"door={door}")
    with Rig(stage.folder, night, slots=stage.times, environment={"BOMS_SHIM": kind}) as rig:
        _fill(rig, stage)
        live = rig.shims()
        rig.kill_runtime()
        seconds = rig.lead()
        strange: list[Finding] = []
        if seconds > REACH_S and len(live) >= REACHED_BY:
            strange.append(Finding(Kind.UNEXPECTED, f"it took {seconds:.1f} s to adopt {len(live)}"))
        if not live <= rig.watched():
            strange.append(Finding(Kind.LOST, f"only {len(rig.watched())} of {len(live)} are watched"))
        _let_go(rig, door)
        return figures_of(rig, 1, *strange, seconds=seconds)


def upgraded(stage: Stage) -> Figures:
    """`times` live tasks, and a new release comes under them: other shims, the old package gone.

    The first daemon of the new release is stopped as soon as it has adopted them, the second one sees them to the end.
    """
    door, old, new = (stage.folder / name for name in ("door", "old", "new"))
    os.mkfifo(door)
    release(old, "")
    release(new, "\n\n")
    with Rig(stage.folder, gated(stage.times, f"door={door}", followers=4), slots=stage.times) as rig:
        rig.package = old
        _fill(rig, stage)
        live = rig.shims()
        strange = [] if rig.kill_runtime(signal.SIGTERM) == 0 else [Finding(Kind.UNEXPECTED, "SIGTERM is no clean end")]
        shutil.rmtree(old)
        rig.package = new
        seconds = rig.lead()
        rig.kill_runtime(signal.SIGTERM)
        rig.lead()
        if not all(map(lives, live)) or not live <= rig.watched():
            strange.append(Finding(Kind.LOST, f"of {len(live)} shims {sum(map(lives, live))} live"))
        if len(list(rig.home.spool.glob("shim-*"))) < 2:
            strange.append(Finding(Kind.UNEXPECTED, "the new release brought no shim of its own"))
        _let_go(rig, door)
        return figures_of(rig, 2, *strange, live_tasks=len(live), adoption_s=seconds)


def _fill(rig: Rig, stage: Stage) -> None:
    """Have every task running, each in its shim."""
    rig.apply_night()
    rig.lead()
    rig.order_night()
    since = clock.monotonic()
    wait_until(lambda: len(rig.witnessed()) >= stage.times, f"{stage.times} tasks to start", 300)
    wait_until(lambda: len(rig.shims()) == stage.times, "their shims to be on record", 60)
    stage.say(f"{stage.times} tasks live after {clock.monotonic() - since:.1f} s")


def _let_go(rig: Rig, door: Path) -> None:
    os.close(os.open(door, os.O_WRONLY))
    rig.wait_quiet(300)


def release(folder: Path, more: str) -> None:
    """A copy of the package whose shims, of either kind, have this text behind their own."""
    shutil.copytree(ROOT / "boms_tui", folder / "boms_tui", ignore=shutil.ignore_patterns("__pycache__"))
    runtime = folder / "boms_tui" / "runtime"
    for source in (runtime / "shim" / "life.py", runtime / "cshim" / "life.c"):
        source.write_text(source.read_text() + more)
    if (runtime / "cshim" / build.BUILT.name).exists():
        subprocess.run([sys.executable, "-m", "boms_tui.runtime.cshim.build"], cwd=folder, check=True)
