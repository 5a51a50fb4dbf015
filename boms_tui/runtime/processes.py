"""The machine: starts shims, watches them by pidfd in one epoll loop, and tells as facts what became of attempts."""

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.facts import Fact, Started
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.bundle import shim_command
from boms_tui.runtime.events import Events
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.found import Alive, Unsupervised
from boms_tui.runtime.identity import open_exactly, signal_group
from boms_tui.runtime.ports import Spec, Tail
from boms_tui.runtime.protocol import StartRecord
from boms_tui.runtime.spool import AlreadyPublishedError, Spool
from boms_tui.runtime.verdict import start_failed, verdict

PUBLISHERS = 4
"""How many folders are published at a time: what they wait for is the disk, which takes several at once."""
GRACE_S = 10.0
"""From SIGTERM to SIGKILL for a program without a shim; with one, its spec says."""
OWNER_PATIENCE_S = 10.0
"""How long the runtime before us may take to leave the spool."""
_STARTED = "started\n"
_FAILPOINT = "BOMS_SHIM_FAILPOINT"


@dataclass(slots=True)
class _Watch:
    """One attempt under our eyes.

    `ran` says that it is on record that its program started. `pidfd` is its shim's or, where `unsupervised`, its
    program's. A shim that is our child says on `hint` why it could not start, and must be reaped for its `status`.
    """

    attempt: AttemptId
    ran: bool = False
    pidfd: int = -1
    hint: int = -1
    unsupervised: bool = False
    status: int | None = None
    said: str = ""
    patience: float = 0.025


