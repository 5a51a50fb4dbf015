"""Waiting for the runtime: poll for one answer, and where no runtime leads, lead for a moment oneself."""

import threading
from collections.abc import Callable
from typing import TypeVar

from boms_tui import clock
from boms_tui.commands.ports import Reader
from boms_tui.errors import NoAnswerError
from boms_tui.model.views import DOWN_AFTER

T = TypeVar("T")

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.25


class Patience:
    """How long one side waits for the other. `assist` leads for a moment, and says whether it could."""

    def __init__(self, reader: Reader, timeout: float, assist: Callable[[], bool]) -> None:
        self._reader = reader
        self._timeout = timeout
        self._assist = assist
        self._pause = threading.Event()

    def wait_for(self, read: Callable[[], T | None], what: str, *, assisted: bool) -> T:
        """What `read` answers at last.

        Raises:
            NoAnswerError: it stayed None for the whole time.
        """
        deadline = clock.monotonic() + self._timeout
        pause = _FIRST_PAUSE
        while (answer := read()) is None:
            if clock.monotonic() >= deadline:
                raise NoAnswerError(*self._silence(what))
            if assisted and not self.runtime_lives() and self._assist():
                continue
            self._pause.wait(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        return answer

    def runtime_lives(self) -> bool:
        """Whether a runtime leads and gave a sign of life lately, by the store's clock."""
        pulse = self._reader.pulse()
        if not pulse.led or pulse.beat_at is None:
            return False
        return pulse.store_now - pulse.beat_at <= DOWN_AFTER

    def _silence(self, what: str) -> tuple[str, str]:
        if self.runtime_lives():
            return (
                f"the runtime did not answer within {self._timeout:g} s",
                f"{what}; ask again, or give more --timeout",
            )
        return f"no runtime answers ({self._timeout:g} s)", f"{what}; start one with `boms runtime`"
