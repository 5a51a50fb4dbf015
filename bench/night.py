"""W1 and W2: what the runtime itself costs, and how long a dependent waits for its turn."""

import os
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.houses import installation
from bench.limits import fdatasync, make, python_start, spawns
from boms_tui.model.ids import RunId
from boms_tui.model.records import Attempt
from boms_tui.model.states import RunState
from tests.runtime.house import House, wait_until

WIDE = 1_000
LONG = 200
ASLEEP = 20
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Shim:
    """One of the two shims and the figures it is held to; None where it only informs."""

    kind: str
    name: str
    rate: float
    cpu_ms: float | None
    half_ms: float
    most_ms: float
    private_kib: float | None

    @property
    def chosen(self) -> dict[str, str]:
        return {"BOMS_SHIM": self.kind}


SHIMS = (
    Shim("c", "C shim", rate=300, cpu_ms=3, half_ms=15, most_ms=50, private_kib=200),
    Shim("python", "Python shim", rate=60, cpu_ms=None, half_ms=60, most_ms=150, private_kib=None),
)


def figures() -> Iterator[Figure]:
    """W1 (fan out and in) and W2 (a chain) under each shim, beside the machine's own limits."""
    bare, made, start, sync = spawns(), make(), python_start(), fdatasync()
    yield Figure("bare posix_spawn, 16 at a time", bare, "/s")
    yield Figure("make -j16", made, "/s")
    yield Figure("an empty interpreter, start to end", start * 1e3, "ms")
    yield Figure("fdatasync of 512 bytes", sync * 1e3, "ms")
    for shim in SHIMS:
        yield from _wide(shim, bare, made)
        yield from _chain(shim)
        yield from _memory_of_shims(shim)


def _wide(shim: Shim, bare: float, made: float) -> Iterator[Figure]:
    with installation() as house:
        house.apply(fan(WIDE))
        house.start_runtime(slots=16, environment=shim.chosen)
        own, children = cpu(house)
        run = house.order("bench/fan")
        assert house.wait_for(run, seconds=300).run.state is RunState.SUCCEEDED
        used, spawned = (after - before for after, before in zip(cpu(house), (own, children), strict=True))
        attempts = house.store.reader.attempts(run)
        count, seconds = len(attempts), _span(attempts)
        rate, each = count / seconds, (used + spawned) / count * 1e3
        note = f"make is {made / rate:.1f} x, bare spawn {bare / rate:.1f} x"
        least = min(shim.rate, made / 5) if made else shim.rate
        yield Figure(f"W1: tasks a second, {shim.name}", rate, "/s", round(least), ">=", note)
        yield Figure(f"W1: CPU per task in all, {shim.name}", each, "ms", shim.cpu_ms)
        yield Figure(f"W1: CPU per task of the runtime alone, {shim.name}", used / count * 1e3, "ms")
        yield Figure(f"W1: memory of the runtime, {shim.name}", memory(house), "MB")


def _chain(shim: Shim) -> Iterator[Figure]:
    with installation() as house:
        house.apply(chain(LONG))
        house.start_runtime(slots=16, environment=shim.chosen)
        run = house.order("bench/chain")
        assert house.wait_for(run, seconds=300).run.state is RunState.SUCCEEDED
        gaps = sorted(_gaps(house, run))
        half, most = statistics.median(gaps), gaps[int(len(gaps) * 0.99)]
        yield Figure(f"W2: end to the dependent's start, p50, {shim.name}", half, "ms", shim.half_ms,
                     note="Airflow 555, ecFlow 1,000")  # fmt: skip
        yield Figure(f"W2: end to the dependent's start, p99, {shim.name}", most, "ms", shim.most_ms)


def _memory_of_shims(shim: Shim) -> Iterator[Figure]:
    """What the shims of tasks that run have for themselves, page by page."""
    with installation() as house:
        house.apply(sleepers(ASLEEP))
        house.start_runtime(slots=ASLEEP, environment=shim.chosen)
        run = house.order("bench/sleepers")
        wait_until(lambda: set(house.states(run).values()) == {"running"}, "every task to run", 60)
        private = [own for own in map(_private_of, _shims_of(house)) if own]
        assert len(private) == ASLEEP
        yield Figure(f"private memory of a running task's shim, {shim.name}", statistics.median(private), "KiB",
                     shim.private_kib)  # fmt: skip


def fan(count: int) -> str:
    """One root, `count` tasks that do nothing, one join."""
    middle = "".join(f"  t{n}: {{after: [root], command: [/bin/true]}}\n" for n in range(count))
    names = ", ".join(f"t{n}" for n in range(count))
    join = f"  join: {{after: [{names}], command: [/bin/true]}}\n"
    return f"process: bench/fan\ntasks:\n  root: {{command: [/bin/true]}}\n{middle}{join}"


def chain(count: int) -> str:
    links = "".join(f"  t{n}: {{after: [t{n - 1}], command: [/bin/true]}}\n" for n in range(1, count))
    return f"process: bench/chain\ntasks:\n  t0: {{command: [/bin/true]}}\n{links}"


def sleepers(count: int) -> str:
    tasks = "".join(f"  t{number}: {{command: [/bin/sleep, '600']}}\n" for number in range(count))
    return f"process: bench/sleepers\ntasks:\n{tasks}"


def cpu(house: House) -> tuple[float, float]:
    """Seconds of CPU that the runtime used itself, and that its reaped children did."""
    user, system, child_user, child_system = (int(_stat(house)[field]) for field in (11, 12, 13, 14))
    return (user + system) / TICKS, (child_user + child_system) / TICKS


def memory(house: House) -> float:
    """Resident memory of the runtime, in MB."""
    assert house.runtime is not None
    status = Path(f"/proc/{house.runtime.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1_024


def _shims_of(house: House) -> Iterator[int]:
    """The children of the runtime, each of which is a shim."""
    assert house.runtime is not None
    for children in Path(f"/proc/{house.runtime.pid}/task").glob("*/children"):
        yield from map(int, children.read_text().split())


def _private_of(pid: int) -> int:
    """KiB that no other process shares."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in rollup if line.startswith("Private_"))


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
