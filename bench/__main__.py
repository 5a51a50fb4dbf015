"""`python -m bench [NAME...]`: measure, print the table, and write bench/results.json."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import console, crowd, night, plan, schedule, why
from bench.figures import Figure, table, write

BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {
    "night": night.figures,
    "crowd": crowd.figures,
    "schedule": schedule.figures,
    "console": console.figures,
    "why": why.figures,
    "plan": plan.figures,
}


def main(names: list[str]) -> int:
    measured: list[Figure] = []
    for name in names or BENCHES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        measured.extend(BENCHES[name]())
    print(table(measured))
    write(measured, Path(__file__).with_name("results.json"))
    return 0


sys.exit(main(sys.argv[1:]))
