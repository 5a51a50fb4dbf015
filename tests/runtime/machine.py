"""A runtime's half of the world: `Processes` on a spool of its own, and the facts it tells."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from boms_tui import clock
from boms_tui.model.facts import Exited, Fact, Lost, Started, Voided
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.machine.processes import Processes
from boms_tui.runtime.ports import Spec
from tests.runtime.workshop import ATTEMPT, Workshop, spec_for


class Machine:
    """One `Processes` at a time on one spool."""

    def __init__(self, folder: Path) -> None:
        self.shop = Workshop(folder)
        self.facts: list[Fact] = []
        self.processes = Processes(self.shop.spool.root)

    def spec(self, *argv: object, attempt: AttemptId = ATTEMPT, **more: Any) -> Spec:
        return spec_for(attempt, argv or self.shop.witnessed_work(), self.shop.folder, **more)

    def launch(self, *argv: object, **more: Any) -> None:
        self.processes.launch([self.spec(*argv, **more)])

    def restart(self) -> None:
        """As after kill -9: the watcher forgets everything."""
        self.processes.close()
        self.facts.clear()
        self.processes = Processes(self.shop.spool.root)

    def until(self, enough: Callable[[], bool], seconds: float = 30) -> None:
        until = clock.monotonic() + seconds
        while not enough():
            assert clock.monotonic() < until, f"waited in vain; told so far: {self.facts}"
            self.facts.extend(self.processes.poll(0.1))

    def wait_started(self) -> Started:
        self.until(lambda: any(isinstance(fact, Started) for fact in self.facts))
        return next(fact for fact in self.facts if isinstance(fact, Started))

    def wait_over(self, count: int = 1) -> list[Exited | Voided | Lost]:
        def over() -> list[Exited | Voided | Lost]:
            return [fact for fact in self.facts if isinstance(fact, Exited | Voided | Lost)]

        self.until(lambda: len(over()) >= count)
        return over()

    def exited(self) -> Exited:
        (fact,) = self.wait_over()
        assert isinstance(fact, Exited)
        return fact

    def kill_shim(self) -> None:
        self.signal_shim(signal.SIGKILL)

    def signal_shim(self, number: signal.Signals) -> None:
        started = self.processes.spool.at(ATTEMPT).started()
        assert started is not None
        os.kill(started.shim_pid, number)

    @property
    def gate(self) -> Path:
        return self.shop.folder / "gate"

    def gated_work(self) -> tuple[object, ...]:
        return self.shop.witnessed_work(f"gate={self.gate}", "code=7")
