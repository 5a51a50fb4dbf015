"""The console on a real pseudo-terminal: what it writes, what ends it, and what it leaves behind."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from boms_tui import clock
from tests.screens.terminal import ROOT, Terminal

RESTORED = b"\x1b[?1049l"


def console(log: Path, mode: str = "board", **environment: str) -> Terminal:
    """The console on the fake night."""
    return Terminal("tests.screens.on_a_terminal", str(log), mode, **environment)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "console.log"


def test_at_rest_it_writes_next_to_nothing(log: Path) -> None:
    terminal = console(log)
    terminal.sees("needs a person")
    terminal.read(1.5)
    assert len(terminal.read(6)) <= 200
    terminal.child.send("q")
    assert terminal.end() == 0
    assert RESTORED in terminal.written


def test_a_run_in_which_something_runs_writes_next_to_nothing_at_rest(log: Path) -> None:
    terminal = console(log)
    terminal.sees("needs a person")
    terminal.type("/", "process:risk/var")
    terminal.sees("filter: process:risk/var")
    terminal.type("\r")
    terminal.read(1)
    terminal.type("\r")
    terminal.sees("▶ reprice-fo")
    terminal.read(1.5)
    assert len(terminal.read(6)) <= 200
    terminal.type("q", "q")
    assert terminal.end() == 0


def test_a_key_is_answered_with_few_bytes(log: Path) -> None:
    terminal = console(log)
    terminal.sees("needs a person")
    terminal.read(1)
    terminal.child.send("j")
    answer = terminal.read(1)
    assert 0 < len(answer) < 2_000
    terminal.child.send("q")
    assert terminal.end() == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_the_terminal_whole(log: Path, number: signal.Signals, status: int) -> None:
    terminal = console(log)
    terminal.sees("needs a person")
    terminal.child.kill(number)
    assert terminal.end() == status
    assert RESTORED in terminal.written
    assert b"\x1b[?25h" in terminal.written
    assert b"\x1b[?1000l" in terminal.written


def test_a_lost_connection_ends_it(log: Path) -> None:
    terminal = console(log)
    terminal.sees("needs a person")
    terminal.hang_up()
    until = clock.monotonic() + 15
    while terminal.child.isalive() and clock.monotonic() < until:
        Event().wait(0.05)
    assert not terminal.child.isalive()


def test_a_crash_shows_no_variable_and_ends_with_a_status(log: Path) -> None:
    terminal = console(log, "broken")
    assert terminal.end() == 1
    assert b"canary-of-the-crash" not in terminal.written
    assert b"the console failed; see " in terminal.written
    trace = log.read_text(encoding="utf-8")
    assert "Traceback" in trace
    assert "secret =" not in trace


@pytest.mark.parametrize(
    ("environment", "sees"),
    [
        ({"TERM": "xterm"}, "needs a person"),
        ({"NO_COLOR": "1"}, "needs a person"),
        ({"TEXTUAL_PRESS": "q", "TEXTUAL_DRIVER": "no.such:Driver"}, "needs a person"),
    ],
)
def test_it_works_on_plain_terminals_and_ignores_textuals_switches(
    log: Path, environment: dict[str, str], sees: str
) -> None:
    terminal = console(log, **environment)
    terminal.sees(sees)
    if "NO_COLOR" in environment:
        assert b"38;2;" not in terminal.written
        assert b"38;5;" not in terminal.written
    terminal.child.send("q")
    assert terminal.end() == 0


def test_a_size_in_the_environment_does_not_keep_it_from_following_the_terminal(log: Path) -> None:
    terminal = console(log, COLUMNS="80", LINES="24")
    terminal.sees("needs a person")
    terminal.resize(15, 60)
    terminal.until(lambda: terminal.screen.display[-1].startswith(" / Filter"), "the footer in the last row")
    terminal.sees("BOMS")
    terminal.child.send("q")
    assert terminal.end() == 0


def test_a_dumb_terminal_is_refused(log: Path) -> None:
    terminal = console(log, TERM="dumb")
    assert terminal.end() == 2
    assert b"the console needs a terminal that can move its cursor" in terminal.written


def test_no_terminal_is_refused(log: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.screens.on_a_terminal", str(log), "board"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr == "the console needs a terminal: use `boms runs` and the like where there is none\n"


def test_the_start_imports_nothing_heavy() -> None:
    program = (
        "import sys, boms_tui.screens.app, boms_tui.screens.main;"
        "print(sorted({'pydantic', 'networkx', 'sqlalchemy', 'nacl', 'alembic', 'argon2', 'yaml'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, text=True)
    assert ended.stdout.strip() == "[]"


def test_the_sign_in_box_is_in_the_first_picture(log: Path) -> None:
    terminal = console(log, "sign-in")
    terminal.sees("Sample accounts")
    terminal.sees("needs a person")
    terminal.child.send("3")
    terminal.sees("supervisor supervisor")
    terminal.child.send("q")
    assert terminal.end() == 0
