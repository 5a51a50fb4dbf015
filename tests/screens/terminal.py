"""A program on a real pseudo-terminal, and the screen that a person would see there."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

from boms_tui import clock

ROOT = Path(__file__).parents[2]
ROWS, COLUMNS = 24, 80


class Terminal:
    """A console in a pseudo-terminal, and the screen that a person would see."""

    def __init__(self, module: str, *arguments: str, **environment: str) -> None:
        variables = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLORTERM"}}
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            sys.executable, ["-m", module, *arguments],
            cwd=str(ROOT), dimensions=(ROWS, COLUMNS), timeout=20,
            env={**variables, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        )  # fmt: skip
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.written = b""

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> bytes:
        """What it writes in so many seconds."""
        before, until = len(self.written), clock.monotonic() + seconds
        while clock.monotonic() < until:
            try:
                piece = self.child.read_nonblocking(65_536, timeout=0.05)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
            self.written += piece
            self.stream.feed(piece)
        return self.written[before:]

    def sees(self, *texts: str, within: float = 20.0) -> float:
        """Read until all these texts are on the screen together; how many seconds that took."""
        return self.until(lambda: all(text in self.text for text in texts), f"{texts}", within)

    def until(self, condition: Callable[[], object], what: str, within: float = 20.0) -> float:
        """Read until something is true; how many seconds that took."""
        begun = clock.monotonic()
        while not condition():
            took = clock.monotonic() - begun
            assert took < within, f"{what} not within {within} s:\n{self.text}"
            self.read(0.05)
        return clock.monotonic() - begun

    def type(self, *keys: str) -> None:
        for key in keys:
            self.child.send(key)

    def resize(self, rows: int, columns: int) -> None:
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def hang_up(self) -> None:
        """Close the other side of the terminal, as a lost connection does."""
        self.child.ptyproc.fileobj.close()  # type: ignore[attr-defined]

    def end(self) -> int | None:
        """Wait for its end; the exit status."""
        self.read(10)
        self.child.close()
        return self.child.exitstatus
