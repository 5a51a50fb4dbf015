"""A spool of its own, shims started by hand, and what they and their tasks leave behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from boms_tui.model.ids import AttemptId
from boms_tui.runtime.bundle import shim_command
from boms_tui.runtime.found import Alive, Ended, Found, Over, Unsupervised
from boms_tui.runtime.identity import start_time
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.protocol import ExitRecord
from boms_tui.runtime.spool import Spool
from tests.runtime.house import wait_until

WITNESS = Path(__file__).with_name("witness.py")
ATTEMPT = AttemptId("ops/one@2026-11-20.1:only.1")


def spec_for(attempt: AttemptId, argv: Sequence[object], directory: Path, **more: Any) -> Spec:
    """A spec that runs `argv`, with the environment by which the witness program knows its attempt."""
    run, _, rest = attempt.partition(":")
    task, _, number = rest.rpartition(".")
    told = {"BOMS_RUN": run, "BOMS_TASK": task, "BOMS_ATTEMPT": number}
    environment = {"PATH": "/usr/bin:/bin", **told}
    fields: dict[str, Any] = {"timeout": None, "output_cap": 1_000_000, "grace": 5.0, **more}
    return Spec(attempt, tuple(map(str, argv)), environment, str(directory), **fields)


@dataclass
class Workshop:
    """One spool in a folder of its own. `started` are the shims to clear away."""

    folder: Path
    attempt: AttemptId = ATTEMPT
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        self.command = shim_command(self.spool.root)
        self.witness = self.folder / "witness.log"

    def publish(self, *argv: object, **more: Any) -> Path:
        return self.spool.publish(spec_for(self.attempt, argv or self.witnessed_work(), self.folder, **more))

    def witnessed_work(self, *options: str) -> tuple[object, ...]:
        return (sys.executable, "-I", "-S", WITNESS, self.witness, *options)

    def shim(
        self, *before: str, environment: Mapping[str, str] | None = None, pass_fds: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a shim for the attempt, under the program `before` names."""
        command = [*before, *self.command, str(self.spool.folder(self.attempt))]
        process = subprocess.Popen(
            command, env=dict(environment or {}), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, start_new_session=True, pass_fds=pass_fds,
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *argv: object, **more: Any) -> ExitRecord:
        """Publish, let a shim live to its end, and read what it recorded."""
        self.publish(*argv, **more)
        assert finish(self.shim()) == 0
        record = self.spool.read_exit(self.attempt)
        assert record is not None
        return record

    def over(self) -> Over:
        """What is true of the attempt when nothing more will happen to it."""
        found: list[Found] = []

        def is_over() -> bool:
            found[:] = [self.spool.adopt(self.attempt)]
            return not isinstance(found[0], Alive | Unsupervised)

        wait_until(is_over, "the attempt to be over")
        assert not isinstance(found[0], Alive | Unsupervised)
        return found[0]

    def record(self) -> ExitRecord:
        found = self.over()
        assert isinstance(found, Ended), found
        return found.record

    def out(self) -> bytes:
        return (self.spool.folder(self.attempt) / "out.log").read_bytes()

    def words(self) -> list[str]:
        """What the tasks wrote to the witness file: `start`, `end N`."""
        if not self.witness.exists():
            return []
        return [line.split(" ", 2)[2] for line in self.witness.read_text().splitlines()]

    def clear_away(self) -> None:
        """End every shim and every task of this spool."""
        try:
            started = self.spool.read_started(self.attempt)
        except ValueError:
            started = None
        for pid in processes_naming(self.spool.root):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.started:
            finish(process)
        if started is not None and started.pid != os.getpid() and start_time(started.pid) == started.start_time:
            os.killpg(started.pid, signal.SIGKILL)


def processes_naming(path: Path) -> set[int]:
    """The processes whose command line names a path."""
    lines = Path("/proc").glob("[0-9]*/cmdline")
    return {int(line.parent.name) for line in lines if bytes(path) in read_if_there(line)}


def read_if_there(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def finish(process: subprocess.Popen[bytes]) -> int:
    """Wait for a shim; its exit status."""
    process.communicate(timeout=60)
    return process.returncode


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


needs_strace = pytest.mark.skipif(
    subprocess.run(["/bin/sh", "-c", "command -v strace"], capture_output=True, check=False).returncode != 0,
    reason="strace is not on this machine",
)
