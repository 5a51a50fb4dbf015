"""What the files of an attempt prove about it; a closed set."""

from dataclasses import dataclass

from boms_tui.runtime.spool.protocol import ExitRecord, StartRecord


@dataclass(frozen=True, slots=True)
class Ended:
    """Its end is on record."""

    record: ExitRecord


@dataclass(frozen=True, slots=True)
class Alive:
    """A living shim owns it. `started` is None until the program runs."""

    started: StartRecord | None


@dataclass(frozen=True, slots=True)
class Void:
    """It provably never ran and never will."""

    why: str


@dataclass(frozen=True, slots=True)
class Unsupervised:
    """The program lives, its shim does not: nobody will record how it ends."""

    started: StartRecord


@dataclass(frozen=True, slots=True)
class Lost:
    """It may have run, and nobody can prove how it ended."""

    evidence: str


Over = Ended | Void | Lost
"""Nothing more will happen to it."""
Found = Over | Alive | Unsupervised
