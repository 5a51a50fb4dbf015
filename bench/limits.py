"""The machine's own limits, measured in the same run as what is held against them."""

import os
import statistics
import sys
from collections import deque
from pathlib import Path
from tempfile import TemporaryDirectory

from boms_tui import clock

TRUE = ("/bin/true",)


def spawns(count: int = 1_000, wide: int = 16) -> float:
    """Bare programs a second: `posix_spawn` of one that does nothing, `wide` at a time."""
    begun, running = clock.monotonic(), deque[int]()
    for _ in range(count):
        if len(running) == wide:
            os.waitpid(running.popleft(), 0)
        running.append(os.posix_spawn(TRUE[0], TRUE, {}))
    while running:
        os.waitpid(running.popleft(), 0)
    return count / (clock.monotonic() - begun)


def python_start() -> float:
    """Seconds from spawn to end of an interpreter that does nothing: what a Python shim cannot go below."""
    taken = []
    for _ in range(15):
        begun = clock.monotonic()
        os.waitpid(os.posix_spawn(sys.executable, (sys.executable, "-I", "-S", "-c", ""), {}), 0)
        taken.append(clock.monotonic() - begun)
    return statistics.median(taken)


def fdatasync() -> float:
    """Seconds for a small write to be on disk."""
    taken = []
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        descriptor = os.open(Path(folder) / "probe", os.O_WRONLY | os.O_CREAT, 0o600)
        for _ in range(100):
            begun = clock.monotonic()
            os.write(descriptor, b"x" * 512)
            os.fdatasync(descriptor)
            taken.append(clock.monotonic() - begun)
        os.close(descriptor)
    return statistics.median(taken)
