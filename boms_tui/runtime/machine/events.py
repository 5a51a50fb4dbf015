"""One place to wait: descriptors that become readable, moments that come, and another thread's wish to be heard."""

import os
import select
from collections.abc import Callable, Hashable

from boms_tui import clock


class Events:
    """An epoll loop with timers. All but `wake` belongs to one thread."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[], None]] = {}
        self._timers: dict[Hashable, tuple[float, Callable[[], None]]] = {}
        self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.on(self._waker, self._woken)

    def on(self, fd: int, handler: Callable[[], None]) -> None:
        """Call `handler` in `wait` for as long as `fd` is readable. It may be called once in vain."""
        self._epoll.register(fd, select.EPOLLIN)
        self._handlers[fd] = handler

    def off(self, fd: int) -> None:
        self._epoll.unregister(fd)
        del self._handlers[fd]

    def after(self, seconds: float, key: Hashable, action: Callable[[], None]) -> None:
        """Call `action` once, in a `wait`; a second timer with the same key replaces the first."""
        self._timers[key] = (clock.monotonic() + seconds, action)

    def cancel(self, key: Hashable) -> None:
        self._timers.pop(key, None)

    def wait(self, timeout: float) -> None:
        """Handle what is ready, or what becomes ready first within `timeout` seconds."""
        for fd, _ in self._epoll.poll(self._patience(timeout)):
            handler = self._handlers.get(fd)
            if handler is not None:
                handler()
        now = clock.monotonic()
        for key, timer in list(self._timers.items()):
            if timer[0] <= now and self._timers.get(key) is timer:
                del self._timers[key]
                timer[1]()

    def wake(self) -> None:
        """End the `wait` of now, or the next one; from any thread or signal handler."""
        if self._waker >= 0:
            os.eventfd_write(self._waker, 1)

    def close(self) -> None:
        waker, self._waker = self._waker, -1
        self._epoll.close()
        os.close(waker)

    def _patience(self, timeout: float) -> float:
        next_due = min((due for due, _ in self._timers.values()), default=None)
        if next_due is None:
            return timeout
        return max(0.0, min(timeout, next_due - clock.monotonic()))

    def _woken(self) -> None:
        try:
            os.eventfd_read(self._waker)
        except BlockingIOError:
            return
