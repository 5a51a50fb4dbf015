"""The daemon's life: become the leader, lead, and leave the tasks running when told to stop."""

import gc
import signal
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import FrameType
from typing import Protocol

from boms_tui import clock
from boms_tui.config import Home
from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.model.decision import Decision
from boms_tui.model.facts import LookedAway
from boms_tui.model.lease import ConflictError, DeposedError, Lease
from boms_tui.model.overdue import Lookout
from boms_tui.model.people import User
from boms_tui.model.records import Entry
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.timetable import Timetable, eras_of
from boms_tui.runtime import logs
from boms_tui.runtime.anchoring import KeptAnchors
from boms_tui.runtime.dates import Dates
from boms_tui.runtime.files.wanted import Wants
from boms_tui.runtime.leading import POLL_S, Term
from boms_tui.runtime.machine.no_machine import NoCustody, NoFiles, NoMachine
from boms_tui.runtime.observed import Observed
from boms_tui.runtime.output.shipping import Shipping
from boms_tui.runtime.people.authority import Authority
from boms_tui.runtime.people.inbox import InboxReader
from boms_tui.runtime.people.keys import Keyring
from boms_tui.runtime.people.passwords import weakness
from boms_tui.runtime.ports import Custody, Executor, Files, LeaderStore

TTL = timedelta(seconds=10)
DEPOSED = 75


class Lock(Protocol):
    """The exclusive lock beside an embedded store; it dies with its holder."""

    def acquire(self, holder: str) -> bool: ...

    def release(self) -> None: ...

    def holder(self) -> str: ...


