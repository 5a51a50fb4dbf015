"""A machine that dies while a decision is written: after it, every decision is there whole or not at all."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from boms_tui.model.states import TaskState
from boms_tui.store import maintain
from boms_tui.store.dialects import sqlite_file
from boms_tui.store.engines import make_engine, open_store
from boms_tui.store.reader import Reader
from tests import stores
from tests.store.house import House, a_run, an_entry, next_version

PROJECT = Path(__file__).parents[2]
TASKS, DECISIONS = 10, 8
TURNS = (TaskState.READY, TaskState.WAITING)

WRITER = """
import sys
from boms_tui.store.engines import open_store
from tests.store.house import House
from tests.store.test_torn import decide
house = House(open_store(sys.argv[1], leads=True))
while True:
    decide(house, 1)
    print(house.reader.pulse().sequence, flush=True)
"""


def decide(house: House, times: int) -> None:
    """Decisions that move a run with all its tasks one version on."""
    for _ in range(times):
        picture = house.leader.picture()
        tasks = [next_version(task, state=TURNS[task.version % 2]) for task in picture.tasks]
        runs = tuple(next_version(run) for run in picture.runs)
        house.commit(runs=runs, tasks=tuple(tasks), journal=tuple(an_entry(task.ref) for task in tasks))


def decisions_in(engine: Engine) -> int:
    """How many decisions are in a store, each of them whole."""
    assert maintain.check(engine) == ()
    picture = Reader(engine).picture(a_run().id)
    (version,) = {task.version for task in picture.tasks} | {run.version for run in picture.runs}
    assert len(picture.tasks) == TASKS
    assert Reader(engine).pulse().sequence == 1 + TASKS * (version - 1)
    return version - 1


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The file of a store, and the log of its last decisions that no checkpoint has moved into it."""
    folder = tmp_path_factory.mktemp("image")
    with stores.made(stores.file, folder) as engine:
        file = sqlite_file(engine)
        assert file is not None
        house = House(engine)
        house.order(a_run(), *(f"task-{number}" for number in range(TASKS)))
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        decide(house, DECISIONS)
        base = folder / "base"
        shutil.copy(file, base)
        log = Path(f"{file}-wal").read_bytes()
        house.close()
    return base, log


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_log_that_is_cut_or_spoilt_gives_whole_decisions(
    image: tuple[Path, bytes], tmp_path: Path, data: st.DataObject
) -> None:
    base, log = image
    place = data.draw(st.integers(0, len(log) - 1))
    torn = log[:place] if data.draw(st.booleans()) else log[:place] + bytes([log[place] ^ 0x5A]) + log[place + 1 :]
    file = tmp_path / "torn.db"
    shutil.copy(base, file)
    Path(f"{file}-shm").unlink(missing_ok=True)
    Path(f"{file}-wal").write_bytes(torn)
    engine = make_engine(f"sqlite:///{file}", leads=True)
    assert 0 <= decisions_in(engine) <= DECISIONS
    engine.dispose()


def test_a_log_that_is_whole_gives_every_decision(image: tuple[Path, bytes], tmp_path: Path) -> None:
    base, log = image
    file = tmp_path / "whole.db"
    shutil.copy(base, file)
    Path(f"{file}-wal").write_bytes(log)
    engine = make_engine(f"sqlite:///{file}", leads=True)
    assert decisions_in(engine) == DECISIONS
    engine.dispose()


def test_a_leader_killed_while_it_writes_leaves_what_it_was_told_is_saved(file_engine: Engine) -> None:
    house = House(file_engine)
    house.order(a_run(), *(f"task-{number}" for number in range(TASKS)))
    url = file_engine.url.render_as_string()
    for told in (1, 4, 9):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, cwd=PROJECT
        ) as writer:
            assert writer.stdout is not None
            saved = [int(writer.stdout.readline()) for _ in range(told)]
            writer.send_signal(signal.SIGKILL)
            writer.wait(30)
        reopened = open_store(url)
        decisions_in(reopened)
        assert Reader(reopened).pulse().sequence >= saved[-1]
        reopened.dispose()
    house.close()
