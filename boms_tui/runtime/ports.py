"""What the runtime needs: of the store, which `boms_tui.store.leader.Leader` is, and of the machine."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from boms_tui.model.decision import Decision
from boms_tui.model.facts import Fact
from boms_tui.model.ids import AttemptId, ProcessId, SessionId
from boms_tui.model.lease import Lease, RawLogin, RawRequest
from boms_tui.model.picture import Picture
from boms_tui.model.records import Revision, Session, User
from boms_tui.model.views import Output


class LeaderStore(Protocol):
    """The leader's side of the store. Every write proves `epoch` first; `DeposedError` where it is not ours."""

    def deployment(self) -> str: ...

    def lease(self) -> Lease: ...

    def take(self, holder: str, seen: Lease, now: datetime, pools: Mapping[str, int]) -> int | None:
        """Take the lease as it was `seen`; the new epoch, or None where somebody was faster.

        Readers are shown `pools`, or go on seeing those of the leader before where there are none.
        """
        ...

    def beat(self, epoch: int, now: datetime, planned_until: datetime | None) -> None: ...

    def give_back(self, epoch: int, now: datetime) -> None: ...

    def picture(self, dates: Collection[date] = ()) -> Picture:
        """Every run that has not ended, with the standing holds, and every run of `dates`."""
        ...

    def current(self) -> Sequence[Revision]:
        """The newest revision of every document."""
        ...

    def documents(self, manifest: str) -> Sequence[str]:
        """The YAML texts that a content-addressed manifest lists, each proved by its hash."""
        ...

    def users(self) -> Sequence[User]:
        """Every user, with the password hash."""
        ...

    def session(self, session: SessionId) -> Session | None: ...

    def is_waited_for(self) -> bool:
        """Whether a request or a sign-in waits for its answer, or may: cheap enough to be asked all the time."""
        ...

    def pending(self, limit: int) -> Sequence[RawRequest]:
        """Requests without a verdict, the oldest first."""
        ...

    def pending_logins(self, limit: int) -> Sequence[RawLogin]: ...

    def latest_number(self, process: ProcessId, business_date: date) -> int:
        """The highest run number of that process and date, 0 where there is none."""
        ...

    def commit(self, decision: Decision, epoch: int) -> None:
        """Write one decision whole, or nothing.

        Raises:
            DeposedError: the epoch is no longer ours.
            ConflictError: a row is not at the version the decision replaces.
        """
        ...

    def ship(self, outputs: Sequence[Output], epoch: int) -> None:
        """Replace the output tails of attempts."""
        ...


@dataclass(frozen=True, slots=True)
class Spec:
    """What a shim needs to know of an attempt. Durations in seconds, `output_cap` in bytes."""

    attempt: AttemptId
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    timeout: float | None
    output_cap: int
    grace: float = 10.0


class Tail(NamedTuple):
    """The end of an attempt's output. `size` is all that it printed, `dropped` what the cap cut; bytes."""

    data: bytes
    size: int
    dropped: int


class Executor(Protocol):
    """What the loop needs of the machine: processes under shims. `boms_tui.runtime.processes` is the real one."""

    def launch(self, specs: Sequence[Spec]) -> None:
        """Publish and start attempts; whatever becomes of them comes back as facts."""
        ...

    def adopt(self, attempt: AttemptId, *, ran: bool = False) -> None:
        """Find out what became of an attempt that was claimed earlier, and watch it if it lives.

        `ran` says that it is on record that its program started.
        """
        ...

    def kill(self, attempt: AttemptId, by: str) -> None: ...

    def poll(self, timeout: float) -> Sequence[Fact]:
        """Wait until something happens, at most `timeout` seconds."""
        ...

    def tail(self, attempt: AttemptId) -> Tail | None: ...

    def wake(self) -> None:
        """End a `poll` from another thread or a signal handler."""
        ...

    def close(self) -> None: ...
