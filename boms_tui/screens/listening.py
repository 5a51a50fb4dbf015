"""An app that hands what the feed posts to the screen that asked for it, and knows how old what it shows is."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from textual.app import App

from boms_tui.model.views import Pulse
from boms_tui.screens.feed import Feed
from boms_tui.screens.freshness import Watch
from boms_tui.screens.gateway import Gateway
from boms_tui.screens.line import Span
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.messages import Beat, Interest, Printed, Progressed, Refused, Shown, Silence
from boms_tui.screens.text import safe

FADES_AFTER = 10.0
"""Seconds that a remark is read for."""


class Listening(App[None]):
    """What its feed reads goes to the topmost live screen, if that still looks at it."""

    def __init__(self, gateway: Gateway, zone: ZoneInfo, watch: Watch, interval: float) -> None:
        super().__init__()
        self.gateway, self.zone, self.heard = gateway, zone, watch
        self.feed = Feed(gateway, self.post_message, interval=interval, steady=watch.steady)
        self.fresh = watch.freshness()
        self.said = Span("")
        self._said_on: LiveScreen[Any] | None = None
        self._fades_at: float | None = None

    @property
    def pulse(self) -> Pulse | None:
        """The last answer of the store."""
        return self.heard.pulse

    @property
    def live(self) -> LiveScreen[Any] | None:
        """The topmost screen that shows the store; a dialog may lie over it."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, LiveScreen)), None)

    def now(self) -> datetime:
        return self.heard.now()

    def freshen(self) -> None:
        self.fresh = self.heard.freshness()
        if self.live is not None:
            self.live.frame()

    def watch_again(self) -> None:
        if self.live is not None:
            self.feed.watch(self.live.interest)

    def say(self, text: str, tone: str = "", *, stays: bool = False) -> None:
        self.said, self._said_on = Span(text, tone), self.live
        self._fades_at = None if stays else self.heard.steady() + FADES_AFTER
        if self.live is not None:
            self.live.frame()
            self.live.call_after_refresh(self.live.lay_out)

    def fade(self) -> None:
        """Take away what has been said long enough."""
        if self.said.text and self._fades_at is not None and self.heard.steady() >= self._fades_at:
            self.say("")

    def moved_on(self) -> None:
        """A remark goes with the screen that it was about; what stays is seen on the next one, and fades there."""
        if not self.said.text or self.live is self._said_on:
            return
        if self._fades_at is None:
            self._said_on, self._fades_at = self.live, self.heard.steady() + FADES_AFTER
        else:
            self.say("")

    def on_beat(self, event: Beat) -> None:
        self.heard.take(event.pulse, event.asked)
        if self.fresh != self.heard.freshness():
            self.freshen()

    def on_silence(self, event: Silence) -> None:
        text = f"the store does not answer: {safe(event.title)}"
        if self.said.text == text:
            self._fades_at = self.heard.steady() + FADES_AFTER
        elif not self.fresh.live:
            self.say(text, "bad")

    def on_shown(self, event: Shown) -> None:
        screen = self._looking_at(event)
        if screen is not None:
            self.heard.take(event.beat.pulse, event.beat.asked)
            self.fresh = self.heard.freshness()
            screen.take(event.data, event.beat.pulse.sequence)

    def on_refused(self, event: Refused) -> None:
        screen = self._looking_at(event)
        if screen is not None:
            screen.fail(safe(f"{event.title}: {event.next_step}" if event.next_step else event.title))

    def on_progressed(self, event: Progressed) -> None:
        screen = self._looking_at(event)
        if screen is not None:
            screen.hear(event.progress)

    def on_printed(self, event: Printed) -> None:
        if self.live is not None:
            self.live.print(event.attempt, event.output)

    def _looking_at(self, event: Shown | Refused | Progressed) -> LiveScreen[Any] | None:
        """The live screen, if what was read is what it looks at."""
        screen = self.live
        return screen if screen is not None and _same(screen.interest, event.view, event.key) else None


def _same(interest: Interest, view: str, key: str) -> bool:
    return interest.view == view and interest.key == key
