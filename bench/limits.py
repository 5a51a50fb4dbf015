"""The machine's own limits, measured in the same run as what is held against them."""

import os
import shutil
import statistics
import subprocess
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


def make(count: int = 1_000, wide: int = 16) -> float:
    """Targets a second that `make` runs, each one program that does nothing; 0 where there is no make."""
    program = shutil.which("make")
    if program is None:
        return 0.0
    names = " ".join(f"t{number}" for number in range(count))
    with TemporaryDirectory() as folder:
        (Path(folder) / "Makefile").write_text(f"all: {names}\n{names}:\n\t@/bin/true\n.PHONY: all {names}\n")
        begun = clock.monotonic()
        subprocess.run([program, f"-j{wide}", "-C", folder, "-s"], check=True, env={"PATH": os.defpath})
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
