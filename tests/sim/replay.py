"""Playing nights: one from its seed, a failing one cut down to what it takes, and those that were kept."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.sim.chance import PARTS, Chance, Part
from tests.sim.night import Night
from tests.sim.tally import Tally
from tests.sim.trace import BrokenPromiseError

KEPT = Path(__file__).with_name("seeds")


@dataclass(frozen=True, slots=True)
class Play:
    """Which night to play, and how much of it."""

    seed: int
    steps: int | None = None
    without: frozenset[Part] = frozenset()

    def __str__(self) -> str:
        steps = f" --steps {self.steps}" if self.steps is not None else ""
        without = "".join(f" --without {part.name}" for part in sorted(self.without))
        return f"python -m tests.sim {self.seed}{steps}{without}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A night that broke a promise, and its story."""

    play: Play
    promise: str
    detail: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((*self.lines, "", self.detail, f"replay it: {self.play}"))


@dataclass(frozen=True, slots=True)
class Story:
    """A night that kept every promise."""

    tally: Tally
    lines: tuple[str, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


def play(wanted: Play) -> Story | Failure:
    night = Night(wanted.seed, steps=wanted.steps, without=wanted.without)
    try:
        tally = night.run()
    except BrokenPromiseError as error:
        return Failure(wanted, error.promise, str(error), tuple(night.trace.lines))
    return Story(tally, tuple(night.trace.lines))


def play_some(seeds: Sequence[int]) -> tuple[list[Tally], list[Failure]]:
    """What became of some nights; failures are shrunk."""
    stories = [play(Play(seed)) for seed in seeds]
    failures = [shrunk(story) for story in stories if isinstance(story, Failure)]
    return [story.tally for story in stories if not isinstance(story, Failure)], failures


def shrunk(failure: Failure) -> Failure:
    """The same broken promise with fewer steps, topics and faults, where that makes the story no longer."""
    smallest = failure
    for steps in _fewer(Night(failure.play.seed).steps):
        smallest = _shorter(smallest, replace(failure.play, steps=steps))
        if smallest is not failure:
            break
    drawn = Chance(failure.play.seed)
    parts: list[Part] = [*sorted(drawn.topics), *sorted(drawn.faults)]
    for part in parts:
        smallest = _shorter(smallest, replace(smallest.play, without=smallest.play.without | {part}))
    return smallest


def _shorter(known: Failure, wanted: Play) -> Failure:
    story = play(wanted)
    same = isinstance(story, Failure) and story.promise == known.promise and len(story.lines) <= len(known.lines)
    return story if isinstance(story, Failure) and same else known


def kept() -> dict[str, tuple[Play, str]]:
    """The nights that once showed a defect, by the names of their files, each with what it was."""
    found = {}
    for file in sorted(KEPT.glob("*.json")):
        said = json.loads(file.read_text(encoding="utf-8"))
        without = frozenset(PARTS[name] for name in said.get("without", ()))
        found[file.stem] = (Play(said["seed"], said.get("steps"), without), said["why"])
    return found


def keep(wanted: Play, why: str) -> Path:
    """Have the suite replay this night from now on."""
    KEPT.mkdir(exist_ok=True)
    said = {
        "seed": wanted.seed,
        "steps": wanted.steps,
        "without": sorted(part.name for part in wanted.without),
        "why": why,
    }
    words = re.findall(r"[a-z0-9]+", why.lower())
    file = KEPT / f"{wanted.seed}-{'-'.join(words[:8])}.json"
    file.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return file


def _fewer(steps: int) -> Iterator[int]:
    fewer = 0
    while fewer < steps:
        yield fewer
        fewer += max(1, fewer // 6)
