"""From what the spool proves of an attempt to the fact that `decide` is told."""

from datetime import datetime

from boms_tui.model.facts import Exited, How, Lost, Voided
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict
from boms_tui.runtime.shim.files import DECIDED, LATE, LOCKED, UNRECORDED
from boms_tui.runtime.spool import found as what
from boms_tui.runtime.spool.found import Over
from boms_tui.runtime.spool.protocol import ExitRecord, StartRecord

_STARTED_NOTHING = frozenset({0, LATE, DECIDED, LOCKED, None})
"""How a shim may end, by itself, before an attempt that is void; anything else is a shim that could not work."""


def verdict(
    attempt: AttemptId,
    found: Over,
    *,
    ran: bool,
    status: int | None,
    said: str,
    started: StartRecord | None,
    now: datetime,
) -> Exited | Voided | Lost:
    """What became of an attempt.

    `ran` says that it is on record elsewhere that its program started. `status` is how its shim ended, where that
    was our child (a negative number is a signal), and `said` what it said.
    """
    match found:
        case what.Ended(record):
            return exited(attempt, record, started)
        case what.Void() if ran or status == UNRECORDED:
            return Lost(attempt, _and("it had started, and the spool shows nothing of it any more", said))
        case what.Void(why) if status in _STARTED_NOTHING or (status or 0) < 0:
            return Voided(attempt, why)
        case what.Void():
            return start_failed(attempt, _and(f"its shim could not work (status {status})", said), now)
        case what.Lost(evidence):
            return Lost(attempt, _and(evidence, said))


def exited(attempt: AttemptId, record: ExitRecord, started: StartRecord | None) -> Exited:
    return Exited(
        attempt=attempt,
        how=record.how,
        code=record.code,
        signal=record.signal,
        ended_at=record.ended,
        text=record.text,
        output_bytes=record.output_bytes,
        output_dropped=record.output_dropped,
        pid=started.pid if started and record.began else None,
        started_at=record.began,
        remain=record.remain,
    )


def start_failed(attempt: AttemptId, why: str, now: datetime) -> Exited:
    return Exited(attempt, How.START_FAILED, code=None, signal=None, ended_at=now, text=why)


def check_failed(attempt: AttemptId, checked: tuple[CheckVerdict, ...], now: datetime) -> Exited:
    """An attempt that was kept from starting; `checked` says by what."""
    return Exited(attempt, How.CHECK_FAILED, code=None, signal=None, ended_at=now, checks=checked)


def _and(text: str, said: str) -> str:
    return f"{text}: {said}" if said else text
