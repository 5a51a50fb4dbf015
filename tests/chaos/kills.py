"""kill -9 of the runtime: at every named failpoint, and at random moments."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from boms_tui.model.endings import LONGEST_WAIT
from boms_tui.runtime.spool.archive import CLOSED
from tests.chaos.campaign import Figures, Stage, figures_of, median
from tests.chaos.judge import Finding, Kind
from tests.chaos.night import Night, Step, varied
from tests.chaos.rig import Rig, ordering, pause, shims
from tests.runtime.house import wait_until

FAILPOINTS = (
    "before-commit", "after-commit", "before-launch", "before-publish", "published", "spawned", "after-launch",
    "checked-before", "before-checks-after", "checked-after",
)  # fmt: skip
"""Those that a night passes."""
PRUNING = ("before-prune", "entombed", "set-aside")
"""Those that only the clearing out of old folders passes."""
HITS = (1, 2, 3, 5)
"""At which time of passing a point the runtime dies, in turns."""
NIGHTS_AT_ONCE = 2
PATIENCE_S = LONGEST_WAIT.total_seconds() + 60
"""A task that several runtimes could not start waits so long, and its night may be what all others wait for."""
MANY = 100
"""From so many kills on, each kind of shim has a house of its own."""


def at_failpoints(stage: Stage) -> Figures:
    """Each daemon has one point at which it dies; the next one, which has another, cleans up behind it."""
    points = [(point, hit) for point in FAILPOINTS for hit in islice(cycle(HITS), stage.times)]
    unclaimed: list[str] = []
    with Rig(stage.folder, varied()) as rig:
        rig.apply_night()
        rig.lead()
        rig.order_night()
        rig.kill_runtime()
        with ordering(rig, NIGHTS_AT_ONCE):
            for done, (point, hit) in enumerate(points, 1):
                rig.begin(failpoint=f"{point}:{hit}")
                wait_until(rig.has_died, f"the runtime to die at {point}:{hit}", PATIENCE_S)
                unclaimed += rig.unclaimed()
                stage.progress(done, len(points))
            rig.lead()
        rig.wait_quiet()
        return figures_of(rig, len(points), *(Finding(Kind.UNCLAIMED, name) for name in unclaimed))


def while_pruning(stage: Stage) -> Figures:
    """Old folders are cleared out; the runtime dies at each point of that, and the next one goes on with it."""
    points = [point for _ in range(stage.times) for point in PRUNING]
    old: list[Path] = []
    with Rig(stage.folder, Night(tuple(Step(f"t{number}") for number in range(4)))) as rig:
        rig.apply_night()
        rig.lead()
        rig.order_night()
        rig.wait_quiet()
        for point in points:
            wait_until(lambda: _closed(rig), "folders that nobody needs any more", 60)
            old += _make_old(rig)
            rig.kill_runtime()
            rig.begin(failpoint=point)
            wait_until(rig.has_died, f"the runtime to die at {point}", 60)
            rig.lead()
            rig.order_night()
            rig.wait_quiet()
        wait_until(lambda: not any(mark.exists() for mark in old), "the old folders to be gone", 60)
        return figures_of(rig, len(points), folders_pruned=len(set(old)))


def _closed(rig: Rig) -> list[Path]:
    """The marks of the folders that may go in a day."""
    return list(rig.home.spool.glob(f"*/{CLOSED}"))


def _make_old(rig: Rig) -> list[Path]:
    """The marks there are now, which say that their folders may go."""
    marks = _closed(rig)
    for mark in marks:
        os.utime(mark, (0, 0))
    return marks


def at_random(stage: Stage) -> Figures:
    """Any moment after it leads, and once in seven any moment after its start; where many, in two houses at a time."""
    kinds = ("auto",) if stage.times < MANY else tuple(shims())
    recoveries: list[float] = []

    def one(kind: str) -> Figures:
        folder = stage.folder / kind
        folder.mkdir()
        return _at_random(replace(stage, folder=folder, times=stage.times // len(kinds)), kind, recoveries)

    with ThreadPoolExecutor(len(kinds)) as houses:
        played = list(houses.map(one, kinds))
    return Figures(
        faults=sum(one.faults for one in played),
        attempts=sum(one.attempts for one in played),
        findings=tuple(finding for one in played for finding in one.findings),
        measured={"recovery_p50_s": median(recoveries), "recovery_max_s": max(recoveries)},
    )


def _at_random(stage: Stage, kind: str, recoveries: list[float]) -> Figures:
    chance = random.Random(f"{kind} {stage.times}")  # noqa: S311
    unclaimed: list[str] = []
    with Rig(stage.folder, varied(), environment={"BOMS_SHIM": kind}) as rig:
        rig.apply_night()
        rig.lead()
        with ordering(rig, NIGHTS_AT_ONCE):
            for done in range(1, stage.times + 1):
                pause(chance, 0.5)
                rig.kill_runtime()
                unclaimed += rig.unclaimed()
                if done % 7 == 0:
                    rig.begin()
                    pause(chance, 0.8)
                    rig.kill_runtime()
                recoveries.append(rig.lead())
                stage.progress(done, stage.times)
        rig.wait_quiet()
        kills = stage.times + stage.times // 7
        return figures_of(rig, kills, *(Finding(Kind.UNCLAIMED, name) for name in unclaimed))
