"""What a campaign is: faults thrown at a real installation, judged by the witness, told as figures."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from boms_tui import clock
from tests.chaos.judge import Finding, Kind, counted
from tests.chaos.rig import Rig


class Scale(StrEnum):
    """How much is thrown: `small` is part of `make test`, `full` is `make chaos`."""

    SMALL = "small"
    FULL = "full"


def scale() -> Scale:
    """What the environment asks for: BOMS_CHAOS=full, else small."""
    return Scale(os.environ.get("BOMS_CHAOS") or Scale.SMALL)


@dataclass(frozen=True)
class Figures:
    """What came of a campaign: how many faults were thrown, how many attempts ran meanwhile, and what was wrong.

    `allowed` counts the unknown attempts that the faults made, where they hit more than the runtime. `measured` has
    further figures by their names, units in the names.
    """

    faults: int
    attempts: int
    findings: tuple[Finding, ...] = ()
    allowed: int = 0
    measured: Mapping[str, float] = field(default_factory=dict)

    def count(self, *kinds: Kind) -> int:
        found = counted(self.findings)
        return sum(found[kind] for kind in kinds)


@dataclass(frozen=True)
class Stage:
    """Where a campaign plays: a folder of its own, how often it throws, and where it says how far it is."""

    folder: Path
    times: int
    say: Callable[[str], None] = lambda _: None

    def progress(self, done: int, of: int) -> None:
        """Say so at each tenth."""
        if of >= 10 and done % (of // 10) == 0:
            self.say(f"{done}/{of}")


@dataclass(frozen=True)
class Campaign:
    """`play` with `small` or `full` as the stage's `times`; 0 leaves it out."""

    title: str
    play: Callable[[Stage], Figures]
    small: int
    full: int

    def times(self, how: Scale) -> int:
        return self.small if how is Scale.SMALL else self.full


def figures_of(rig: Rig, faults: int, *more: Finding, allowed: int = 0, **measured: float) -> Figures:
    """The figures of a rig on which everything has come to its end."""
    findings = (*rig.findings(), *more)
    unknown = [finding for finding in findings if finding.kind is Kind.UNKNOWN]
    forgiven = unknown[:allowed]
    attempts = len({word.attempt for word in rig.evidence().words})
    left = tuple(finding for finding in findings if finding not in forgiven)
    return Figures(faults, attempts, left, len(forgiven), measured)


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def timed(play: Callable[[Stage], Figures], stage: Stage) -> tuple[Figures, float]:
    since = clock.monotonic()
    return play(stage), clock.monotonic() - since


def to_terminal(name: str) -> Callable[[str], None]:
    def say(text: str) -> None:
        sys.stderr.write(f"  {name}: {text}\n")
        sys.stderr.flush()

    return say
