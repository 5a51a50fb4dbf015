"""What a shim and its program will do, drawn once for each attempt."""

from dataclasses import dataclass
from enum import IntEnum
from random import Random

from boms_tui.model.facts import How
from boms_tui.model.ids import AttemptId
from tests.sim.chance import Chance, Fault, Topic
from tests.sim.ticking import HOUR, MINUTE, MS, SECOND


class Stage(IntEnum):
    """How far a shim gets before it is killed."""

    SPAWNED = 0
    LOCKED = 1
    DECIDED = 2
    GONE = 3
    ENDED = 4
    RECORDED = 5


_ENDS = (
    (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0),
    (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0), (How.EXITED, 0),
    (How.EXITED, 3), (How.EXITED, 1), (How.EXITED, 1), (How.EXITED, 2), (How.SIGNALLED, 9), (How.START_FAILED, 2),
)  # fmt: skip
_LASTS = (
    (10 * MS, SECOND),
    (10 * MS, SECOND),
    (SECOND, MINUTE),
    (SECOND, MINUTE),
    (MINUTE, 30 * MINUTE),
    (HOUR, 4 * HOUR),
)
LABELS = ("loaded", "checked")


@dataclass(frozen=True, slots=True)
class Life:
    """Spans in microseconds from one stage to the next. `how` and `number` are the end that the program comes to by
    itself; a program that is `stubborn` ends only when it must. `dies` is the stage after which the shim is killed,
    `unfit` whether it cannot prepare. The checks before its start take `checks_for`. `says` has what the program says
    of itself, and how long after its start.
    """

    locks_after: int
    decides_after: int
    goes_after: int
    lasts: int
    how: How
    number: int
    records_after: int
    printed: int
    stubborn: bool
    unfit: bool
    checks_for: int
    passes_before: bool
    passes_after: bool
    dies: Stage | None
    dies_after: int
    says: tuple[tuple[int, str], ...] = ()


def life_of(attempt: AttemptId, chance: Chance) -> Life:
    dice = chance.apart(f"life/{attempt}")
    lasts = dice.randint(*dice.choice(_LASTS))
    how, number = dice.choice(_ENDS)
    shortly = [dice.randint(1, 20) * MS for _ in range(5)]
    stubborn, printed = dice.random() < 0.2, dice.choice((0, 0, 7, 100_000))
    checks_for, passes = dice.choice((MS, SECOND, 3 * SECOND)), [dice.random() < 0.85 for _ in range(2)]
    unfit = chance.strikes(Fault.SHIM_UNFIT, 0.05, dice)
    stopped = chance.strikes(Fault.SHIM_STOPPED, 0.08, dice)
    late = chance.strikes(Fault.RECORD_LATE, 0.15, dice)
    dies = chance.strikes(Fault.SHIM_KILLED, 0.2, dice)
    return Life(
        locks_after=shortly[0],
        decides_after=dice.randint(SECOND, 2 * HOUR) if stopped else shortly[1],
        goes_after=shortly[3],
        lasts=lasts,
        how=how,
        number=number,
        records_after=dice.randint(SECOND, 20 * MINUTE) if late else shortly[4],
        printed=printed,
        stubborn=stubborn,
        unfit=unfit,
        checks_for=checks_for,
        passes_before=passes[0],
        passes_after=passes[1],
        dies=dice.choice(list(Stage)) if dies else None,
        dies_after=_some_of(lasts, dice),
        says=_sayings(attempt, lasts, chance) if chance.about(Topic.MILESTONES, Topic.FOLLOWERS) else (),
    )


def _sayings(attempt: AttemptId, lasts: int, chance: Chance) -> tuple[tuple[int, str], ...]:
    """Some labels, and how far the program is; most come before it ends."""
    dice = chance.apart(f"says/{attempt}")
    moments = sorted(int(lasts * dice.random() * 1.1) for _ in range(dice.randint(0, 4)))
    meters = sorted(dice.randint(0, 100) for _ in moments)
    lines = (dice.choice((f"meter {meter}", f"label {dice.choice(LABELS)}")) for meter in meters)
    return tuple((moment, f"::boms {line}") for moment, line in zip(moments, lines, strict=True))


def _some_of(span: int, dice: Random) -> int:
    return int(span * dice.random() * 1.2)
