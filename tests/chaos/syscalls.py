"""The shim killed at every system call and failed by its disk: its own suite, run here, its points counted."""

import os
import subprocess
import sys

from tests.chaos.campaign import Figures, Stage
from tests.chaos.counting import FILE
from tests.chaos.judge import Finding, Kind
from tests.chaos.rig import ROOT

SUITE = ("test_shim_killed.py", "test_shim_faults.py")


def of_shim(stage: Stage) -> Figures:
    """The points are counted by a plugin in the suite's own process; a test that fails is a finding."""
    points = stage.folder / "points"
    command = [
        sys.executable, "-m", "pytest", "-p", "tests.chaos.counting", "-p", "no:cacheprovider", "-n2", "-q",
        *(f"tests/runtime/{name}" for name in SUITE),
    ]  # fmt: skip
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, FILE: str(points)}, capture_output=True, text=True, check=False
    )
    counted = len(points.read_text().splitlines()) if points.exists() else 0
    findings = [Finding(Kind.UNEXPECTED, line) for line in ended.stdout.splitlines() if line.startswith("FAILED")]
    if (ended.returncode != 0 and not findings) or not counted:
        findings.append(Finding(Kind.UNEXPECTED, f"the shim's suite: {ended.stdout[-300:]}{ended.stderr[-300:]}"))
    return Figures(counted, counted, tuple(findings))
