"""What the console costs: first paint, key to paint, bytes at rest; and what an idle runtime costs."""

import os
import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bench.figures import Figure
from bench.houses import installation
from bench.night import cpu, memory
from bench.terminal import Terminal
from boms_tui import clock
from boms_tui.commands.define import read_sources
from boms_tui.commands.demo import sample_folder
from boms_tui.commands.night import Night, read_script
from tests.runtime.house import House

SIZES = ((80, 24), (160, 48))
KEYS = 60
STARTS = 5
REST_S = 60.0
"""How long the console and the runtime are watched while nothing happens, in seconds."""
DAY = date(2026, 11, 19)


def figures() -> Iterator[Figure]:
    """The console on the sample brokerage: with its night running, and at rest after it."""
    with _sample() as (house, night):
        night.order()
        for columns, rows in SIZES:
            yield from _typing(house, columns, rows)
        night.watch(limit=600, patience=120)
        for columns, rows in SIZES:
            yield from _starting(house, columns, rows)
        yield from _resting(house)


def _starting(house: House, columns: int, rows: int) -> Iterator[Figure]:
    taken = []
    for _ in range(STARTS):
        with _console(house, columns, rows) as terminal:
            taken.append(terminal.wait_for(_shows_board))
    yield Figure(f"first painted board, {columns}x{rows}, p50 of {STARTS}", statistics.median(taken), "s", 1.0)


def _typing(house: House, columns: int, rows: int) -> Iterator[Figure]:
    """Arrow keys on the board while the night runs; to the last byte of each answer."""
    taken = []
    with _console(house, columns, rows) as terminal:
        terminal.wait_for(_shows_board)
        terminal.type("\x1b")
        terminal.read(1.0)
        for number in range(KEYS):
            terminal.read_until_quiet(0.05, most=0.5)
            begun = clock.monotonic()
            terminal.type("\x1b[B" if number % 12 < 6 else "\x1b[A")
            answered = terminal.read_first(0.5)
            taken.append((answered - begun) * 1e3)
    taken.sort()
    yield Figure(f"key to paint, {columns}x{rows}, p50", statistics.median(taken), "ms")
    yield Figure(f"key to paint, {columns}x{rows}, p95", taken[int(len(taken) * 0.95)], "ms", 50)


def _resting(house: House) -> Iterator[Figure]:
    with _console(house, 80, 24) as terminal:
        terminal.wait_for(_shows_board)
        terminal.type("\x1b")
        terminal.read(3.0)
        own, children = cpu(house)
        sent = terminal.read(REST_S)
        used = cpu(house)[0] - own
        yield Figure("bytes a minute while nothing changes", sent * 60 / REST_S, "B", 2_000)
    yield Figure("idle runtime, share of a core", used / REST_S * 100, "%", 0.5, note="one console attached")
    yield Figure("idle runtime, memory", memory(house), "MB", 80)
    assert cpu(house)[1] == children, "nothing ran meanwhile"


def _shows_board(text: str) -> bool:
    return "settlement" in text and "obligations" in text


def _console(house: House, columns: int, rows: int) -> Terminal:
    return Terminal("--home", str(house.home.path), "console", columns=columns, rows=rows)


@contextmanager
def _sample() -> Iterator[tuple[House, Night]]:
    sample = sample_folder()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    with installation() as house:
        shutil.copytree(sample / "work", house.home.work, dirs_exist_ok=True)
        (house.home.work / "scale").write_text("fast\n")
        house.apply(*(source.raw.decode() for source in read_sources([sample / "definitions"])))
        house.start_runtime(environment={"PATH": path})
        yield house, Night(house.client, read_script(sample / "expected.yaml"), DAY, lambda _: None)
