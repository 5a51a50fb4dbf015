"""Times and durations as operators read them. Pure: `now` is handed in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Moment:
    """When, for whom and how wide lines are laid out: the store's time, the operator's zone, cells."""

    now: datetime
    zone: ZoneInfo
    width: int


def clock_text(at: datetime | None, zone: ZoneInfo, *, now: datetime | None = None) -> str:
    """`22:14` in the operator's zone, with the day before it where that is not today's; "" for no time."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    if now is not None and local.date() != now.astimezone(zone).date():
        return f"{local:%d %b %H:%M}"
    return f"{local:%H:%M}"


def stamp(at: datetime | None, zone: ZoneInfo) -> str:
    """`22:14:07`, or "" for no time."""
    return "" if at is None else f"{at.astimezone(zone):%H:%M:%S}"


def day_stamp(at: datetime, moment: Moment) -> str:
    """`22:14:07`, with the day before it where that is not today's."""
    local = at.astimezone(moment.zone)
    today = local.date() == moment.now.astimezone(moment.zone).date()
    return f"{local:%H:%M:%S}" if today else f"{local:%d %b %H:%M:%S}"


def date_text(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def duration(span: timedelta) -> str:
    """`0:07`, `12:31`, `1h04m`, `2d03h`."""
    seconds = max(0, int(span.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days}d{hours % 24:02}h"
    if hours:
        return f"{hours}h{minutes % 60:02}m"
    return f"{minutes}:{seconds % 60:02}"


def age_text(span: timedelta) -> str:
    """`just now`, `0:07 ago`."""
    return f"{duration(span)} ago" if span >= timedelta(seconds=1) else "just now"


def calm(span: timedelta) -> timedelta:
    """How long something has been going on, in steps that keep the screen quiet: 5 s, then whole minutes."""
    seconds = max(0, int(span.total_seconds()))
    return timedelta(seconds=seconds - seconds % (5 if seconds < 600 else 60))


def elapsed(started: datetime | None, ended: datetime | None, now: datetime) -> str:
    """How long it took, or takes; "" before it started."""
    if started is None:
        return ""
    return duration(ended - started) if ended is not None else duration(calm(now - started))


def length(span: timedelta) -> str:
    """A length a definition gives: `30s`, `5m`, `2h`, `1d`."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
