"""Times as they are given to commands."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from boms_tui.commands.context import Context
from boms_tui.errors import UsageError


def instant(context: Context, text: str) -> str:
    """The UTC instant, in ISO 8601, of a time that is in the home's zone where it names none.

    Raises:
        UsageError: it is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(context.home.timezone))
        return aware.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise UsageError(f"not a time: {text}", "write 2026-11-20T21:30") from None
