"""Instants as the clock on somebody's wall shows them."""

from datetime import datetime
from zoneinfo import ZoneInfo


def wall_span(begins: datetime, until: datetime | None, zone: str, now: datetime) -> str:
    """`from 22:00 IST until 23:30 IST`, or without an end."""
    end = f" until {wall_time(until, zone, now)}" if until is not None else ""
    return f"from {wall_time(begins, zone, now)}{end}"


def wall_time(at: datetime, zone: str, now: datetime, *, seconds: bool = False) -> str:
    """`21:30 IST`, with its date where that is not today's; a zone without a name shows its offset."""
    there = at.astimezone(ZoneInfo(zone))
    today = now.astimezone(there.tzinfo).date()
    clock = there.strftime("%H:%M:%S %Z" if seconds else "%H:%M %Z")
    return clock if there.date() == today else f"{there.date()} {clock}"
