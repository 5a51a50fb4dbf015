"""The installation that the campaigns torture: a `House` whose runtime starts under other programs and is timed."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from boms_tui import clock
from boms_tui.commands.verdicts import PendingError
from boms_tui.model.ids import AttemptId, RequestId, RunId
from boms_tui.model.records import SealedEntry, Verdict
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.views import BoardQuery
from boms_tui.runtime.cshim import build
from boms_tui.runtime.spool.protocol import StartRecord
from boms_tui.runtime.spool.spool import Spool
from tests.chaos.judge import Evidence, Finding, Kind, judge, words_of
from tests.chaos.night import Night
from tests.runtime.house import WITNESS, House, wait_until
from tests.runtime.processes import read_if_there

PATIENCE_S = 300.0
"""How long a request may lie where each runtime is killed as soon as it leads, and the machine has other work."""
_MAKING = threading.Lock()
"""Migrations speak through a global of their library: one house is made at a time."""
ROOT = Path(__file__).parents[2]
"""The folder that holds the package and its tests."""


class Rig(House):
    """`night` is what is ordered, `slots` how many tasks run beside one another, `environment` each daemon's."""

    def __init__(
        self, folder: Path, night: Night, *, slots: int = 8, environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(folder)
        self.night = night
        self.slots = slots
        self.environment = dict(environment or {})
        self.package = ROOT
        self.ordered: list[RunId] = []
        self._claimed: set[AttemptId] = set()

    def __enter__(self) -> Self:
        with _MAKING:
            return super().__enter__()

    def apply_night(self) -> None:
        self.apply(*self.night.texts(self.witness_words))

    def witness_words(self, *arguments: object) -> list[str]:
        return [sys.executable, "-I", "-S", str(WITNESS), str(self.witness), *map(str, arguments)]

    def begin(self, *before: str, failpoint: str = "") -> None:
        """Start the daemon, under the program `before` names, and do not wait for anything."""
        self.runtime = self.another(*before, failpoint=failpoint)

    def another(self, *before: str, failpoint: str = "") -> subprocess.Popen[bytes]:
        """One more daemon on this home, which the rig does not look after."""
        variables = {**os.environ, "PYTHONPATH": str(self.package), **self.environment}
        if failpoint:
            variables["BOMS_FAILPOINT"] = failpoint
        command = [
            *before, sys.executable, "-m", "boms_tui", "--home", str(self.home.path), "runtime", "--node", "here",
            "--pool", f"local={self.slots}",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=variables, cwd=self.package)

    def lead(self, *before: str, failpoint: str = "") -> float:
        """Start the daemon and wait until it leads and watches whatever lives; the seconds that took."""
        epoch, live, since = self.store.reader.pulse().epoch, self.shims(), clock.monotonic()
        self.begin(*before, failpoint=failpoint)
        wait_until(lambda: self.has_died() or self.leads_since(epoch), "a leader", 60)
        wait_until(lambda: self.has_died() or {pid for pid in live if lives(pid)} <= self.watched(), "adoption", 60)
        return clock.monotonic() - since

    def order_night(self) -> RunId:
        processes = self.night.processes
        process = processes[len(self.ordered) % len(processes)]
        try:
            verdict = self.act("order", process)
        except PendingError as pending:
            verdict = self._answer(pending)
        assert verdict.code == "ok", verdict.reason
        self.ordered.append(RunId(verdict.target))
        return self.ordered[-1]

    def _answer(self, pending: PendingError) -> Verdict:
        """What became of a request that nobody answered in time."""
        assert pending.answer is not None
        request = RequestId(str(pending.answer["request"]))
        verdict = wait_until(lambda: self.store.reader.verdict(request), f"an answer to {request}", PATIENCE_S)
        assert verdict is not None
        return verdict

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Order one night from a thread of its own, which has its answer when the block is left."""
        with ThreadPoolExecutor(1, "order") as thread:
            order = thread.submit(self.order_night)
            yield
            order.result(PATIENCE_S)

    def shims(self) -> frozenset[int]:
        """The shims that live and have decided to start, as the decisions themselves name them."""
        folders = set(_folders_worked_in(self.home.spool))
        records = (_shim_of(folder / "decision") for folder in folders)
        return frozenset(pid for pid in records if pid is not None and lives(pid))

    def watched(self) -> frozenset[int]:
        """The processes for which the runtime holds a pidfd, as the kernel says."""
        if self.runtime is None:
            return frozenset()
        return frozenset(_pidfds(self.runtime.pid))

    def open_runs(self) -> int:
        return sum(row.run.state not in RUN_ENDED for row in self.store.reader.board(BoardQuery()))

    def wait_quiet(self, seconds: float = 120.0) -> None:
        """Wait until every run that was ordered has ended."""
        wait_until(lambda: self.open_runs() == 0, "every run to end", seconds)

    def kept_folder(self, attempt: AttemptId) -> Path:
        return Spool(self.home.spool).folder(attempt)

    def evidence(self) -> Evidence:
        """All that is known. The witness is read first: what it says must be in the store already."""
        words, reader = words_of(self.witnessed()), self.store.reader
        runs = {row.run.id: row.run.state for row in reader.board(BoardQuery())}
        attempts = {attempt.id: attempt for run in runs for attempt in reader.attempts(run)}
        tasks = {task.ref: task.state for run in runs for task in self.run(run).tasks.values()}
        journal: list[SealedEntry] = []
        while page := reader.journal(after=len(journal), limit=5_000):
            journal.extend(page)
        return Evidence(words, attempts, tasks, runs, journal, reader.deployment(), reader.pulse().sequence)

    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong, by the promises and by what the night's definition says."""
        evidence = self.evidence()
        strange = (
            finding
            for run in self.ordered
            for finding in self.night.unexpected(
                run,
                {name: task.state for name, task in self.run(run).tasks.items()},
                (attempt for attempt in evidence.attempts.values() if attempt.run == run),
            )
        )
        unanswered = (Finding(Kind.LOST, f"{run} was ordered") for run in {*self.ordered} - evidence.runs.keys())
        unasked = (Finding(Kind.DOUBLED, f"nobody ordered {run}") for run in evidence.runs.keys() - {*self.ordered})
        return (*judge(evidence), *strange, *unanswered, *unasked)

    def unclaimed(self) -> tuple[str, ...]:
        """What runs, by its own word, and no row of the store claims; may be asked while nobody leads."""
        new = {word.attempt for word in words_of(self.witnessed())} - self._claimed
        for run in {name.partition(":")[0] for name in new}:
            self._claimed |= {attempt.id for attempt in self.store.reader.attempts(RunId(run))}
        return tuple(sorted(new - self._claimed))


@contextmanager
def ordering(rig: Rig, at_once: int) -> Iterator[None]:
    """Keep `at_once` nights open from a thread of its own, whatever happens to the runtime, until the block ends.

    Each request is answered in its time or the block ends with the error: a runtime that dies loses none.
    """
    enough = threading.Event()

    def work() -> None:
        while not enough.wait(0.05):
            if rig.open_runs() < at_once:
                rig.order_night()

    with ThreadPoolExecutor(1, "orders") as thread:
        orders = thread.submit(work)
        try:
            yield
        finally:
            enough.set()
        orders.result(PATIENCE_S)


def shims() -> Iterator[str]:
    """The kinds of shim that this machine has."""
    yield "python"
    if build.serves(build.BUILT):
        yield "c"


def pause(chance: random.Random, longest: float) -> None:
    """Let a random moment of at most `longest` seconds pass: what is to be hit is any moment, not a state."""
    threading.Event().wait(chance.uniform(0, longest))


def lives(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.wait(30)


def _folders_worked_in(spool: Path) -> Iterator[Path]:
    """The attempts' folders that a living process has as its last argument, as every shim does."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        *_, last = [b"", *filter(None, read_if_there(line).split(b"\0"))]
        folder = Path(os.fsdecode(last))
        if folder.parent == spool:
            yield folder


def _shim_of(decision: Path) -> int | None:
    try:
        return StartRecord.decode(decision.read_bytes()).shim_pid
    except (OSError, ValueError):
        return None


def _pidfds(pid: int) -> Iterator[int]:
    for info in Path(f"/proc/{pid}/fdinfo").glob("*"):
        with suppress(OSError):
            for line in info.read_text().splitlines():
                if line.startswith("Pid:"):
                    yield int(line.split()[1])
