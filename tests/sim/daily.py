"""Times of a day on somebody's wall clock, worked out in another way than BOMS does."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Daily:
    """Times of every day on a zone's wall clock."""

    hours: tuple[int, ...]
    minute: int

    @property
    def cron(self) -> str:
        return f"{self.minute} {','.join(map(str, self.hours))} * * *"

    def between(self, zone: str, after: datetime, until: datetime) -> set[datetime]:
        """The instants in (after, until]: the first of a doubled hour, the end of a gap for what falls into it."""
        here = ZoneInfo(zone)
        days = (until - after).days + 4
        first = after.astimezone(here).date() - _DAY
        walls = (
            datetime.combine(first + timedelta(days=day), time(hour, self.minute))
            for day in range(days)
            for hour in self.hours
        )
        return {at for wall in walls if after < (at := instant(wall, here)) <= until}


def on_date(at: time, day: date, zone: str, day_starts: time) -> datetime:
    """When the clocks show that on a business date, which ends in the following morning."""
    wall = datetime.combine(day, at)
    return instant(wall if at >= day_starts else wall + _DAY, ZoneInfo(zone))


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first time that the clocks show it; the end of a gap for what falls into that."""
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    minute = timedelta(minutes=1)
    at = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset = at.astimezone(zone).utcoffset()
    while at.astimezone(zone).utcoffset() == offset:
        at += minute
    return at
