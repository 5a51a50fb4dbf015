"""What the runtime needs: of the store, which `boms_tui.store.leader.Leader` is, and of the machine."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from boms_tui.model.approval import Approval
from boms_tui.model.checks import DueAfter, DueBefore
from boms_tui.model.decision import Decision, Take
from boms_tui.model.definition import Process
from boms_tui.model.facts import Fact, Strayed
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, SessionId
from boms_tui.model.lease import Lease, RawLogin, RawRequest
from boms_tui.model.output import Extent, Range, Shipment, Shipped
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Picture
from boms_tui.model.records import Attempt, Habit, Revision
from boms_tui.model.trigger import FileStart


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
        """Every run that has not ended, with all holds that are not over, and every run of `dates`."""
        ...

    def current(self) -> Sequence[Revision]:
        """The newest revision of every document."""
        ...

    def applied_since(self, moment: datetime) -> Sequence[tuple[datetime, Process]]:
        """Each definition that was in force at that moment or later of the processes applied since, oldest first."""
        ...

    def told_late(self, objects: Sequence[str]) -> Collection[str]:
        """Those of these objects that the journal has called late."""
        ...

    def documents(self, manifest: str) -> Sequence[str]:
        """The YAML texts that a content-addressed manifest lists, each proved by its hash."""
        ...

    def users(self) -> Sequence[User]:
        """Every user, with the password hash."""
        ...

    def habits(self) -> Sequence[Habit]:
        """How long the tasks of each process took in its newest runs."""
        ...

    def approvals(self) -> Sequence[Approval]:
        """What waits for a second person."""
        ...

    def request(self, request: RequestId) -> RawRequest | None:
        """A request as it lies in the store, answered or not."""
        ...

    def authors(self, process: ProcessId) -> Mapping[int, str]:
        """Who applied each revision of a process."""
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

    def dates_ordered(self, occurrences: Collection[tuple[ProcessId, str]]) -> Mapping[tuple[ProcessId, str], date]:
        """The business dates of the runs that these occurrences have ordered, each with its process."""
        ...

    def dates_ended_since(self, processes: Collection[ProcessId], moment: datetime) -> set[date]:
        """The business dates of the runs of these processes that ended at `moment` or later."""
        ...

    def newest_dates(self, processes: Collection[ProcessId]) -> set[date]:
        """The business date of the run that was ordered last of each, of those that came to something."""
        ...

    def history(self, process: ProcessId) -> Sequence[tuple[datetime, Process]]:
        """Each definition that a process had, and when it was applied, the newest first."""
        ...

    def commit(self, decision: Decision, epoch: int) -> None:
        """Write one decision whole, or nothing.

        Raises:
            DeposedError: the epoch is no longer ours.
            ConflictError: a row is not at the version the decision replaces.
        """
        ...

    def ship(self, shipments: Sequence[Shipment], epoch: int) -> None:
        """Write what is new of outputs, and what is known of them.

        Raises:
            DeposedError: the epoch is no longer ours.
        """
        ...

    def shipped(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Shipped]:
        """What the store has of these outputs; those of which it has nothing are left out."""
        ...

    def known(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Attempt]:
        """Those of these attempts that are on record."""
        ...

    def head(self, *, fresh: bool = False) -> tuple[int, str]:
        """The number and the hash of the journal's newest row, as it was last written; `fresh` asks the store."""
        ...

    def hash_of(self, sequence: int) -> str | None:
        """The hash of a row of the journal; None where there is no such row."""
        ...


@dataclass(frozen=True, slots=True)
class Spec:
    """What the executor needs to know of an attempt. Durations in seconds, `output_cap` in bytes.

    `before` and `after` are its checks with their placeholders filled. `secrets` has the reference of each value that
    it is handed by descriptor.
    """

    attempt: AttemptId
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    timeout: float | None
    output_cap: int
    grace: float = 10.0
    before: tuple[DueBefore, ...] = ()
    after: tuple[DueAfter, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)


class Printout(Protocol):
    """What one attempt has printed so far, with secrets masked. All may raise an OSError: it cannot be read now."""

    def length(self) -> int:
        """A number that changes when something is printed; costs next to nothing."""
        ...

    def extent(self, *, ended: bool) -> Extent:
        """What of it is kept by now; `ended` says that no more will come."""
        ...

    def read(self, part: Range) -> bytes:
        """The bytes of `part`, which lies within what is kept; fewer where they are not there any more."""
        ...


class Executor(Protocol):
    """What the loop needs of the machine; `boms_tui.runtime.machine.processes` is the real one."""

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

    def output(self, attempt: AttemptId) -> Printout | None:
        """The attempt's output; None where it has none, and none will come.

        Raises:
            OSError: it cannot be read now, or what to mask in it is not known yet.
        """
        ...

    def wake(self) -> None:
        """End a `poll` from another thread or a signal handler."""
        ...

    def close(self) -> None: ...


class Wish(NamedTuple):
    """A start by file; what was there before `since`, when nobody waited for it, is left alone."""

    process: ProcessId
    start: FileStart
    since: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """`places` are files that runs wait for, each with those runs; `wishes` the starts by file."""

    places: Mapping[str, frozenset[RunId]] = field(default_factory=dict)
    wishes: tuple[Wish, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places or self.wishes)


class Files(Protocol):
    """What the loop needs to know of files; `boms_tui.runtime.files.watcher` is the real one.

    Each term has one of its own, which tells everything anew: what an earlier one told may never have been committed.
    """

    def want(self, wanted: Wanted) -> None:
        """Look for these from now on."""
        ...

    def facts(self) -> Sequence[Fact]:
        """What there is to tell since the last time."""
        ...

    def take(self, take: Take) -> None:
        """Move a file that a run was ordered for."""
        ...

    def close(self) -> None: ...


class Custody(Protocol):
    """What this node keeps beside the store. `boms_tui.runtime.spool.custody` is the real one."""

    def strayed(self) -> Strayed | None:
        """Whether the store went back behind what this node has seen of it."""
        ...

    def saw(self, *, durably: bool) -> None:
        """Remember where the journal ends; without `durably`, a loss of power may forget it."""
        ...

    def close_books(self, attempt: AttemptId) -> None:
        """This one has ended, on record, and all of its output is in the store."""
        ...

    def beat(self, now: datetime) -> Sequence[Attempt]:
        """Do a little of what is to be done; the attempts found that ended on record and whose books are open."""
        ...