class Processes:
    """The attempts of this node. Everything but `wake` belongs to the loop's thread."""

    def __init__(self, root: Path) -> None:
        self.spool = Spool(root)
        self.events = Events()
        self._command = shim_command(root)
        self._publishers = ThreadPoolExecutor(PUBLISHERS, "publish")
        self._watches: dict[AttemptId, _Watch] = {}
        self._facts: list[Fact] = []
        self._ours = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def launch(self, specs: Sequence[Spec]) -> None:
        """Publish and start attempts; whatever becomes of them comes back as facts.

        Raises:
            BomsError: another runtime owns this spool.
        """
        self._own()
        published = self._publish_all(specs)
        failpoint("published")
        for attempt in published:
            self._spawn(attempt)
        failpoint("spawned")

    def adopt(self, attempt: AttemptId, *, ran: bool = False) -> None:
        """Find out what became of an attempt that was claimed earlier, and watch it if it lives.

        With `ran`, it is on record that its program started: if its folder is gone, it is lost and not void.
        """
        self._own()
        watch = self._watches.get(attempt)
        if watch is None:
            watch = self._watches[attempt] = _Watch(attempt, ran=ran)
            self._settle(watch)
        elif watch.ran and not ran:
            watch.ran = False
            self._tell_started(watch, self._start_record(attempt))

    def kill(self, attempt: AttemptId, by: str) -> None:
        """Have an attempt's process group ended; its exit record will say how it really ended."""
        watch = self._watches.get(attempt)
        try:
            self.spool.request_kill(attempt, by)
        except FileNotFoundError:
            self.adopt(attempt)  # never published, so this makes it void
        except OSError:
            if watch is not None:
                self.events.after(1.0, ("kill", attempt), partial(self.kill, attempt, by))
        if watch is not None and watch.unsupervised:
            self._end_program(watch)

    def poll(self, timeout: float) -> Sequence[Fact]:
        """Wait until something happens, at most `timeout` seconds."""
        self.events.wait(0.0 if self._facts else timeout)
        facts, self._facts = self._facts, []
        return facts

    def tail(self, attempt: AttemptId) -> Tail | None:
        return self.spool.tail(attempt)

    def wake(self) -> None:
        self.events.wake()

    def close(self) -> None:
        """Stop watching. What runs goes on."""
        for watch in self._watches.values():
            self._unwatch(watch)
        self._watches.clear()
        self._publishers.shutdown()
        self.events.close()
        self.spool.release()

    def _own(self) -> None:
        """Be the spool's one agent before anything is started or voided in it."""
        until = clock.monotonic() + OWNER_PATIENCE_S
        while not self._ours:
            self._ours = self.spool.acquire()
            if not self._ours:
                if clock.monotonic() > until:
                    raise BomsError(f"another runtime works in {self.spool.root}", "stop it first")
                self.events.wait(0.05)

    def _publish_all(self, specs: Sequence[Spec]) -> list[AttemptId]:
        """Publish side by side, then wait once for the disk; the attempts that may be spawned now."""
        publish = self._publishers.map if len(specs) > 1 else map
        published = []
        for spec, problem in zip(specs, publish(self._publish, specs), strict=True):
            if problem is None:
                published.append(spec.attempt)
            elif isinstance(problem, AlreadyPublishedError):
                self.adopt(spec.attempt)
            else:
                self._refuse(spec.attempt, problem)
        try:
            self.spool.sync()
        except OSError as error:
            for attempt in published:
                self._refuse(attempt, error)
            return []
        return published

    def _publish(self, spec: Spec) -> Exception | None:
        try:
            self.spool.publish(spec, sync=False)
        except (AlreadyPublishedError, OSError, ValueError) as error:
            return error
        return None

    def _refuse(self, attempt: AttemptId, why: Exception) -> None:
        """An attempt for which no shim was started: make sure that none ever is."""
        with suppress(OSError):
            self.spool.cancel(attempt)
        self._facts.append(start_failed(attempt, str(why), clock.now()))

    def _spawn(self, attempt: AttemptId) -> None:
        try:
            pid, hint = self._start_shim(attempt)
        except OSError as error:
            self._refuse(attempt, error)
            return
        watch = self._watches[attempt] = _Watch(attempt, hint=hint)
        try:
            watch.pidfd = os.pidfd_open(pid)
        except OSError:
            self._look_again(watch)
        else:
            self.events.on(watch.pidfd, partial(self._shim_ended, watch))
        self.events.on(hint, partial(self._hinted, watch))

    def _start_shim(self, attempt: AttemptId) -> tuple[int, int]:
        """The pid of a new shim, and the pipe on which it will speak."""
        hint, said = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        command = (*self._command, str(self.spool.folder(attempt)))
        environment = {_FAILPOINT: os.environ[_FAILPOINT]} if _FAILPOINT in os.environ else {}
        actions = (
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, said, 2),
        )
        try:
            return os.posix_spawn(command[0], command, environment, file_actions=actions, setsid=True), hint
        except OSError:
            os.close(hint)
            raise
        finally:
            os.close(said)

    def _hinted(self, watch: _Watch) -> None:
        """Read what our shim says: first `started`, later only trouble."""
        try:
            data = os.read(watch.hint, 4_096)
        except BlockingIOError:
            return
        if not data:
            self._close_hint(watch)
            return
        watch.said = (watch.said + data.decode(errors="replace"))[-1_000:]
        if watch.said.startswith(_STARTED):
            watch.said = watch.said.removeprefix(_STARTED)
            self._tell_started(watch, self._start_record(watch.attempt))

    def _shim_ended(self, watch: _Watch) -> None:
        ended = os.waitid(os.P_PIDFD, watch.pidfd, os.WEXITED | os.WNOHANG)
        if ended is None:
            return
        watch.status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        if watch.hint >= 0:
            self._hinted(watch)
        self._ended(watch)

    def _ended(self, watch: _Watch) -> None:
        self._unwatch(watch)
        self._settle(watch)

    def _settle(self, watch: _Watch) -> None:
        """Ask the spool what is true of an attempt, and go on watching it or tell its end."""
        try:
            found = self.spool.adopt(watch.attempt)
        except OSError:
            self._look_again(watch)
            return
        if isinstance(found, Alive):
            self._watch_shim(watch, found.started)
        elif isinstance(found, Unsupervised):
            self._watch_program(watch, found.started)
        else:
            del self._watches[watch.attempt]
            self._facts.append(
                verdict(
                    watch.attempt, found, ran=watch.ran, status=watch.status, said=watch.said.strip(),
                    started=self._start_record(watch.attempt), now=clock.now(),
                )
            )  # fmt: skip

    def _watch_shim(self, watch: _Watch, started: StartRecord | None) -> None:
        """Watch a shim that is not our child; before its start is on record nobody knows its pid."""
        pidfd = open_exactly(started.shim_pid, started.shim_start_time) if started else None
        if pidfd is None:
            self._look_again(watch)
            return
        self._tell_started(watch, started)
        watch.pidfd = pidfd
        self.events.on(pidfd, partial(self._ended, watch))

    def _watch_program(self, watch: _Watch, started: StartRecord) -> None:
        pidfd = open_exactly(started.pid, started.start_time)
        if pidfd is None:
            self._look_again(watch)
            return
        self._tell_started(watch, started)
        watch.pidfd, watch.unsupervised = pidfd, True
        self.events.on(pidfd, partial(self._ended, watch))
        if self.spool.kill_requested(watch.attempt):
            self._end_program(watch)

    def _end_program(self, watch: _Watch) -> None:
        signal_group(watch.pidfd, signal.SIGTERM)
        self.events.after(GRACE_S, watch.attempt, partial(signal_group, watch.pidfd, signal.SIGKILL))

    def _look_again(self, watch: _Watch) -> None:
        watch.patience = min(2 * watch.patience, 2.0)
        self.events.after(watch.patience, watch.attempt, partial(self._settle, watch))

    def _tell_started(self, watch: _Watch, started: StartRecord | None) -> None:
        if started is not None and not watch.ran:
            watch.ran = True
            self._facts.append(Started(watch.attempt, started.pid, started.at))

    def _start_record(self, attempt: AttemptId) -> StartRecord | None:
        try:
            return self.spool.read_started(attempt)
        except (OSError, ValueError):
            return None

    def _unwatch(self, watch: _Watch) -> None:
        self._close_hint(watch)
        self.events.cancel(watch.attempt)
        if watch.pidfd >= 0:
            self.events.off(watch.pidfd)
            os.close(watch.pidfd)
            watch.pidfd, watch.unsupervised = -1, False

    def _close_hint(self, watch: _Watch) -> None:
        if watch.hint >= 0:
            self.events.off(watch.hint)
            os.close(watch.hint)
            watch.hint = -1
