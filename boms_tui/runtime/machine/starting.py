"""Starting attempts: their checks and secrets first, then their folder on disk, then their shim."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.facts import Checked, Fact
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.machine import checks
from boms_tui.runtime.machine.aside import Aside
from boms_tui.runtime.machine.bundle import shim_command
from boms_tui.runtime.machine.secrets import Secrets, handed_over, sealed
from boms_tui.runtime.machine.sources import SecretError, resolved
from boms_tui.runtime.machine.verdict import check_failed, start_failed
from boms_tui.runtime.machine.watching import Watching
from boms_tui.runtime.output.proof import proof_of
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.shim.become import SECRETS
from boms_tui.runtime.spool import baggage
from boms_tui.runtime.spool.baggage import Baggage
from boms_tui.runtime.spool.spool import AlreadyPublishedError, Spool

_FAILPOINT = "BOMS_SHIM_FAILPOINT"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What came of preparing an attempt: what its checks found and, where it was published, its secrets."""

    checked: tuple[CheckVerdict, ...]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    problem: Exception | None = None

    @property
    def may_start(self) -> bool:
        return all(verdict.passed for verdict in self.checked)


class Starting:
    """Everything belongs to the loop's thread, but for what is prepared beside it."""

    def __init__(
        self, spool: Spool, aside: Aside, secrets: Secrets, watching: Watching, tell: Callable[[Fact], None]
    ) -> None:
        self._spool = spool
        self._aside = aside
        self._secrets = secrets
        self._watching = watching
        self._tell = tell
        self._command: tuple[str, ...] = ()
        with suppress(OSError):  # a disk that takes no shim now may take it when one is needed
            self._command = shim_command(spool.root)
        self._preparing: set[AttemptId] = set()

    @property
    def command(self) -> tuple[str, ...]:
        """What starts a shim; nothing while the disk has not taken it."""
        return self._command

    def launch(self, specs: Sequence[Spec]) -> None:
        """Publish and start attempts. Those that must look at something first come when they have seen it."""
        for spec in specs:
            if _looks_first(spec):
                self._prepare(spec)
        plain = [spec for spec in specs if not _looks_first(spec)]
        published = self._publish_all(plain)
        failpoint("published")
        for spec in published:
            self._spawn(spec.attempt, baggage.of(spec))
        failpoint("spawned")

    def prepares(self, attempt: AttemptId) -> bool:
        """Whether the attempt is not published yet, and will be."""
        return attempt in self._preparing

    def give_up(self, attempt: AttemptId) -> None:
        """Do not start what is being prepared, whatever comes of that."""
        self._preparing.discard(attempt)

    def close(self) -> None:
        self._preparing.clear()

    def _publish_all(self, specs: Sequence[Spec]) -> list[Spec]:
        """Publish all, then wait once for the disk; the attempts that may be spawned now."""
        published = []
        for spec in specs:
            try:
                self._spool.publish(spec, sync=False)
            except (AlreadyPublishedError, OSError, ValueError) as problem:
                self._not_published(spec.attempt, problem)
            else:
                published.append(spec)
        try:
            self._spool.sync()
        except OSError as error:
            for spec in published:
                self._refuse(spec.attempt, error)
            return []
        return published

    def _prepare(self, spec: Spec) -> None:
        self._preparing.add(spec.attempt)
        self._aside.do(partial(self._prepared, spec), partial(self._go_on, spec))

    def _prepared(self, spec: Spec) -> _Prepared:
        """Look, and publish what may start: beside the loop, since files and key rings may be far away."""
        try:
            self._spool.must_be_new(spec)
        except (AlreadyPublishedError, OSError, ValueError) as error:
            return _Prepared((), problem=error)
        checked = checks.before(spec.attempt, spec.before)
        found = _Prepared(checked)
        if not found.may_start:
            return found
        failpoint("checked-before")
        try:
            secrets = resolved(spec.secrets)
            self._spool.publish(spec, checked, proof_of(secrets))
        except (SecretError, AlreadyPublishedError, OSError, ValueError) as error:
            return _Prepared(checked, problem=error)
        return _Prepared(checked, secrets)

    def _go_on(self, spec: Spec, prepared: _Prepared) -> None:
        """Start what was prepared; nobody asks for the rest, unless it was given up."""
        if spec.attempt not in self._preparing:
            return
        self._preparing.remove(spec.attempt)
        if not prepared.may_start:
            self._tell(check_failed(spec.attempt, prepared.checked, clock.now()))
        elif prepared.problem is not None:
            self._not_published(spec.attempt, prepared.problem, prepared.checked)
        else:
            failpoint("published")
            self._spawn(spec.attempt, baggage.of(spec, prepared.checked), prepared.secrets)
            failpoint("spawned")

    def _not_published(self, attempt: AttemptId, problem: Exception, checked: tuple[CheckVerdict, ...] = ()) -> None:
        if isinstance(problem, AlreadyPublishedError):
            self._watching.adopt(attempt)
        else:
            self._refuse(attempt, problem, checked)

    def _refuse(self, attempt: AttemptId, why: Exception, checked: tuple[CheckVerdict, ...] = ()) -> None:
        """An attempt for which no shim was started: make sure that none ever is."""
        with suppress(OSError):
            self._spool.cancel(attempt)
        if checked:
            self._tell(Checked(attempt, checked))
        self._tell(start_failed(attempt, str(why), clock.now()))

    def _spawn(self, attempt: AttemptId, carries: Baggage, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets.keep(attempt, (secrets or {}).values())
        try:
            self._command = self._command or shim_command(self._spool.root)
            pid, hint = self._start_shim(attempt, handed_over(secrets) if secrets else None)
        except (OSError, BomsError) as error:
            self._refuse(attempt, error, carries.checked)
            return
        self._watching.child(attempt, pid, hint, carries)

    def _start_shim(self, attempt: AttemptId, secrets: bytes | None) -> tuple[int, int]:
        """The pid of a new shim, and the pipe on which it will speak."""
        handed = () if secrets is None else (sealed(secrets),)
        hint, said = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        command = (*self._command, str(self._spool.folder(attempt)))
        environment = {_FAILPOINT: os.environ[_FAILPOINT]} if _FAILPOINT in os.environ else {}
        actions = (
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, said, 2),
            *((os.POSIX_SPAWN_DUP2, fd, SECRETS) for fd in handed),
        )
        try:
            return os.posix_spawn(command[0], command, environment, file_actions=actions, setsid=True), hint
        except OSError:
            os.close(hint)
            raise
        finally:
            for fd in (said, *handed):
                os.close(fd)


def _looks_first(spec: Spec) -> bool:
    return bool(spec.before or spec.secrets)
