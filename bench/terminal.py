"""A console in a real pseudo-terminal, with what it writes counted and drawn."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import pyte

from boms_tui import clock


class Terminal:
    """One program in a terminal of `columns` x `rows`; `received` counts the bytes it has written."""

    def __init__(self, *arguments: str, columns: int, rows: int, environment: Mapping[str, str] | None = None) -> None:
        self._arguments = (sys.executable, "-m", "boms_tui", *arguments)
        self._size = struct.pack("HHHH", rows, columns, 0, 0)
        self._environment = {**os.environ, "TERM": "xterm-256color", **(environment or {})}
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0
        self.begun = 0.0

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, self._size)
        self.begun = clock.monotonic()
        self.process = subprocess.Popen(
            self._arguments, stdin=slave, stdout=slave, stderr=slave, env=self._environment, start_new_session=True
        )
        os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.read(0.5)
        self.process.wait(10)
        os.close(self._master)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def read(self, seconds: float) -> int:
        """Take what comes within `seconds`; how many bytes."""
        before, until = self.received, clock.monotonic() + seconds
        while (left := until - clock.monotonic()) > 0:
            if not self._take(left):
                break
        return self.received - before

    def read_until_quiet(self, quiet: float = 0.08, most: float = 2.0) -> float:
        """Take what comes until nothing does for `quiet` seconds; when the last byte came, 0 where none did."""
        last, until = 0.0, clock.monotonic() + most
        while clock.monotonic() < until and self._take(quiet):
            last = clock.monotonic()
        return last

    def read_first(self, most: float) -> float:
        """Wait for the first bytes of an answer and take what follows at once; when the last of them came.

        Raises:
            AssertionError: nothing came within `most` seconds.
        """
        if not self._take(most):
            raise AssertionError("no answer on:\n" + "\n".join(self.screen.display))
        came = clock.monotonic()
        while self._take(0.005):
            came = clock.monotonic()
        return came

    def wait_for(self, seen: Callable[[str], bool], seconds: float = 20.0) -> float:
        """Read until the screen's text satisfies `seen`; seconds since the start of the program."""
        until = clock.monotonic() + seconds
        while clock.monotonic() < until:
            if seen("\n".join(self.screen.display)):
                return clock.monotonic() - self.begun
            self._take(0.05)
        raise AssertionError("never seen on:\n" + "\n".join(self.screen.display))

    def _take(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        self.received += len(data)
        self._stream.feed(data)
        return bool(data)
