"""What ends a console from outside: signals, a terminal that has gone, a defect. It always ends with a status."""

import asyncio
import logging
import select
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial

log = logging.getLogger("boms.console")
_SIGNALS = (signal.SIGHUP, signal.SIGTERM)


class Lifeline:
    """Holds the signals while the app runs. Its exit statuses are the shell's: 128 and the signal's number."""

    def __init__(self, descriptor: int) -> None:
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLHUP | select.POLLERR)
        self._loop: asyncio.AbstractEventLoop | None = None

    def hold(self, end: Callable[..., None]) -> None:
        """From now on a hang-up and a request to end are clean exits, also where they were ignored before."""
        self._loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, partial(end, return_code=128 + number))

    def release(self) -> None:
        if self._loop is not None:
            for number in _SIGNALS:
                self._loop.remove_signal_handler(number)

    def hung_up(self) -> bool:
        """Whether nobody is at the other end of the terminal any more."""
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in self._poll.poll(0))


def log_crash(error: BaseException) -> None:
    """Write the trace to the log, without the values of variables."""
    log.critical("the console failed\n%s", "".join(traceback.format_exception(error)))


def stderr(text: str) -> None:
    sys.stderr.write(text + "\n")
