"""Who was faster: what a stale refusal is about, read from the journal."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from boms_tui.errors import BomsError
from boms_tui.model.acts.ask import Code
from boms_tui.model.draft import RUNTIME
from boms_tui.model.records import Entry, SealedEntry, Verdict
from boms_tui.screens.gateway import Gateway
from boms_tui.screens.target import Target
from boms_tui.screens.when import stamp

_ROWS = 50
_REFUSED = ("-rejected", "-expired")


def explained(verdict: Verdict, gateway: Gateway, target: Target, zone: ZoneInfo) -> Verdict:
    """The verdict; a stale one names who changed the object since the person saw it, and how. May block."""
    if verdict.code != Code.STALE:
        return verdict
    try:
        rows = gateway.journal(about=target.id, limit=_ROWS)
    except BomsError:
        return verdict
    changes = since(rows, target)
    if not changes:
        return verdict
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    now = f"; it is {verdict.state} now" if verdict.state else ""
    return replace(verdict, reason=f"since you looked, {_told(_first(changes), zone)}{more}{now}")


def since(rows: Sequence[SealedEntry], target: Target) -> list[Entry]:
    """What changed the object after it was read, the oldest first; requests that were refused changed nothing."""
    return [
        row.entry
        for row in sorted(rows, key=lambda row: row.sequence)
        if row.sequence > target.sequence and row.entry.object == target.id and not row.entry.action.endswith(_REFUSED)
    ]


def _first(changes: Sequence[Entry]) -> Entry:
    """The change to tell: the first that a person made, else the first."""
    return next((change for change in changes if change.actor != RUNTIME), changes[0])


def _told(change: Entry, zone: ZoneInfo) -> str:
    """Who, when and what. Reasons of acts name the person and the act."""
    moved = f" ({change.before} → {change.after})" if change.before and change.before != change.after else ""
    why = f": {change.reason}" if change.reason else ""
    did = change.reason if change.actor in change.reason else f"{change.action}{why}"
    return f"{change.actor} changed it at {stamp(change.at, zone)}: {did}{moved}"
