"""The runtime frozen (SIGSTOP) at every named failpoint, a second one beside it, and then thawed."""

import os
import signal
import subprocess
from datetime import timedelta
from zoneinfo import ZoneInfo

from boms_tui import clock
from boms_tui.screens.freshness import Health, freshness
from tests.chaos.campaign import Figures, Stage, figures_of
from tests.chaos.judge import Finding, Kind
from tests.chaos.kills import FAILPOINTS, HITS, NIGHTS_AT_ONCE
from tests.chaos.night import varied
from tests.chaos.rig import Rig, end, ordering
from tests.runtime.house import wait_until

WAITS = "waiting: here leads"
SAID_WITHIN_S = 3.0
"""How long a board may show a frozen runtime as live."""


def at_failpoints(stage: Stage) -> Figures:
    """`times` stops, at the points in turn, until the board says so; once in two the frozen one never wakes."""
    points = [(FAILPOINTS[time % len(FAILPOINTS)], HITS[time // len(FAILPOINTS) % 4]) for time in range(stage.times)]
    delays: list[float] = []
    strange: list[Finding] = []
    with Rig(stage.folder, varied()) as rig:
        rig.apply_night()
        rig.lead()
        with ordering(rig, NIGHTS_AT_ONCE):
            for done, (point, hit) in enumerate(points, 1):
                rig.kill_runtime()
                rig.begin(failpoint=f"{point}:{hit}:stop")
                _wait_frozen(rig)
                waited = rig.log.read_text().count(WAITS)
                second = rig.another()
                said, wrong = _watch(rig, second, point)
                wait_until(lambda: rig.log.read_text().count(WAITS) > waited, "the second one to wait")  # noqa: B023
                delays.append(said)
                strange += wrong
                _go_on(rig, second, wakes=done % 2 == 1)
                stage.progress(done, len(points))
        rig.wait_quiet()
        return figures_of(rig, len(points), *strange, said_stale_max_s=max(delays))


def _wait_frozen(rig: Rig) -> None:
    assert rig.runtime is not None
    os.waitid(os.P_PID, rig.runtime.pid, os.WSTOPPED | os.WNOWAIT)


def _watch(rig: Rig, second: subprocess.Popen[bytes], point: str) -> tuple[float, list[Finding]]:
    """How long the board took to say it, and whatever moved while nobody could lead."""
    reader, since = rig.store.reader, clock.monotonic()
    before = reader.pulse()
    wait_until(lambda: not _shown_live(rig), f"the board to say that the runtime froze at {point}", 30)
    said = clock.monotonic() - since
    after, wrong = reader.pulse(), list[Finding]()
    if said > SAID_WITHIN_S:
        wrong.append(Finding(Kind.UNEXPECTED, f"frozen at {point}, shown live for {said:.1f} s"))
    if (after.epoch, after.sequence) != (before.epoch, before.sequence) or second.poll() is not None:
        wrong.append(Finding(Kind.UNEXPECTED, f"frozen at {point}, another led or ended: {before}, {after}"))
    return said, wrong


def _shown_live(rig: Rig) -> bool:
    """Whether a console that has just asked shows the runtime as live."""
    return freshness(rig.store.reader.pulse(), timedelta(0), ZoneInfo("UTC")).health is Health.LIVE


def _go_on(rig: Rig, second: subprocess.Popen[bytes], *, wakes: bool) -> None:
    """Thaw the first one, or kill it as it stands: then the second one leads."""
    assert rig.runtime is not None
    if wakes:
        end(second)
        rig.runtime.send_signal(signal.SIGCONT)
        wait_until(lambda: _shown_live(rig), "the thawed runtime to beat again")
    else:
        epoch = rig.store.reader.pulse().epoch
        rig.kill_runtime()
        rig.runtime = second
        wait_until(lambda: rig.leads_since(epoch), "the second runtime to lead")
