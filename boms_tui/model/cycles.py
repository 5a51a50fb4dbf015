"""Cyclic processes: the start or the end of a round orders the next one, which waits for its time."""

from datetime import datetime
from enum import Enum

from boms_tui.model.definition import Cyclic, CyclicFrom, Process
from boms_tui.model.draft import Draft
from boms_tui.model.ordering import order
from boms_tui.model.planning import time_on
from boms_tui.model.records import Run
from boms_tui.model.states import RunState

_CYCLE = "cycle:"
_GOES_ON = frozenset({RunState.SUCCEEDED, RunState.FAILED})


class Round(Enum):
    """Where a round is."""

    STARTED = "started"
    ENDED = "ended"


_NEXT = {CyclicFrom.START: Round.STARTED, CyclicFrom.END: Round.ENDED}


def go_round(draft: Draft, run: Run, reached: Round) -> None:
    """Order the next round, unless this was the last; a round that was cancelled is."""
    process = draft.catalogue.processes.get(run.process)
    cyclic = None if process is None else process.cyclic
    if process is None or cyclic is None or _NEXT[cyclic.start_from] is not reached:
        return
    if reached is Round.ENDED and run.state not in _GOES_ON:
        return
    first, number = _place(run)
    at = draft.now + cyclic.every
    last = _why_last(process, cyclic, run, number, at)
    occurrence = f"{_CYCLE}{first}.{number + 1}"
    if draft.has_occurrence(process.id, occurrence):
        return
    if last:
        draft.say("cycle-ended", run.id, reason=last)
        return
    order(
        draft, process, run.business_date, occurrence=occurrence, by=f"round {number} of {first}",
        acts_for=run.acts_for, personal=run.personal, parameters=run.parameters, not_before=at,
    )  # fmt: skip


def too_late(draft: Draft, run: Run) -> str:
    """Why a round that could start now does not any more; "" where it does."""
    process = draft.catalogue.processes.get(run.process)
    if process is None or process.cyclic is None or not run.occurrence.startswith(_CYCLE):
        return ""
    return _past(process, process.cyclic, run, draft.now, "it came to its turn")


def _place(run: Run) -> tuple[str, int]:
    """The run with which its cycle began, and which round it is."""
    if not run.occurrence.startswith(_CYCLE):
        return run.id, 1
    first, _, number = run.occurrence.removeprefix(_CYCLE).rpartition(".")
    return first, int(number)


def _why_last(process: Process, cyclic: Cyclic, run: Run, number: int, at: datetime) -> str:
    """Why no round follows; "" where one does."""
    if cyclic.rounds is not None and number >= cyclic.rounds:
        return f"round {number} of {cyclic.rounds}"
    return _past(process, cyclic, run, at, "the next round would start")


def _past(process: Process, cyclic: Cyclic, run: Run, at: datetime, what: str) -> str:
    over = cyclic.until is not None and at > time_on(cyclic.until, process, run.business_date)
    return f"{what} after {cyclic.until:%H:%M}" if over else ""
