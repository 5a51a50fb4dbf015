"""Making the checks of an attempt: gather what there is to see, and have the model judge it. It may take its time."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from boms_tui import clock
from boms_tui.model.checks import (
    DueAfter,
    DueBefore,
    DueCheck,
    DueFile,
    FileSeen,
    Finding,
    NotSeen,
    judge_file,
    judge_output,
    judge_window,
    words,
)
from boms_tui.model.definition import OutputCheck
from boms_tui.model.ids import AttemptId
from boms_tui.model.planning import Hours
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.runtime import logs
from boms_tui.runtime.files.looking import see
from boms_tui.runtime.machine.aside import within
from boms_tui.runtime.machine.matching import Printed, search

D = TypeVar("D", bound=DueCheck)
PATIENCE_S = 30.0
"""How long a file system may take to tell of one file."""
SEARCHES = 4
"""How many outputs are searched at a time: each takes a few megabytes."""
_searching = threading.BoundedSemaphore(SEARCHES)


@dataclass(frozen=True, slots=True)
class End:
    """What the checks at the end of an attempt are made of. `values` are redacted in what they quote."""

    at: datetime
    output: Path
    printed: Printed
    values: Callable[[], Sequence[bytes]]


def before(attempt: AttemptId, checks: Iterable[DueBefore]) -> tuple[CheckVerdict, ...]:
    """Every check before the start, made now."""
    return _made(attempt, Phase.BEFORE, checks, _find_before)


def after(attempt: AttemptId, checks: Iterable[DueAfter], end: End) -> tuple[CheckVerdict, ...]:
    """Every check at the end; made again it says the same, unless the files have changed since."""
    return _made(attempt, Phase.AFTER, checks, lambda check: _find_after(check, end))


def look_at(place: str) -> FileSeen | NotSeen:
    """What a file system tells of a file, in time."""
    try:
        return within(PATIENCE_S, lambda: see(place))
    except TimeoutError:
        return NotSeen(f"gave no answer within {PATIENCE_S:g} s")


def _find_before(check: DueBefore) -> Finding:
    match check:
        case DueFile():
            return judge_file(check, look_at(check.place), clock.now())
        case Hours():
            return judge_window(check, clock.now())


def _find_after(check: DueAfter, end: End) -> Finding:
    match check:
        case DueFile():
            return judge_file(check, look_at(check.place), clock.now(), end.at)
        case OutputCheck():
            with _searching:
                return judge_output(check, search(end.output, end.printed, check, end.values()))


def _made(
    attempt: AttemptId, phase: Phase, checks: Iterable[D], find: Callable[[D], Finding]
) -> tuple[CheckVerdict, ...]:
    verdicts = []
    for place, check in enumerate(checks):
        passed, saw = _found(attempt, check, find)
        verdicts.append(CheckVerdict(attempt, phase, place, words(check), passed, saw, clock.now()))
    return tuple(verdicts)


def _found(attempt: AttemptId, check: D, find: Callable[[D], Finding]) -> Finding:
    """A check that cannot be made has failed: what is not proved did not happen."""
    try:
        return find(check)
    except OSError as error:
        return Finding(passed=False, saw=f"it could not be made: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - one check must not stop the loop, nor the other checks
        logs.defect(f"a check of {attempt} broke", error)
        return Finding(passed=False, saw=f"it could not be made: {type(error).__name__}")
