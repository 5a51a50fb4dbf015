"""The night's time: a clock that jumps, and an agenda of what happens by itself."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

MS, SECOND, MINUTE, HOUR, DAY = 1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
"""Spans and moments are whole microseconds; a moment counts from the beginning of the night."""
NEVER = 1 << 62


class Clock:
    """`boot` only moves on; the wall clock is that, and whatever it was set to; at `set_back_at` it went back."""

    def __init__(self, begins: datetime) -> None:
        self.boot = 0
        self.shift = 0
        self.set_back_at = -1
        self.furthest = begins
        self._begins = begins

    def now(self) -> datetime:
        return self._begins + timedelta(microseconds=self.boot + self.shift)

    def monotonic(self) -> float:
        return self.boot / SECOND

    def boottime_ns(self) -> int:
        return self.boot * 1_000

    def pass_to(self, moment: int) -> None:
        """Let time pass; never back."""
        self.boot = max(self.boot, moment)
        self.furthest = max(self.furthest, self.now())

    def set_wall(self, by: int) -> None:
        """Set the wall clock on, or back."""
        self.shift += by
        if by < 0:
            self.set_back_at = self.boot
        self.furthest = max(self.furthest, self.now())

    def moment_of(self, wall: datetime) -> int:
        """When the wall clock will show that, if nobody sets it again."""
        return int((wall - self._begins) / timedelta(microseconds=1)) - self.shift


class Agenda:
    """What will happen by itself, in order of time and then of when it was put here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._coming: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def after(self, span: int, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._coming, (self._clock.boot + max(0, span), self._count, action))

    def next_at(self) -> int:
        return self._coming[0][0] if self._coming else NEVER

    def run_due(self) -> None:
        """Do what is due, also what that puts here for this moment."""
        while self._coming and self._coming[0][0] <= self._clock.boot:
            heapq.heappop(self._coming)[2]()
