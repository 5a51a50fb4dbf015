"""Holds as operators read them: what stands over a run, a task or a process, the nearest first, and whose it is."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from boms_tui.model.ids import above
from boms_tui.model.records import Hold
from boms_tui.screens.when import clock_text


def over(holds: Iterable[Hold], ref: str, now: datetime) -> list[Hold]:
    """The holds over an object: those that stand before those to come, and the nearest to it first."""
    objects = above(ref)
    found = [hold for hold in holds if hold.object in objects and (hold.stands(now) or hold.comes(now))]
    return sorted(found, key=lambda hold: (not hold.stands(now), -len(hold.object)))


def hold_words(hold: Hold, now: datetime, zone: ZoneInfo) -> str:
    """`by anna since 20:00 until 22:00: the desk asked`; not yet safe."""
    begins, ends = (clock_text(at, zone, now=now) for at in (hold.start, hold.until))
    until = f" until {ends}" if ends else ""
    return f"by {hold.owner} {'since' if hold.stands(now) else 'from'} {begins}{until}: {hold.reason}"
