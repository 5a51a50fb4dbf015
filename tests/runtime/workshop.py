"""A spool of its own, shims started by hand, and what they and their tasks leave behind."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from boms_tui.model.ids import AttemptId
from boms_tui.model.output import Range
from boms_tui.runtime.cshim import build
from boms_tui.runtime.identity import start_time
from boms_tui.runtime.machine.bundle import Kind, shim_command
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.spool.found import Alive, Ended, Found, Over, Unsupervised
from boms_tui.runtime.spool.protocol import ExitRecord
from boms_tui.runtime.spool.spool import Spool
from tests.runtime.house import wait_until
from tests.runtime.processes import processes_in, processes_naming, read_if_there

UNDER_STRACE = ("strace", "-f", "-qq", "-o", "/dev/null", "-e")
WITNESS = Path(__file__).with_name("witness.py")
ATTEMPT = AttemptId("ops/one@2026-11-20.1:only.1")


class Tail(NamedTuple):
    """The end of an output. `size` is all that was printed, `dropped` what the cap cut; bytes."""

    data: bytes
    size: int
    dropped: int


def spec_for(attempt: AttemptId, argv: Sequence[object], directory: Path, **more: Any) -> Spec:
    """A spec that runs `argv`, with the environment by which the witness program knows its attempt."""
    run, _, rest = attempt.partition(":")
    task, _, number = rest.rpartition(".")
    told = {"BOMS_RUN": run, "BOMS_TASK": task, "BOMS_ATTEMPT": number}
    environment = {"PATH": "/usr/bin:/bin", **told}
    fields: dict[str, Any] = {"timeout": None, "output_cap": 1_000_000, "grace": 5.0, **more}
    return Spec(attempt, tuple(map(str, argv)), environment, str(directory), **fields)


@cache
def shim_in_c() -> Path:
    """The shim in C as its sources are now; skips the test where there is no compiler."""
    if build.serves(build.BUILT):
        return build.BUILT
    folder = Path(tempfile.mkdtemp(prefix="boms-shim-"))
    atexit.register(shutil.rmtree, folder)
    try:
        build.compile_shim(folder / "boms-shim")
    except build.CannotBuildError as error:
        pytest.skip(str(error))
    return folder / "boms-shim"


@dataclass
class Workshop:
    """One spool in a folder of its own. `started` are the shims to clear away."""

    folder: Path
    kind: Kind = "auto"
    attempt: AttemptId = ATTEMPT
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        built = shim_in_c() if self.kind == "c" else build.BUILT
        self.command = shim_command(self.spool.root, self.kind, built=built)
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
        record = self.spool.at(self.attempt).exit_record()
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

    def tail(self, limit: int = 65_536) -> Tail | None:
        """The end of what the attempt printed; None where it has no output file."""
        output = self.spool.output(self.attempt)
        if output is None or not (self.spool.folder(self.attempt) / "out.log").exists():
            return None
        extent = output.extent(ended=self.spool.at(self.attempt).exit_record() is not None)
        end = extent.kept[1] if extent.dropped else extent.kept[0]
        return Tail(output.read(Range(max(end.start, end.end - limit), end.end)), extent.size, extent.dropped)

    def wait_for_output(self, text: bytes = b"ready") -> None:
        out = self.spool.folder(self.attempt) / "out.log"
        wait_until(lambda: text in read_if_there(out), f"the task to print {text!r}")

    def words(self) -> list[str]:
        """What the tasks wrote to the witness file: `start`, `end N`."""
        if not self.witness.exists():
            return []
        return [line.split(" ", 2)[2] for line in self.witness.read_text().splitlines()]

    def clear_away(self) -> None:
        """End every shim and every task of this spool."""
        try:
            started = self.spool.at(self.attempt).started()
        except ValueError:
            started = None
        for pid in processes_naming(self.spool.root) | processes_in(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.started:
            finish(process)
        ours = started is not None and started.pid not in {1, os.getpid()}  # killpg(1) would mean every process
        if ours and started is not None and start_time(started.pid) == started.start_time:
            os.killpg(started.pid, signal.SIGKILL)


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


both_shims = pytest.mark.parametrize("kind", ["python", "c"])
"""For tests that use `shop`, or ask for the `kind` themselves."""
needs_strace = pytest.mark.skipif(
    subprocess.run(["/bin/sh", "-c", "command -v strace"], capture_output=True, check=False).returncode != 0,
    reason="strace is not on this machine",
)
