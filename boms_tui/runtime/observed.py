"""A lease on a shared store, watched by our own clock: no wall clock is ever compared."""

from datetime import timedelta

from boms_tui import clock
from boms_tui.model.lease import Lease


class Observed:
    """When a lease was last seen to beat, by our own clock."""

    def __init__(self) -> None:
        self._beat: tuple[int, int] | None = None
        self._since: float = 0.0

    def silent_for(self, seen: Lease) -> timedelta:
        beat = (seen.epoch, seen.beat)
        if beat != self._beat:
            self._beat, self._since = beat, clock.monotonic()
        return timedelta(seconds=clock.monotonic() - self._since)
