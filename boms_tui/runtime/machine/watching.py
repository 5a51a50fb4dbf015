"""Watching attempts by pidfd until they are over, and telling as facts what became of them."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from boms_tui import clock
from boms_tui.model.facts import Checked, Exited, Fact, How, Lost, Started, Voided
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.identity import open_exactly, signal_group
from boms_tui.runtime.machine import checks
from boms_tui.runtime.machine.aside import Aside
from boms_tui.runtime.machine.events import Events
from boms_tui.runtime.machine.matching import Printed
from boms_tui.runtime.machine.secrets import Secrets
from boms_tui.runtime.machine.verdict import verdict
from boms_tui.runtime.spool import baggage
from boms_tui.runtime.spool.baggage import Baggage
from boms_tui.runtime.spool.found import Alive, Over, Unsupervised
from boms_tui.runtime.spool.found import Lost as Vanished
from boms_tui.runtime.spool.protocol import StartRecord
from boms_tui.runtime.spool.spool import Spool

GRACE_S = 10.0
"""From SIGTERM to SIGKILL for a program without a shim; with one, its spec says."""
_STARTED = "started\n"


@dataclass(slots=True)
class _Watch:
    """One attempt under our eyes.

    `ran` says that it is on record that its program started. `pidfd` is its shim's or, where `unsupervised`, its
    program's. A shim that is our child says on `hint` why it could not start, and must be reaped for its `status`.
    `carries` is None until somebody has to read it in the spool. `program` is who runs, once that is known, and
    `ending` says that we have begun to end it ourselves.
    """

    attempt: AttemptId
    ran: bool = False
    carries: Baggage | None = None
    pidfd: int = -1
    hint: int = -1
    unsupervised: bool = False
    status: int | None = None
    said: str = ""
    patience: float = 0.025
    program: StartRecord | None = None
    ending: bool = False


class Watching:
    """The attempts under our eyes. Everything belongs to the loop's thread."""

    def __init__(
        self, spool: Spool, events: Events, aside: Aside, secrets: Secrets, tell: Callable[[Fact], None]
    ) -> None:
        self._spool = spool
        self._events = events
        self._aside = aside
        self._secrets = secrets
        self._tell = tell
        self._watches: dict[AttemptId, _Watch] = {}

    def child(self, attempt: AttemptId, pid: int, hint: int, carries: Baggage) -> None:
        """Watch a shim that we have just started."""
        watch = self._watches[attempt] = _Watch(attempt, hint=hint, carries=carries)
        try:
            watch.pidfd = os.pidfd_open(pid)
        except OSError:
            self._look_again(watch)
        else:
            self._events.on(watch.pidfd, partial(self._shim_ended, watch))
        self._events.on(hint, partial(self._hinted, watch))

    def adopt(self, attempt: AttemptId, *, ran: bool = False) -> None:
        """Find out what became of an attempt that was claimed earlier, and watch it if it lives."""
        watch = self._watches.get(attempt)
        if watch is None:
            watch = self._watches[attempt] = _Watch(attempt, ran=ran)
            self._settle(watch)
        elif watch.ran and not ran:
            watch.ran = False
            self._tell_started(watch, self._start_record(attempt))

    def end_program(self, attempt: AttemptId, *, unreachable: bool = False) -> bool:
        """End a program whose shim cannot: it has ended itself, or is `unreachable`. Whether any was known to us."""
        watch = self._watches.get(attempt)
        if watch is None or watch.program is None:
            return False
        if watch.unsupervised or unreachable:
            self._end_program(watch, watch.program)
        return True

    def close(self) -> None:
        """Stop watching. What runs goes on."""
        for watch in self._watches.values():
            self._unwatch(watch)
        self._watches.clear()

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
            found = self._spool.adopt(watch.attempt)
        except OSError:
            self._look_again(watch)
            return
        if isinstance(found, Alive):
            self._watch_shim(watch, found.started)
        elif isinstance(found, Unsupervised):
            self._watch_program(watch, found.started)
        else:
            self._over(watch, found)

    def _watch_shim(self, watch: _Watch, started: StartRecord | None) -> None:
        """Watch a shim that is not our child; before its start is on record nobody knows its pid."""
        pidfd = open_exactly(started.shim_pid, started.shim_start_time) if started else None
        if pidfd is None:
            self._look_again(watch)
            return
        self._tell_started(watch, started)
        watch.pidfd = pidfd
        self._events.on(pidfd, partial(self._ended, watch))

    def _watch_program(self, watch: _Watch, started: StartRecord) -> None:
        pidfd = open_exactly(started.pid, started.start_time)
        if pidfd is None:
            self._look_again(watch)
            return
        self._tell_started(watch, started)
        watch.pidfd, watch.unsupervised, watch.program = pidfd, True, started
        self._events.on(pidfd, partial(self._ended, watch))
        if self._spool.at(watch.attempt).kill_requested():
            self._end_program(watch, started)

    def _end_program(self, watch: _Watch, program: StartRecord) -> None:
        """Once: asked for again, it would never come to the end of its grace."""
        if not watch.ending:
            watch.ending = True
            _signal(program, signal.SIGTERM)
            self._events.after(GRACE_S, (watch.attempt, "end"), partial(_signal, program, signal.SIGKILL))

    def _look_again(self, watch: _Watch) -> None:
        watch.patience = min(2 * watch.patience, 2.0)
        self._events.after(watch.patience, watch.attempt, partial(self._settle, watch))

    def _over(self, watch: _Watch, found: Over) -> None:
        """Tell how an attempt ended; where its program did by itself, after the checks at the end."""
        if isinstance(found, Vanished) and self._spool.at(watch.attempt).kill_requested():
            self._spool.kill_group(watch.attempt)
        fact = verdict(
            watch.attempt, found, ran=watch.ran, status=watch.status, said=watch.said.strip(),
            started=self._start_record(watch.attempt), now=clock.now(),
        )  # fmt: skip
        if isinstance(fact, Exited) and fact.how is How.EXITED:
            self._program_ended(watch, fact)
        else:
            self._tell_over(watch, fact)

    def _program_ended(self, watch: _Watch, fact: Exited) -> None:
        """Have the checks at the end made before it is told. Where nobody knows which were due, nothing is proved."""
        try:
            carries = self._carried(watch)
        except (FileNotFoundError, ValueError) as error:
            evidence = f"it ended with exit code {fact.code}, but which checks were due is not known: {error}"
            self._tell_over(watch, Lost(watch.attempt, evidence))
        except OSError:
            self._look_again(watch)
        else:
            if carries.after:
                self._check(watch, fact, carries)
            else:
                self._tell_over(watch, fact)

    def _check(self, watch: _Watch, fact: Exited, carries: Baggage) -> None:
        """Until the checks are made it is watched, so that nobody adopts it again."""
        end = checks.End(
            at=fact.ended_at,
            output=self._spool.folder(watch.attempt) / "out.log",
            printed=Printed(fact.output_bytes, fact.output_dropped, carries.output_cap),
            values=partial(self._secrets.of, watch.attempt),
        )

        def checked(verdicts: tuple[CheckVerdict, ...]) -> None:
            failpoint("checked-after")
            self._tell_over(watch, replace(fact, checks=verdicts))

        failpoint("before-checks-after")
        self._aside.do(partial(checks.after, watch.attempt, carries.after, end), checked)

    def _tell_started(self, watch: _Watch, started: StartRecord | None) -> None:
        watch.program = started or watch.program
        if started is not None and not watch.ran:
            self._tell_checked(watch)
            watch.ran = True
            self._tell(Started(watch.attempt, started.pid, started.at))

    def _tell_over(self, watch: _Watch, fact: Exited | Voided | Lost) -> None:
        del self._watches[watch.attempt]
        self._events.cancel((watch.attempt, "end"))
        self._spool.over(watch.attempt)
        if not watch.ran and not isinstance(fact, Voided):
            self._tell_checked(watch)
        self._tell(fact)

    def _tell_checked(self, watch: _Watch) -> None:
        """Tell what was found before the start, just before the fact that says that there was one."""
        try:
            checked = self._carried(watch).checked
        except (OSError, ValueError):
            return  # what became of the attempt is told all the same
        if checked:
            self._tell(Checked(watch.attempt, checked))

    def _carried(self, watch: _Watch) -> Baggage:
        """Raises:
        OSError: its spec is gone or cannot be read.
        ValueError: somebody edited it.
        """
        if watch.carries is None:
            watch.carries = baggage.read(self._spool.folder(watch.attempt))
        return watch.carries

    def _start_record(self, attempt: AttemptId) -> StartRecord | None:
        try:
            return self._spool.at(attempt).started()
        except (OSError, ValueError):
            return None

    def _unwatch(self, watch: _Watch) -> None:
        self._close_hint(watch)
        self._events.cancel(watch.attempt)
        if watch.pidfd >= 0:
            self._events.off(watch.pidfd)
            os.close(watch.pidfd)
            watch.pidfd, watch.unsupervised = -1, False

    def _close_hint(self, watch: _Watch) -> None:
        if watch.hint >= 0:
            self._events.off(watch.hint)
            os.close(watch.hint)
            watch.hint = -1


def _signal(program: StartRecord, number: signal.Signals) -> None:
    """Signal the group of a program that still is the one which was started."""
    pidfd = open_exactly(program.pid, program.start_time)
    if pidfd is not None:
        signal_group(pidfd, number)
        os.close(pidfd)
