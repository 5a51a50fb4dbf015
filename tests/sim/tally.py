"""What a night amounted to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from tests.sim.ledger import Ledger

YEAR = timedelta(days=365.25)
_COUNTS = {
    "runs": "SELECT count(*) FROM run",
    "attempts": "SELECT count(*) FROM attempt",
    "unknown": "SELECT count(*) FROM attempt WHERE state = 'unknown'",
    "void": "SELECT count(*) FROM attempt WHERE state = 'void'",
    "requests": "SELECT count(*) FROM request",
    "applied": "SELECT count(*) FROM verdict WHERE answer = 'applied'",
    "expired": "SELECT count(*) FROM verdict WHERE answer = 'expired'",
    "epochs": "SELECT epoch FROM lease",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """One night that kept every promise, or many of them. `starts` are those that programs themselves would report."""

    seconds: float
    counts: dict[str, int]

    def __str__(self) -> str:
        said = ", ".join(f"{number:,} {name}" for name, number in self.counts.items())
        return f"{timedelta(seconds=self.seconds) / YEAR:.3f} simulated years: {said}"


def counted(ledger: Ledger, *, boot: float, **more: int) -> Tally:
    counts = {name: int(ledger.ask(sql)[0][0]) for name, sql in _COUNTS.items()}
    return Tally(boot, {"nights": 1, **more, **counts, "commits": ledger.commits})


def total(tallies: Iterable[Tally]) -> Tally:
    seconds, counts = 0.0, dict[str, int]()
    for tally in tallies:
        seconds += tally.seconds
        for name, number in tally.counts.items():
            counts[name] = counts.get(name, 0) + number
    return Tally(seconds, counts)
