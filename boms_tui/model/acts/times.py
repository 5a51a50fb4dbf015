"""Times that people give with an act."""

from datetime import UTC, datetime

from boms_tui.model.ids import EARLIEST, LATEST


def instant(text: str) -> datetime | None:
    """The UTC instant that a text in ISO 8601 names, UTC where it says no zone; None for "".

    Raises:
        ValueError, OverflowError: it names none, or one in a year in which nobody trades.
    """
    if not text:
        return None
    at = datetime.fromisoformat(text)
    found = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError("a year in which nobody trades")
    return found
