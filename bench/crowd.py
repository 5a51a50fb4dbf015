"""A runtime with very much to wait for: what it costs while nothing of it moves."""

from collections.abc import Iterator
from threading import Event

from bench.figures import Figure
from bench.houses import installation
from bench.night import cpu, memory
from boms_tui import clock
from boms_tui.model.ids import RunId
from tests.runtime.house import House, wait_until

RUNNING = 200
WAITING = 10_000
PROCESSES = 20
CALM_S, REST_S = 3.0, 20.0


def figures() -> Iterator[Figure]:
    """10,000 waiting and 200 running tasks: memory, processor at rest, and a new leader's start over them."""
    with installation() as house:
        names = [f"crowd/p{number}" for number in range(PROCESSES)]
        house.apply(*(crowd(name) for name in names))
        house.start_runtime(slots=RUNNING)
        runs = [house.order(name) for name in names]
        wait_until(lambda: _running(house, runs) == RUNNING, f"{RUNNING} running tasks", 120)
        yield from _at_rest(house)
        begun = clock.monotonic()
        house.restart_runtime(slots=RUNNING)
        yield Figure("killed and started again over them: leads after", clock.monotonic() - begun, "s")
        assert _running(house, runs) == RUNNING


def crowd(name: str) -> str:
    """A process of which some tasks run for ever and the others wait for them."""
    live, idle = RUNNING // PROCESSES, WAITING // PROCESSES
    runs = "".join(f"  r{number}: {{command: [/bin/sleep, '3600']}}\n" for number in range(live))
    waits = "".join(f"  w{number}: {{after: [r{number % live}], command: [/bin/true]}}\n" for number in range(idle))
    return f"process: {name}\ntasks:\n{runs}{waits}"


def _at_rest(house: House) -> Iterator[Figure]:
    Event().wait(CALM_S)
    before, begun = sum(cpu(house)), clock.monotonic()
    Event().wait(REST_S)
    share = (sum(cpu(house)) - before) / (clock.monotonic() - begun) * 100
    what = f"{WAITING:,} waiting and {RUNNING} running tasks"
    yield Figure(f"memory of the runtime with {what}", memory(house), "MB", 150)
    yield Figure("the same at rest, of one core", share, "%", 1)


def _running(house: House, runs: list[RunId]) -> int:
    return sum(list(house.states(run).values()).count("running") for run in runs)
