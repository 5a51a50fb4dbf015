"""The one place that reads the clock; everything else is handed `now`."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The wall clock as an aware UTC instant, to the microsecond."""
    return datetime.fromtimestamp(time.time_ns() // 1_000 / 1_000_000, UTC)  # noqa: TID251


def boottime_ns() -> int:
    """Nanoseconds since boot, sleep included: a clock that nobody can set."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def monotonic() -> float:
    """Seconds on a clock that never goes back, for measuring waits."""
    return time.monotonic()  # noqa: TID251
