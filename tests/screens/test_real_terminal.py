"""The console as a program on a real terminal, before a real runtime that fails, and a store that does not answer."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from boms_tui.model.ids import RunId
from boms_tui.model.states import RunState
from tests.runtime.house import House, wait_until
from tests.screens.real import Asked, console, house_with, let_go, requests, store_file
from tests.screens.terminal import COLUMNS, ROWS, Terminal

PROCESS = "night/stall"
AT_MOST = 3.0
"""Seconds until a stopped runtime or a lost store shows."""
DOWN = "RUNTIME DOWN since"
LOCKED = "action keys are locked"
ASKS = "No, go back"
HOLDING_EVERY_READ_LOCK = """
import fcntl, sys
with open(sys.argv[1], "r+b") as index:
    fcntl.lockf(index, fcntl.LOCK_EX, 8, 120)
    print("held", flush=True)
    sys.stdin.read()
"""
"""Takes every lock that a reader or a writer of a SQLite store in WAL mode needs, until its input ends."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_with(tmp_path, PROCESS) as house:
        yield house


def a_stalled_run(house: House) -> RunId:
    let_go(house, PROCESS)
    run = house.order(PROCESS)
    house.wait_for(run, RunState.STALLED)
    return run


def open_failed_task(terminal: Terminal) -> None:
    """From the board to the run, and there to its second task."""
    terminal.sees("stalled")
    terminal.type("\r")
    terminal.sees("TRY NOTE", "load")
    terminal.type("j", "j")
    terminal.type("\r")
    terminal.sees("Attempts", "✗ failed")


def assert_locked(terminal: Terminal) -> None:
    """The retry key opens no box; help still comes, so the key has been read."""
    terminal.sees(LOCKED)
    terminal.type("r")
    terminal.type("?")
    terminal.sees("each asks first")
    terminal.type("\x1b")
    terminal.until(lambda: "each asks first" not in terminal.text, "help to close")
    assert ASKS not in terminal.text
    assert "● LIVE" not in terminal.text


def assert_unlocked(terminal: Terminal) -> None:
    terminal.sees("● LIVE", "Retry")
    assert LOCKED not in terminal.text
    terminal.type("r")
    terminal.sees(ASKS)
    terminal.type("\x1b")
    terminal.until(lambda: ASKS not in terminal.text, "the box to close")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_runtime_that_is_gone_shows_and_locks_the_keys_until_it_is_back(house: House, number: signal.Signals) -> None:
    a_stalled_run(house)
    with console(house, "olga") as terminal:
        open_failed_task(terminal)
        assert_unlocked(terminal)
        house.kill_runtime(number)
        terminal.until(lambda: "▲" in terminal.screen.display[-2], "the badge", within=AT_MOST)
        assert any(word in terminal.screen.display[-2] for word in ("STALE", DOWN))
        assert_locked(terminal)
        terminal.sees(DOWN)
        house.start_runtime()
        assert_unlocked(terminal)


def test_a_runtime_that_is_stopped_is_down_within_three_seconds_until_it_goes_on(house: House) -> None:
    a_stalled_run(house)
    with console(house, "olga") as terminal:
        open_failed_task(terminal)
        assert_unlocked(terminal)
        assert house.runtime is not None
        house.runtime.send_signal(signal.SIGSTOP)
        terminal.until(lambda: DOWN in terminal.screen.display[-2], "the badge", within=AT_MOST)
        assert_locked(terminal)
        house.runtime.send_signal(signal.SIGCONT)
        assert_unlocked(terminal)


def test_nothing_old_is_shown_as_live_over_a_restart(house: House) -> None:
    run = house.order(PROCESS)
    with console(house, "olga") as terminal:
        terminal.sees("running")
        house.kill_runtime()
        let_go(house, PROCESS)
        terminal.sees(DOWN)
        assert "stalled" not in terminal.text
        house.spawn_runtime()
        terminal.sees("● LIVE")
        terminal.sees("stalled")
        assert house.run(run).run.state is RunState.STALLED


def test_a_store_that_is_locked_is_lost_and_comes_back(house: House) -> None:
    a_stalled_run(house)
    with console(house, "olga") as terminal:
        open_failed_task(terminal)
        index = store_file(house).with_name(store_file(house).name + "-shm")
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDING_EVERY_READ_LOCK, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        terminal.until(lambda: "▲" in terminal.screen.display[-2], "the badge", within=AT_MOST)
        terminal.sees("STORE LOST since")
        assert_locked(terminal)
        holder.communicate()
        assert_unlocked(terminal)


def test_a_request_of_a_console_that_is_killed_gets_one_verdict(house: House) -> None:
    run = a_stalled_run(house)
    with console(house, "olga") as terminal:
        open_failed_task(terminal)
        terminal.type("r")
        terminal.sees(ASKS, "starts")
        terminal.type("price file is there\r")
        assert house.runtime is not None
        house.runtime.send_signal(signal.SIGSTOP)
        terminal.type("\r")
        wait_until(lambda: requests(house, "retry"), "the request to be in the store")
        terminal.child.kill(signal.SIGKILL)
    assert requests(house, "retry") == [Asked("retry", f"{run}:load", None, None)]
    house.runtime.send_signal(signal.SIGCONT)
    wait_until(lambda: requests(house, "retry")[0].answer, "the verdict")
    wait_until(lambda: house.client.task(f"{run}:load").task.attempts == 2, "the second attempt")
    house.wait_for(run, RunState.STALLED)
    assert requests(house, "retry") == [Asked("retry", f"{run}:load", "applied", "")]


def test_it_can_be_resized_while_the_night_runs(house: House) -> None:
    run = house.order(PROCESS)
    with console(house, "olga") as terminal:
        terminal.sees("running")
        for rows, columns in ((15, 60), (8, 30), (ROWS, COLUMNS)):
            terminal.resize(rows, columns)
            terminal.sees("BOMS")
            terminal.until(lambda: "│" in terminal.screen.display[-2], "the status bar")
            assert terminal.child.isalive()
        let_go(house, PROCESS)
        terminal.sees("BOMS", "RUN", "STATE", "night", "stalled", "olga operator", "● LIVE", "? Help")
        assert terminal.screen.display[0].startswith(" BOMS ")
        assert "Help" in terminal.screen.display[-1]
        house.wait_for(run, RunState.STALLED)
        terminal.type("q")
        assert terminal.end() == 0
