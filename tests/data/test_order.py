"""Nothing in the sample reads a table or a file before all that fills it has run: the definitions say so, not luck."""

import re
from collections.abc import Iterator
from functools import cache

from tests.data.night import Step, steps
from tests.data.sample import DATA

BIN, SQL = DATA / "work/bin", DATA / "work/sql"
QUERIES = {"run_sql": "steps", "check": "checks", "report": "reports"}
"""Where a program finds the query that its first argument names."""
FILLS = re.compile(r"INSERT INTO (\w+)|replace\(warehouse, \"([\w/.-]+)\"")
READS = re.compile(r"(?<!DELETE )(?:FROM|JOIN) (\w+)|path = '([\w/.-]+)'")
EACH_ITS_OWN_ROW = {"report"}
VIEWS = {"trade": {"booked_trade", "modification"}}
YESTERDAYS = {("trading/positions:carry-positions", "position")} | {
    ("risk/intraday:measure-exposure", table) for table in ("position", "instrument", "client")
}
"""What is read of a business date before: the first process of the night waits for it, by day it is long there."""
STEPS = steps()


def test_whatever_fills_a_table_or_a_file_runs_before_its_readers() -> None:
    fills = {ref: _named(FILLS, step) for ref, step in STEPS.items()}
    filled = {name for names in fills.values() for name in names}
    assert {"trade_break", "netted", "contract_note", "booked_trade", "bank/payouts.txt"} <= filled
    early = [
        f"{ref} reads {name} but does not wait for {filler}"
        for ref, step in STEPS.items()
        for name in _named(READS, step)
        for filler in sorted(STEPS)
        if name in fills[filler] and filler not in {ref, *_before(ref)} and (ref, name) not in YESTERDAYS
    ]
    assert early == []


@cache
def _before(ref: str) -> frozenset[str]:
    return frozenset().union(*({before, *_before(before)} for before in STEPS[ref].after))


def _named(pattern: re.Pattern[str], step: Step) -> set[str]:
    found = {match[match.lastindex or 0] for text in _texts(step) for match in pattern.finditer(text)}
    return {table for name in found for table in VIEWS.get(name, {name})} - EACH_ITS_OWN_ROW


def _texts(step: Step) -> Iterator[str]:
    """What a step's program says to the warehouse: its source, and the query and the files that it is given or names."""
    if not step.argv:
        return
    program = (BIN / step.argv[1].rpartition("/")[2]).with_suffix(".py")
    source = program.read_text(encoding="utf-8")
    yield source
    given = step.argv[2].rpartition("/")[2].partition(".")[0]
    if program.stem in QUERIES:
        yield (SQL / QUERIES[program.stem] / f"{given}.sql").read_text(encoding="utf-8")
    for query in SQL.glob("*/*.sql"):
        if f'"{query.name}"' in source:
            yield query.read_text(encoding="utf-8")
    if program.stem == "report":
        yield f'replace(warehouse, "{step.argv[2]}"'
    if program.stem in {"verify", "transmit"}:
        yield "".join(f"path = '{word}'" for word in step.argv)
    if program.stem == "load":
        feeds = (BIN / "brokerage/feeds.py").read_text(encoding="utf-8")
        for _, table in re.findall(rf'"{given}": Feed\(\s*"([^"]*)", "(\w+)"', feeds):
            yield f"INSERT INTO {table}"
