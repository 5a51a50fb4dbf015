"""Planting: a copy of the sources with one bug in it, and the test that must fail there, in a process of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.planted.bugs import BUGS, Bug, Plant

ROOT = Path(__file__).parents[2]
COPIED = ("boms_tui", "data", "tests", "pyproject.toml")


@dataclass(frozen=True)
class Outcome:
    """How many tests failed, passed and were skipped; `said` is the end of what pytest printed."""

    failed: int
    passed: int
    skipped: int
    said: str


@dataclass(frozen=True)
class Tried:
    """What came of one bug."""

    bug: Bug
    outcome: Outcome

    @property
    def caught(self) -> bool:
        """Whether each case of the test that could be run failed, and by itself."""
        return self.outcome.failed > 0 and self.outcome.passed == 0

    def record(self) -> dict[str, str]:
        return {"bug": self.bug.name, "file": ", ".join(self.bug.files),
                "caught_by": self.bug.caught_by if self.caught else "nothing"}  # fmt: skip


def try_one(bug: Bug) -> Tried:
    """Run the test that catches a bug where it is planted."""
    with tempfile.TemporaryDirectory(prefix="boms-planted-") as folder:
        copy = Path(folder)
        copy_sources(copy)
        for plant in bug.plants:
            put(copy, plant)
        return Tried(bug, run([bug.caught_by], copy))


def try_all(say: Callable[[str], None]) -> list[Tried]:
    tried = []
    for bug in BUGS:
        tried.append(try_one(bug))
        say(f"{bug.name}: {'caught' if tried[-1].caught else 'NOT CAUGHT'} by {bug.caught_by}")
    return tried


def copy_sources(target: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, symlinks=True)
        else:
            shutil.copy2(ROOT / name, target / name)


def put(root: Path, plant: Plant) -> None:
    """Change one place.

    Raises:
        ValueError: the place is not there, or not once: the sources have moved on, and the bug must follow them.
    """
    file = root / plant.file
    text = file.read_text()
    if text.count(plant.old) != 1:
        raise ValueError(f"{plant.file} has {text.count(plant.old)} places that read {plant.old!r}")
    file.write_text(text.replace(plant.old, plant.new))


def run(tests: Sequence[str], root: Path = ROOT) -> Outcome:
    """Run tests of the sources under `root` and count how they ended."""
    with tempfile.TemporaryDirectory(prefix="boms-report-") as folder:
        report = Path(folder) / "report.xml"
        words = ("-n0", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"--junit-xml={report}")
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", *words, *tests],
            cwd=root, env={**_environment(), "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = (ended.stdout + ended.stderr)[-2_000:]
        if not report.exists():
            return Outcome(0, 0, 0, said)
        (suite,) = ElementTree.parse(report).getroot()  # noqa: S314
        tests_run, failed, errors, skipped = (int(suite.get(name, 0)) for name in _COUNTS)
        return Outcome(failed, tests_run - failed - errors - skipped, skipped, said)


_COUNTS = ("tests", "failures", "errors", "skipped")


def _environment() -> dict[str, str]:
    """Ours, without what makes a pytest believe that it is a worker of another one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
