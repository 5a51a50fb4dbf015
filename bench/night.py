"""W1 and W2: what the runtime itself costs, and how long a dependent waits for its turn."""

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure
from bench.limits import fdatasync, python_start, spawns
from boms_tui.model.ids import RunId
from boms_tui.model.records import Attempt
from boms_tui.model.states import RunState
from tests.runtime.house import House

WIDE = 1_000
LONG = 200
TICKS = os.sysconf("SC_CLK_TCK")


def figures() -> Iterator[Figure]:
    """W1 (fan out and in) and W2 (a chain), each beside the machine's own limits."""
    bare, start, sync = spawns(), python_start(), fdatasync()
    yield Figure("bare posix_spawn, 16 at a time", bare, "/s")
    yield Figure("an empty interpreter, start to end", start * 1e3, "ms")
    yield Figure("fdatasync of 512 bytes", sync * 1e3, "ms")
    yield from _wide(bare)
    yield from _chain()


def _wide(bare: float) -> Iterator[Figure]:
    with _house() as house:
        house.apply(fan(WIDE))
        house.start_runtime(slots=16)
        own, children = cpu(house)
        run = house.order("bench/fan")
        assert house.wait_for(run, seconds=300).run.state is RunState.SUCCEEDED
        used, spawned = (after - before for after, before in zip(cpu(house), (own, children), strict=True))
        attempts = house.store.reader.attempts(run)
        seconds = _span(attempts)
        count = len(attempts)
        rate = count / seconds
        yield Figure("W1: tasks a second, Python shim", rate, "/s", 60, ">=", f"bare spawn is {bare / rate:.1f} x")
        yield Figure("W1: CPU per task, runtime", used / count * 1e3, "ms")
        yield Figure("W1: CPU per task, shim and task", spawned / count * 1e3, "ms")
        yield Figure("W1: memory of the runtime", memory(house), "MB")


def _chain() -> Iterator[Figure]:
    with _house() as house:
        house.apply(chain(LONG))
        house.start_runtime(slots=16)
        run = house.order("bench/chain")
        assert house.wait_for(run, seconds=300).run.state is RunState.SUCCEEDED
        gaps = sorted(_gaps(house, run))
        half, most = statistics.median(gaps), gaps[int(len(gaps) * 0.99)]
        yield Figure("W2: end to the dependent's start, p50", half, "ms", 60, note="Airflow 555, ecFlow 1,000")
        yield Figure("W2: end to the dependent's start, p99", most, "ms", 150)


def fan(count: int) -> str:
    """One root, `count` tasks that do nothing, one join."""
    middle = "".join(f"  t{n}: {{after: [root], command: [/bin/true]}}\n" for n in range(count))
    names = ", ".join(f"t{n}" for n in range(count))
    join = f"  join: {{after: [{names}], command: [/bin/true]}}\n"
    return f"process: bench/fan\ntasks:\n  root: {{command: [/bin/true]}}\n{middle}{join}"


def chain(count: int) -> str:
    links = "".join(f"  t{n}: {{after: [t{n - 1}], command: [/bin/true]}}\n" for n in range(1, count))
    return f"process: bench/chain\ntasks:\n  t0: {{command: [/bin/true]}}\n{links}"


def cpu(house: House) -> tuple[float, float]:
    """Seconds of CPU that the runtime used itself, and that its reaped children did."""
    user, system, child_user, child_system = (int(_stat(house)[field]) for field in (11, 12, 13, 14))
    return (user + system) / TICKS, (child_user + child_system) / TICKS


def memory(house: House) -> float:
    """Resident memory of the runtime, in MB."""
    assert house.runtime is not None
    status = Path(f"/proc/{house.runtime.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1_024


def _stat(house: House) -> list[str]:
    assert house.runtime is not None
    return Path(f"/proc/{house.runtime.pid}/stat").read_text().rpartition(")")[2].split()


def _span(attempts: Sequence[Attempt]) -> float:
    begun = min(attempt.started_at for attempt in attempts if attempt.started_at)
    ended = max(attempt.ended_at for attempt in attempts if attempt.ended_at)
    return (ended - begun).total_seconds()


def _gaps(house: House, run: RunId) -> Iterator[float]:
    """Milliseconds from each task's end to the start of the one behind it, both by the shims' clocks."""
    attempts: dict[str, Attempt] = {attempt.task: attempt for attempt in house.store.reader.attempts(run)}
    for number in range(1, len(attempts)):
        before, after = attempts[f"t{number - 1}"], attempts[f"t{number}"]
        assert before.ended_at is not None
        assert after.started_at is not None
        yield (after.started_at - before.ended_at).total_seconds() * 1e3


@contextmanager
def _house() -> Iterator[House]:
    with TemporaryDirectory(dir=Path.cwd()) as folder, House(Path(folder)) as house:
        yield house
