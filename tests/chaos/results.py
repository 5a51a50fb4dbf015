"""What a run of the campaigns came to, as JSON; and where and on what it was measured."""

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boms_tui import clock
from tests.chaos.campaign import Figures, Scale
from tests.chaos.campaigns import CAMPAIGNS
from tests.chaos.judge import Kind
from tests.chaos.rig import ROOT, shims

FILE = Path(__file__).with_name("results.json")
COLUMNS: Mapping[str, tuple[Kind, ...]] = {
    "doubled": (Kind.DOUBLED, Kind.OVERLAPPING),
    "lost": (Kind.LOST, Kind.UNCLAIMED),
    "wrong": (Kind.WRONG, Kind.JOURNAL, Kind.FOLD, Kind.UNEXPECTED),
    "unknown": (Kind.UNKNOWN,),
}
"""What the page counts, and the findings that it counts as such."""


@dataclass(frozen=True)
class Played:
    """One campaign as it went; `skipped` says why it was not played."""

    figures: Figures
    seconds: float
    skipped: str = ""

    def record(self, name: str) -> dict[str, Any]:
        figures = self.figures
        return {
            "title": CAMPAIGNS[name].title,
            "skipped": self.skipped,
            "faults": figures.faults,
            "attempts": figures.attempts,
            **{column: figures.count(*kinds) for column, kinds in COLUMNS.items()},
            "unknown_by_fault": figures.allowed,
            "seconds": round(self.seconds, 1),
            "measured": {what: round(value, 3) for what, value in figures.measured.items()},
            "findings": [f"{kind}: {detail}" for kind, detail in figures.findings[:20]],
        }


def write(played: Mapping[str, Played], planted: list[dict[str, Any]], how: Scale, file: Path = FILE) -> None:
    """Keep the figures; campaigns that were not played now keep what an earlier run at this scale came to."""
    before = json.loads(file.read_text()) if file.exists() else {}
    kept = before.get("campaigns", {}) if before.get("scale") == how and before.get("commit") == commit() else {}
    campaigns = {**kept, **{name: one.record(name) for name, one in played.items()}}
    record = {
        "at": f"{clock.now():%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "machine": machine(),
        "scale": how.value,
        "campaigns": {name: campaigns[name] for name in CAMPAIGNS if name in campaigns},
        "planted": planted or before.get("planted", []),
    }
    file.write_text(json.dumps(record, indent=1) + "\n")


def commit() -> str:
    """The commit under test, and whether the tree differs from it."""
    try:
        name = _git("rev-parse", "--short", "HEAD").strip()
        return f"{name} and changes" if _git("status", "--porcelain", "--untracked-files=no").strip() else name
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine() -> str:
    """What was measured on, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {memory:.0f} GiB, Linux {platform.release().partition('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, shims: {', '.join(shims())}"
    )


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
