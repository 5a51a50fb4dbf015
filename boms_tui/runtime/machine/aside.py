"""Work that may wait for other machines, beside the loop and not in its way."""

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from boms_tui import clock
from boms_tui.runtime.machine.events import Events

T = TypeVar("T")
_AGAIN_S = 1.0


class Aside:
    """Each piece of work has a thread, which the end of the runtime does not wait for. The loop is told the result."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._done: deque[Callable[[], None]] = deque()
        self._closing = threading.Lock()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        events.on(self._bell, self._deliver)

    def do(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Have `work` done soon; in the loop's thread `then` is called with its result, or what it raised is raised."""
        if not _has_begun(threading.Thread(target=self._work, args=(work, then), daemon=True)):
            self._events.after(_AGAIN_S, object(), partial(self.do, work, then))

    def close(self) -> None:
        """Deliver nothing more."""
        with self._closing:
            bell, self._bell = self._bell, -1
        self._events.off(bell)
        os.close(bell)

    def _work(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        result: Future[T] = Future()
        _into(result, work)
        self._done.append(lambda: then(result.result()))
        with self._closing:
            if self._bell >= 0:
                os.eventfd_write(self._bell, 1)

    def _deliver(self) -> None:
        try:
            os.eventfd_read(self._bell)
        except BlockingIOError:
            return
        while self._done:
            self._done.popleft()()


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of `work`, which goes on by itself where it takes longer.

    Raises:
        TimeoutError: it has taken longer; or whatever `work` raises.
    """
    result: Future[T] = Future()
    until, pause = clock.monotonic() + seconds, threading.Event()
    while not _has_begun(threading.Thread(target=_into, args=(result, work), daemon=True)):
        if clock.monotonic() > until:
            raise TimeoutError
        pause.wait(_AGAIN_S / 10)
    return result.result(until - clock.monotonic())


def _has_begun(thread: threading.Thread) -> bool:
    """Whether a thread was to be had."""
    try:
        thread.start()
    except RuntimeError:
        return False
    return True


def _into(result: Future[T], work: Callable[[], T]) -> None:
    try:
        result.set_result(work())
    except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
        result.set_exception(error)
