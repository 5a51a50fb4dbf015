"""A real installation in a folder of its own: the store, the keys, the runtime as a process that can be killed."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from boms_tui import clock, config
from boms_tui.commands.client import Client
from boms_tui.commands.context import Context
from boms_tui.commands.init import prepare
from boms_tui.commands.out import Out
from boms_tui.commands.session import MemoryKeeper
from boms_tui.commands.wiring import Store
from boms_tui.model.ids import RunId
from boms_tui.model.records import Verdict
from boms_tui.model.states import RUN_ENDED, RunState
from boms_tui.model.views import BoardQuery, RunView
from tests.runtime.processes import processes_in, processes_naming

T = TypeVar("T")
PASSWORD = "correct horse battery"
WITNESS = Path(__file__).with_name("witness.py")


def wait_until(question: Callable[[], T], what: str, seconds: float = 30.0) -> T:
    """Ask until the answer is true; fails, saying what was waited for."""
    until, pause = clock.monotonic() + seconds, threading.Event()
    while clock.monotonic() < until:
        answer = question()
        if answer:
            return answer
        pause.wait(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


class House:
    """`with House(folder) as house:` — a prepared home; leaving it kills the runtime and every task of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = config.home(str(folder / "home"))
        self.witness = folder / "witness.log"
        self.runtime: subprocess.Popen[bytes] | None = None
        self.log = folder / "runtime.log"
        self.node = "here"

    def __enter__(self) -> Self:
        with Context(Out(), home=str(self.home.path)) as context:
            prepare(context)
        self.store = Store(self.home)
        self.store.appoint("admin", PASSWORD, ("admin",))
        self.client = Client(self.store, MemoryKeeper())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.runtime is not None:
            self.kill_runtime()
        self._kill_tasks()
        self.store.close()

    def apply(self, *texts: str) -> None:
        """Apply definitions as admin; the momentary leader decides where no runtime does."""
        self.sign_in()
        verdict = self.client.act("apply", self.store.inbox.put_documents(texts))
        assert verdict.code == "ok", verdict.reason

    def sign_in(self) -> None:
        if self.client.signed_in() is None:
            self.client.sign_in("admin", PASSWORD)

    def start_runtime(self, *, slots: int = 16, environment: Mapping[str, str] | None = None) -> None:
        """Start the daemon and wait until it leads."""
        epoch = self.store.reader.pulse().epoch
        self.spawn_runtime(slots=slots, environment=environment)
        wait_until(lambda: self.leads_since(epoch), f"a leader; the log says:\n{self.log.read_text()}")

    def spawn_runtime(self, *, slots: int = 16, environment: Mapping[str, str] | None = None) -> None:
        with self.log.open("ab") as log:
            self.runtime = subprocess.Popen(
                [sys.executable, "-m", "boms_tui", "--home", str(self.home.path), "runtime", "--node", self.node,
                 "--pool", f"local={slots}"],
                stdout=log, stderr=log, env={**os.environ, **(environment or {})},
            )  # fmt: skip

    def leads_since(self, epoch: int) -> bool:
        pulse = self.store.reader.pulse()
        return pulse.led and pulse.epoch > epoch

    def kill_runtime(self, number: signal.Signals = signal.SIGKILL) -> int:
        """End the daemon and return its exit status."""
        assert self.runtime is not None
        self.runtime.send_signal(number)
        status = self.runtime.wait(30)
        self.runtime = None
        return status

    def has_died(self) -> bool:
        return self.runtime is not None and self.runtime.poll() is not None

    def restart_runtime(self, *, slots: int = 16) -> None:
        """Kill the daemon unless it has died by itself, and start another."""
        if self.has_died():
            self.runtime = None
        else:
            self.kill_runtime()
        self.start_runtime(slots=slots)

    def bring_back(self, backup: Path) -> None:
        """Replace the store by its backup, as an administrator does while nothing leads."""
        self.store.close()
        file = self.home.embedded_file
        assert file is not None
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
        shutil.copy(backup, file)
        self.store = Store(self.home)
        self.client = Client(self.store, MemoryKeeper())

    def order(self, process: str, **parameters: str) -> RunId:
        verdict = self.act("order", process, parameters)
        assert verdict.code == "ok", verdict.reason
        return RunId(verdict.target)

    def act(self, verb: str, target: str, parameters: Mapping[str, str] | None = None) -> Verdict:
        self.sign_in()
        return self.client.act(verb, target, reason="the test says so", parameters=parameters)

    def run(self, run: RunId) -> RunView:
        return self.client.run(run)

    def states(self, run: RunId) -> dict[str, str]:
        return {name: task.state.value for name, task in self.run(run).tasks.items()}

    def wait_for(self, run: RunId, *states: RunState, seconds: float = 60.0) -> RunView:
        """Wait until a run is in one of these states; ended, where none is named."""
        wanted = set(states) or RUN_ENDED
        wait_until(
            lambda: self.store.reader.board(BoardQuery(runs=frozenset({run})))[0].run.state in wanted,
            f"{run} to be {[state.value for state in wanted]}: {self.states(run)}",
            seconds,
        )
        return self.run(run)

    def witnessed(self) -> list[tuple[str, str, str]]:
        """What the tasks themselves wrote: (attempt, pid, "start" or "end N")."""
        if not self.witness.exists():
            return []
        lines = (line.split(" ", 2) for line in self.witness.read_text().splitlines())
        return [(attempt, pid, what) for attempt, pid, what in lines]

    def witness_command(self, *arguments: object) -> str:
        """A command for a definition: the witness program with its file and how it behaves."""
        words = (sys.executable, "-I", "-S", str(WITNESS), str(self.witness), *map(str, arguments))
        return "[" + ", ".join(f'"{word}"' for word in words) + "]"

    def _kill_tasks(self) -> None:
        """End the shims of this home, which its spool is named to, and what they started, which work in its folder."""
        for pid in processes_naming(self.folder) | processes_in(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
