"""What nothing ordered is told of by whoever leads, once, however often leaders change."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from boms_tui import clock
from boms_tui.store.types import micros
from tests.runtime.house import House, wait_until

TWO = """
process: trading/close
start: [{cron: "0 0 * * *"}]
tasks: {ring: {command: [/bin/true]}}
---
process: risk/var
start: [{process: trading/close}]
deadlines: {start_by: "00:01"}
tasks: {calc: {command: [/bin/true]}}
"""


def go_back(house: House) -> None:
    """As if the definitions were three days old, and nobody had led for two."""
    now, file = clock.now(), house.home.embedded_file
    assert file is not None
    with closing(sqlite3.connect(file)) as store, store:
        store.execute("UPDATE revision SET applied_at = ?", (micros(now - timedelta(days=3)),))
        store.execute("UPDATE lease_beat SET planned_until = ?", (micros(now - timedelta(days=2)),))


def late(house: House) -> list[str]:
    return sorted(row.entry.object for row in house.store.reader.journal() if row.entry.action == "late")


def test_what_passed_while_nobody_led_is_told_of_once(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.apply(TWO)
        go_back(house)
        house.start_runtime()
        told = wait_until(lambda: late(house), "rows about what is late")
        assert len(told) == 2
        assert all(name.startswith("risk/var@") for name in told)
        assert {str(one) for one in house.store.reader.overdue(clock.now())} <= set(told)
        house.kill_runtime()
        go_back(house)
        house.start_runtime()
        house.wait_for(house.order("risk/var"))
        assert late(house)[: len(told)] == told
        assert len(set(late(house))) == len(late(house))
        assert house.store.reader.overdue(clock.now()) == []
