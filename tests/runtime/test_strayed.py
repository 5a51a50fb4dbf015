"""A store that is brought back from a backup: nothing starts until an administrator says so, and nothing twice."""

import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from boms_tui.commands.client import Client
from boms_tui.commands.context import Context
from boms_tui.commands.doctor.finding import Status
from boms_tui.commands.doctor.past import store_went_back
from boms_tui.commands.out import Out
from boms_tui.commands.session import MemoryKeeper
from boms_tui.model.ids import AttemptId, TaskName
from boms_tui.model.states import RunState
from boms_tui.runtime.spool.spool import Spool
from tests.runtime.house import House, wait_until


def a_night(house: House) -> str:
    gate = house.folder / "gate"
    return (
        "process: ops/night\nowner: admin\noverlap: parallel\ntasks:\n"
        f"  a: {{command: {house.witness_command()}}}\n"
        f"  b: {{after: [a], command: {house.witness_command(f'gate={gate}')}}}\n"
        f"  c: {{after: [b], command: {house.witness_command('code=0')}}}\n"
        f"  d: {{after: [c], command: {house.witness_command('code=3')}}}\n"
    )


def folder(house: House, attempt: str) -> Path:
    return Spool(house.home.spool).folder(AttemptId(attempt))


def prune(house: House, attempt: str) -> None:
    """Have the runtime remove the folder of an attempt, as if a day had passed."""
    mark = folder(house, attempt) / "closed"
    wait_until(mark.exists, "the folder to be marked")
    os.utime(mark, (0, 0))
    house.restart_runtime()
    wait_until(lambda: not folder(house, attempt).exists(), "the folder to go")


def doctor(house: House) -> str:
    """What is wrong with the store's past; "" where nothing is."""
    with Context(Out(), home=str(house.home.path)) as context:
        (finding,) = store_went_back(context)
    assert bool(finding.next_step) == (finding.status is Status.FAIL)
    return finding.detail if finding.status is Status.FAIL else ""


def starts(house: House) -> Counter[str]:
    return Counter(attempt for attempt, _, what in house.witnessed() if what == "start")


@pytest.mark.parametrize("killed", [False, True])
def test_what_ran_after_the_backup_is_never_run_again(tmp_path: Path, *, killed: bool) -> None:
    with House(tmp_path) as house:
        house.apply(a_night(house))
        house.start_runtime()
        first = house.order("ops/night")
        wait_until(lambda: house.states(first)["b"] == "running", "b to run")
        backup = tmp_path / "backup.db"
        house.store.backup(backup)

        (house.folder / "gate").touch()
        house.wait_for(first, RunState.STALLED)
        second = house.order("ops/night")
        house.wait_for(second, RunState.STALLED)
        prune(house, f"{second}:b.1")
        house.kill_runtime()
        ran = starts(house)
        assert len(ran) == 8

        house.bring_back(backup)
        assert "is not in it" in doctor(house)
        house.start_runtime()
        if killed:
            house.restart_runtime()
        wait_until(lambda: house.states(first)["b"] == "succeeded", "the end of b to be found")
        assert house.order("ops/night") == second
        says = "older than it was"
        wait_until(lambda: any(says in gate.detail for gate in house.client.task(f"{second}:a").gates), "the hold")
        assert house.states(first)["c"] == "waiting"
        assert starts(house) == ran
        told = [row.entry for row in house.client.journal(limit=500) if row.entry.action == "stray-attempt"]
        assert {row.object for row in told} == {
            f"{first}:c.1",
            f"{first}:d.1",
            *(f"{second}:{name}.1" for name in "acd"),
        }
        assert next(row.reason for row in told if row.object == f"{first}:d.1").endswith("exited 3")
        assert sum(row.entry.action == "store-strayed" for row in house.client.journal(limit=500)) == 1

        assert "older than it was" in doctor(house)
        assert house.act("release", "/").code == "ok"
        assert doctor(house) == ""
        house.wait_for(first, RunState.STALLED)
        assert house.states(first) == {"a": "succeeded", "b": "succeeded", "c": "succeeded", "d": "failed"}
        wait_until(lambda: house.states(second)["b"] == "unknown", "b, whose folder is gone, to be unknown")
        assert "exited 0" in house.run(second).tasks[TaskName("b")].reason
        assert house.act("resolve", f"{second}:b", {"as": "ok"}).code == "ok"
        house.wait_for(second, RunState.STALLED)
        assert house.states(second) == {"a": "succeeded", "b": "forced-ok", "c": "succeeded", "d": "failed"}
        assert starts(house) == ran
        assert house.run(second).attempts[TaskName("d")].exit_code == 3

        assert house.act("retry", f"{first}:d").code == "ok"
        house.wait_for(first, RunState.STALLED)
        assert starts(house) == ran + Counter([f"{first}:d.2"])


def test_a_backup_that_is_up_to_date_is_taken_without_a_question(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.apply(a_night(house))
        (house.folder / "gate").touch()
        house.start_runtime()
        first = house.order("ops/night")
        house.wait_for(first, RunState.STALLED)
        house.kill_runtime()
        house.store.backup(tmp_path / "backup.db")
        house.bring_back(tmp_path / "backup.db")
        house.start_runtime()
        assert house.act("retry", f"{first}:d").code == "ok"
        wait_until(lambda: starts(house)[f"{first}:d.2"] == 1, "the retry")


def test_a_store_that_goes_back_under_a_leader_is_found_out_before_anything_starts(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.apply(a_night(house))
        (house.folder / "gate").touch()
        house.start_runtime()
        house.sign_in()
        backup = tmp_path / "backup.db"
        house.store.backup(backup)
        first = house.order("ops/night")
        house.wait_for(first, RunState.STALLED)
        ran = starts(house)

        file = house.home.embedded_file
        assert file is not None
        with closing(sqlite3.connect(backup)) as copy, closing(sqlite3.connect(file)) as live:
            copy.backup(live)
        house.client = Client(house.store, MemoryKeeper())
        assert house.order("ops/night") == first
        wait_until(lambda: doctor(house), "the hold")
        assert house.states(first) == dict.fromkeys("abcd", "waiting")
        assert starts(house) == ran
        assert house.act("release", "/").code == "ok"
        house.wait_for(first, RunState.STALLED)
        assert starts(house) == ran
