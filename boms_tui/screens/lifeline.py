"""What ends a console from outside: signals, a terminal that has gone, a defect. It always ends, with a status."""

import asyncio
import logging
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from threading import Timer
from types import FrameType
from typing import Any

log = logging.getLogger("boms.console")

GRACE = 3.0
"""Seconds in which a console that was told to end can restore its terminal, if anybody still reads it."""
_ENDING = (signal.SIGHUP, signal.SIGTERM)
_JOB_CONTROL = (signal.SIGTSTP, signal.SIGCONT)


class Lifeline:
    """Holds the signals while the app runs. Its exit statuses are the shell's: 128 and the signal's number."""

    def __init__(self, descriptor: int) -> None:
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLHUP | select.POLLERR)
        self._before: dict[int, Any] = {}
        self._end: Callable[..., object] | None = None
        self._last_resort: Timer | None = None

    def hold(self, end: Callable[..., None]) -> None:
        """From now on a hang-up and a request to end are clean exits, also where they were ignored before.

        Job control is switched off: a hang-up continues what it ends, and Textual would take that for a resume.
        """
        loop = asyncio.get_running_loop()
        self._end = partial(loop.call_soon_threadsafe, end)
        for number in _ENDING:
            self._before[number] = signal.signal(number, self._leave)
        for number, handler in zip(_JOB_CONTROL, (signal.SIG_IGN, signal.SIG_DFL), strict=True):
            self._before[number] = signal.signal(number, handler)

    def _leave(self, number: int, _: FrameType | None) -> None:
        self.end(128 + number)

    def end(self, status: int) -> None:
        """End the app; the process too, if the app hangs on a terminal that nobody reads."""
        if self._last_resort is None and self._end is not None:
            self._last_resort = Timer(GRACE, os._exit, (status,))
            self._last_resort.daemon = True
            self._last_resort.start()
            self._end(None, status)

    def release(self) -> None:
        """The app has ended: give the signals back."""
        if self._last_resort is not None:
            self._last_resort.cancel()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def hung_up(self) -> bool:
        """Whether nobody is at the other end of the terminal any more."""
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in self._poll.poll(0))


def log_crash(error: BaseException) -> None:
    """Write the trace to the log, without the values of variables."""
    log.critical("the console failed\n%s", "".join(traceback.format_exception(error)))


def stderr(text: str) -> None:
    sys.stderr.write(text + "\n")
