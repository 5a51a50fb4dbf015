"""Times as they are given to commands."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from boms_tui import clock
from boms_tui.commands.context import Context
from boms_tui.errors import UsageError

_DAY = timedelta(days=1)


def instant(context: Context, text: str) -> str:
    """The UTC instant, in ISO 8601, of a time that is in the home's zone where it names none; `22:30` is the next one.

    Raises:
        UsageError: it is no time.
    """
    zone = ZoneInfo(context.home.timezone)
    try:
        if re.fullmatch(r"\d\d?:\d\d", text):
            return _next(time.fromisoformat(text.zfill(5)), clock.now().astimezone(zone)).astimezone(UTC).isoformat()
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return aware.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise UsageError(f"not a time: {text}", "write 22:30, or 2026-11-20T22:30") from None


def _next(at: time, now: datetime) -> datetime:
    """The next moment, from `now` on, at which the clocks of its zone show that time."""
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > now else today + _DAY
