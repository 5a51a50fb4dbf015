"""What the runtime needs of the store. `boms_tui.store.leader.Leader` is the one implementation."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from boms_tui.model.decision import Decision
from boms_tui.model.ids import ProcessId, SessionId
from boms_tui.model.lease import Lease, RawLogin, RawRequest
from boms_tui.model.picture import Picture
from boms_tui.model.records import Revision, Session, User
from boms_tui.model.views import Output


class LeaderStore(Protocol):
    """The leader's side of the store. Every write proves `epoch` first and raises `DeposedError` where it is not ours."""

    def deployment(self) -> str: ...

    def lease(self) -> Lease: ...

    def take(self, holder: str, seen: Lease, now: datetime) -> int | None:
        """Take the lease as it was `seen`; the new epoch, or None where somebody was faster."""
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
