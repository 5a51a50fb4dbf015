"""What an answer to "why is it not running?" costs where very much waits."""

import gc
import statistics
from collections.abc import Iterator

from bench.figures import Figure
from bench.houses import installation
from boms_tui import clock
from boms_tui.__main__ import SELDOM
from boms_tui.commands.reasons import reasons
from boms_tui.model.ids import RunId
from boms_tui.model.states import RunState
from tests.runtime.house import House

TASKS = 1_000
TIMES = 21


def figures() -> Iterator[Figure]:
    """A run of 1,000 tasks of which one failed: the rest waits for it, side by side, or one behind the other."""
    gc.set_threshold(SELDOM, 10, 10)  # as in every process of BOMS
    with installation() as house:
        house.apply(fan(), chain())
        house.start_runtime(slots=2)
        runs = {name: house.order(f"bench/{name}") for name in ("fan", "chain")}
        for run in runs.values():
            house.wait_for(run, RunState.STALLED, seconds=60)
        for name, run in runs.items():
            yield from _asked(house, name, run)


def _asked(house: House, name: str, run: RunId) -> Iterator[Figure]:
    taken = []
    for _ in range(TIMES):
        begun = clock.monotonic()
        found = reasons(house.store.reader, run, clock.now())
        taken.append((clock.monotonic() - begun) * 1e3)
        assert [root.waiting for root in found.roots] == [TASKS - 1]
        assert len(found.gates) == TASKS - 1
    yield Figure(f"why on a run of {TASKS:,} tasks, {name}, p50", statistics.median(taken[1:]), "ms", 50)
    yield Figure("the same, the first time in a process", taken[0], "ms")


def fan() -> str:
    waits = "".join(f"  w{number}: {{after: [root], command: [/bin/true]}}\n" for number in range(TASKS - 1))
    return f"process: bench/fan\ntasks:\n  root: {{command: [/bin/false]}}\n{waits}"


def chain() -> str:
    waits = "".join(f"  t{n}: {{after: [t{n - 1}], command: [/bin/true]}}\n" for n in range(1, TASKS))
    return f"process: bench/chain\ntasks:\n  t0: {{command: [/bin/false]}}\n{waits}"
