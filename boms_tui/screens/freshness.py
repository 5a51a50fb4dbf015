"""How old what is shown is, and whether anyone is there to act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from boms_tui.model.views import DOWN_AFTER, STALE_AFTER, Pulse
from boms_tui.screens.when import clock_text

LOST_AFTER = timedelta(seconds=2.5)
"""Seen at the next look, half a second later, a store that stopped answering is lost within three seconds."""


class Health(StrEnum):
    """Only `LIVE` lets a person act."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    DOWN = "runtime down"
    LOST = "store lost"


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the status bar says about the age of the screen."""

    health: Health
    text: str

    @property
    def live(self) -> bool:
        return self.health is Health.LIVE


def freshness(pulse: Pulse | None, silent: timedelta, zone: ZoneInfo) -> Freshness:
    """The state of things `silent` after the last answer of the store, which was `pulse`."""
    if pulse is None:
        lost = silent >= LOST_AFTER
        return Freshness(Health.LOST, "STORE LOST") if lost else Freshness(Health.CONNECTING, "CONNECTING")
    if silent >= LOST_AFTER:
        answered = clock_text(pulse.store_now, zone, now=store_now(pulse, silent))
        return Freshness(Health.LOST, f"STORE LOST since {answered}")
    since = clock_text(pulse.beat_at, zone, now=pulse.store_now)
    down = f"RUNTIME DOWN since {since}" if since else "RUNTIME DOWN"
    if not pulse.led or pulse.beat_at is None:
        return Freshness(Health.DOWN, down)
    age = max(timedelta(0), pulse.store_now - pulse.beat_at) + silent
    if age > DOWN_AFTER:
        return Freshness(Health.DOWN, down)
    if age > STALE_AFTER:
        return Freshness(Health.STALE, f"STALE {int(age.total_seconds())} s")
    return Freshness(Health.LIVE, f"LIVE <{STALE_AFTER.seconds} s")


class Watch:
    """The last answer of the store, and how long ago that was by two clocks of this machine.

    `steady` gives seconds that never go back, `wall` the time that is shown before the first answer.
    """

    def __init__(self, zone: ZoneInfo, steady: Callable[[], float], wall: Callable[[], datetime]) -> None:
        self.pulse: Pulse | None = None
        self.steady = steady
        self._zone, self._wall = zone, wall
        self._asked = steady()

    def take(self, pulse: Pulse, asked: float) -> None:
        """The store's answer to a question of that time, which may have been under way for a while."""
        if asked >= self._asked:
            self.pulse, self._asked = pulse, asked

    @property
    def silent(self) -> timedelta:
        return timedelta(seconds=max(0.0, self.steady() - self._asked))

    def now(self) -> datetime:
        return store_now(self.pulse, self.silent) if self.pulse is not None else self._wall()

    def freshness(self) -> Freshness:
        return freshness(self.pulse, self.silent, self._zone)


def store_now(pulse: Pulse, silent: timedelta) -> datetime:
    """The store's time now, as far as its last answer tells."""
    return pulse.store_now + silent