class Daemon:
    """One runtime. `lock` guards an embedded store and is None for a shared one, where the lease's beats decide."""

    def __init__(
        self, store: LeaderStore, home: Home, *, node: str, pools: Mapping[str, int], lock: Lock | None
    ) -> None:
        self._store = store
        self._home = home
        self._node = node
        self._pools = pools
        self._lock = lock
        self._term: Term | None = None
        self._stopped = False
        self._executor: Executor | None = None
        self._custody: Custody = NoCustody()
        self._watch: Callable[[], Files] = NoFiles
        self._observed = Observed()

    def run(self) -> int:
        """Lead until SIGTERM, then give the lease back; 0, or 75 when another runtime took over."""
        from boms_tui.runtime.files.watcher import Watcher
        from boms_tui.runtime.machine.processes import Processes
        from boms_tui.runtime.spool.custody import SpoolCustody

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with Processes(self._home.spool) as executor:
            self._executor = executor
            self._custody = SpoolCustody(executor.spool, self._store, executor.shim)
            self._watch = lambda: Watcher(str(self._home.work), executor.wake)
            try:
                return self._lead_when_free(executor)
            finally:
                self._executor = None

    def answer_inbox(self) -> bool:
        """Lead for a moment to answer what people ask, and start nothing; False where somebody else leads."""
        epoch = self._take()
        if epoch is None:
            return False
        try:
            machine = NoMachine()
            term = self._new_term(machine, epoch, dict.fromkeys(self._pools_defined(), 0))
            term.follow([LookedAway()], clock.now())
            while term.answer(clock.now()) or term.inbox.busy:
                if term.inbox.busy:
                    machine.poll(POLL_S)
            term.inbox.close()
        finally:
            self._give_back(epoch)
        return True

    def appoint(self, name: str, password: str, roles: tuple[str, ...]) -> None:
        """Make a user without being asked by one; for `init` and the demo.

        Raises:
            BomsError: the password is too weak, the name is taken, or a runtime leads.
        """
        weak = weakness(password, name)
        if weak:
            raise BomsError(weak, "choose another password")
        if any(user.name == name for user in self._store.users()):
            raise BomsError(f"there is a user {name} already", "use boms users to change accounts")
        epoch = self._take()
        if epoch is None:
            raise BomsError("a runtime leads this store", "ask an admin for an account: boms users add")
        now = clock.now()
        hashed = Authority(Keyring.load(self._home.keys), self._store).hash(password)
        try:
            self._store.commit(
                Decision(
                    users=(User(name, roles, now, password_hash=hashed),),
                    journal=(Entry(now, "init", "user-add", f"user {name}", after=",".join(roles)),),
                ),
                epoch,
            )
        finally:
            self._give_back(epoch)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped = True
        if self._term is not None:
            self._term.stopping = True
        if self._executor is not None:
            self._executor.wake()

    def _lead_when_free(self, executor: Executor) -> int:
        said = ""
        while not self._stopped:
            epoch, why = self._take_or_say_why()
            if epoch is None:
                if why != said:
                    logs.say(f"waiting: {why}", node=self._node)
                said = why
                executor.poll(1.0)
                continue
            try:
                self._lead_through_outages(executor, epoch)
            except DeposedError:
                logs.warn("another runtime leads; stopping", epoch=epoch)
                return DEPOSED
            finally:
                self._give_back(epoch)
        return 0

    def _lead_through_outages(self, executor: Executor, epoch: int) -> None:
        """Lead, and start afresh from what is durable each time the store has been away."""
        while not self._stopped:
            try:
                self._lead(executor, epoch)
            except NoAnswerError as error:
                logs.warn("the store is away; tasks go on", why=error.title)
                executor.poll(1.0)
            except ConflictError:
                if self._custody.strayed() is None:
                    raise
                logs.warn("the store went back in time; starting afresh from what it has", epoch=epoch)

    def _lead(self, executor: Executor, epoch: int) -> None:
        self._term = self._new_term(executor, epoch, self._pools)
        logs.say("leading", node=self._node, epoch=epoch, pools=dict(self._pools), runs=len(self._term.snapshot.runs))
        self._term.stopping = self._stopped
        gc.freeze()  # modules and definitions stay for good: no look for garbage need pass them again
        try:
            self._term.lead()
        finally:
            self._term.inbox.close()
            self._term.files.close()
            self._term = None
            logs.say("stopped leading; tasks go on", epoch=epoch)

    def _new_term(self, executor: Executor, epoch: int, pools: Mapping[str, int]) -> Term:
        from boms_tui.model.definitions import catalogue_of

        store, now = self._store, clock.now()
        current = tuple(store.current())
        catalogue = catalogue_of(current)
        snapshot = Snapshot.of(
            catalogue,
            store.picture(),
            pools=pools,
            current=current,
            node=self._node,
            alone=self._home.embedded_file is not None,
            epoch=epoch,
            site=self._home.site,
            users=store.users(),
            habits=store.habits(),
            approvals=store.approvals(),
        )
        dates = Dates(store, snapshot)
        dates.load_open(now)
        keys = Keyring.load(self._home.keys)
        authority = Authority(keys, store)
        since = store.lease().planned_until or now
        eras = tuple(eras_of(store.applied_since(since)))
        return Term(
            store=store,
            home=self._home,
            executor=executor,
            authority=authority,
            snapshot=snapshot,
            timetable=Timetable(catalogue, since, eras),
            lookout=Lookout(catalogue, since, eras),
            inbox=InboxReader(store, authority, snapshot, executor.wake),
            shipping=Shipping(store, executor, snapshot, epoch, self._custody.close_books),
            dates=dates,
            wants=Wants(store, snapshot),
            files=self._watch(),
            epoch=epoch,
            planned_until=since,
            custody=self._custody,
            anchors=KeptAnchors.of(self._home, keys.audit, store.deployment()),
        )

    def _pools_defined(self) -> set[str]:
        from boms_tui.model.definitions import catalogue_of

        processes = catalogue_of(tuple(self._store.current())).processes.values()
        return {task.pool for process in processes for task in process.tasks.values()}

    def _take(self) -> int | None:
        """Become the leader: at once where the embedded store's lock is ours, else by the lease's beats."""
        if self._lock is not None and not self._lock.acquire(self._node):
            return None
        seen, now = self._store.lease(), clock.now()
        if self._lock is None and not self._lapsed(seen):
            return None
        return self._store.take(self._node, seen, now, self._pools)

    def _take_or_say_why(self) -> tuple[int | None, str]:
        """The epoch in which we lead, or what there is to wait for."""
        try:
            epoch = self._take()
            return epoch, "" if epoch is not None else f"{self._leader() or 'another runtime'} leads"
        except NoAnswerError as error:
            return None, error.title

    def _leader(self) -> str:
        """The node that leads, as far as it has said so."""
        return self._lock.holder() if self._lock is not None else self._store.lease().holder

    def _lapsed(self, seen: Lease) -> bool:
        """Whether a lease on a shared store is free, or unbeaten for its time on our own clock."""
        return not seen.holder or self._observed.silent_for(seen) > TTL

    def _give_back(self, epoch: int) -> None:
        try:
            self._store.give_back(epoch, clock.now())
        except DeposedError:
            logs.warn("the lease was taken over", epoch=epoch)
        except NoAnswerError as error:
            logs.warn("the lease could not be given back", why=error.title)
        finally:
            if self._lock is not None:
                self._lock.release()
