"""python -m tests.sim: replay one night with its story, or play many on every core."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from boms_tui import clock
from tests.sim.chance import PARTS
from tests.sim.replay import Failure, Play, keep, play, play_some, shrunk
from tests.sim.tally import Tally, total

AT_ONCE = 20
"""Nights that one worker plays before it reports."""


def main(words: Sequence[str]) -> int:
    given = _given(words)
    if given.seed is not None:
        return _replay(Play(given.seed, given.steps, frozenset(PARTS[name] for name in given.without)), given)
    return _play_many(range(given.first, given.first + given.seeds))


def _given(words: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", help="the night to replay; without one, many are played")
    parser.add_argument("--steps", type=int, help="cut the night short")
    parser.add_argument(
        "--without", action="append", default=[], choices=[*PARTS], metavar="PART",
        help=f"leave a fault or a topic out: {', '.join(PARTS)}",
    )  # fmt: skip
    parser.add_argument("--shrink", action="store_true", help="look for a shorter night that breaks the same promise")
    parser.add_argument("--keep", metavar="WHY", help="have the test suite replay this night from now on")
    parser.add_argument("--seeds", type=int, default=300, help="how many nights to play (%(default)s)")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed (%(default)s)")
    return parser.parse_args(words)


def _replay(wanted: Play, given: Namespace) -> int:
    story = play(wanted)
    if isinstance(story, Failure) and given.shrink:
        story = shrunk(story)
    _say(str(story) if isinstance(story, Failure) else "\n".join((*story.lines, "", str(story.tally))))
    if given.keep:
        _say(f"kept as {keep(story.play if isinstance(story, Failure) else wanted, given.keep)}")
    return int(isinstance(story, Failure))


def _play_many(seeds: range) -> int:
    """Play nights on every core; a night that breaks a promise is shrunk, told and kept."""
    begun, told = clock.monotonic(), 0.0
    tallies: list[Tally] = []
    failures: list[Failure] = []
    for done, failed in _played(seeds):
        tallies += done
        for failure in failed:
            failures.append(failure)
            _say(f"{failure}\nkept as {keep(failure.play, failure.detail[:200])}\n")
        if clock.monotonic() - told > 5:
            told = clock.monotonic()
            _say(_so_far(tallies, failures, seeds, told - begun))
    _say(_so_far(tallies, failures, seeds, clock.monotonic() - begun))
    _say(str(total(tallies)))
    return int(bool(failures))


def _played(seeds: range) -> Iterator[tuple[list[Tally], list[Failure]]]:
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        coming: list[Future[tuple[list[Tally], list[Failure]]]] = [
            pool.submit(play_some, seeds[start : start + AT_ONCE]) for start in range(0, len(seeds), AT_ONCE)
        ]
        for future in as_completed(coming):
            yield future.result()


def _so_far(tallies: list[Tally], failures: list[Failure], seeds: range, seconds: float) -> str:
    done = len(tallies) + len(failures)
    pace = done / max(seconds, 0.001)
    return f"{done:,} of {len(seeds):,} nights, {pace:.1f} a second, {len(failures)} broke a promise"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
