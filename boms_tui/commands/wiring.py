"""One home's store with its ends, and the runtime on it: the one place where the rooms are put together."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from boms_tui.commands.ports import Inbox, Reader
from boms_tui.config import Home
from boms_tui.errors import BomsError

if TYPE_CHECKING:
    from boms_tui.runtime.daemon import Daemon
    from boms_tui.store.leader import Leader
    from boms_tui.store.maintain import Finding

_MOMENTARY = "command-line"
"""The node under whose name a command leads for a moment."""


class NamedLock:
    """The lock beside an embedded store, taken in the name of one node."""

    def __init__(self, store: Path, node: str) -> None:
        from boms_tui.store.lockfile import StoreLock

        self._lock = StoreLock(store)
        self._node = node

    def acquire(self) -> bool:
        return self._lock.acquire(self._node)

    def release(self) -> None:
        self._lock.release()


class Store:
    """One home's store. Nothing is connected before it is used."""

    def __init__(self, home: Home) -> None:
        from boms_tui.store.engines import make_engine

        self.home = home
        self._engine = make_engine(home.store_url)
        self._closing = ExitStack()
        self._closing.callback(self._engine.dispose)

    @property
    def place(self) -> str:
        """Where the store is, without its password."""
        from boms_tui.store.access import place

        return place(self._engine)

    @cached_property
    def reader(self) -> Reader:
        from boms_tui.store.reader import Reader as StoreReader

        return StoreReader(self._engine)

    @cached_property
    def inbox(self) -> Inbox:
        from boms_tui.store.inbox import Inbox as StoreInbox

        return StoreInbox(self._engine)

    def daemon(self, *, node: str, pools: Mapping[str, int]) -> "Daemon":
        """A runtime on this store; the lock beside an embedded one decides who leads."""
        from boms_tui.runtime.daemon import Daemon

        file = self.home.embedded_file
        lock = NamedLock(file, node) if file is not None else None
        return Daemon(self._leader, self.home, node=node, pools=pools, lock=lock)

    def lead_for_a_moment(self) -> bool:
        """Answer what waits in the inbox oneself; False where that is not ours to do."""
        if self.home.embedded_file is None:
            return False
        try:
            return self._momentary.answer_inbox()
        except BomsError:
            return False

    def appoint(self, name: str, password: str, roles: tuple[str, ...]) -> None:
        """Make a user without being asked by one, while no runtime leads."""
        self._momentary.appoint(name, password, roles)

    def check(self) -> "Sequence[Finding]":
        """Everything that is wrong with the store's pages and its journal."""
        from boms_tui.store import maintain

        return maintain.check(self._engine)

    def backup(self, target: Path) -> None:
        """Copy an embedded store as it is at one moment."""
        from boms_tui.store import maintain

        maintain.backup(self._engine, target)

    def purge(self, before: date, *, actor: str, now: datetime) -> int:
        """Delete the ended runs of business dates before `before`, while no runtime leads; how many."""
        from boms_tui.store import maintain

        leader = self._leader
        with self._lock_held("purge"):
            epoch = leader.take(_MOMENTARY, leader.lease(), now)
            if epoch is None:
                raise _led("purge")
            try:
                return maintain.purge(leader, before, epoch=epoch, actor=actor, now=now)
            finally:
                leader.give_back(epoch, now)

    def refuse_while_led(self, act: str) -> None:
        """Raises BomsError where a runtime leads."""
        with self._lock_held(act):
            return

    @contextmanager
    def _lock_held(self, act: str) -> Iterator[None]:
        """Keep every runtime from leading meanwhile; on a shared store, only make sure that none leads now."""
        file = self.home.embedded_file
        if file is None:
            if self.reader.pulse().led:
                raise _led(act)
            yield
            return
        lock = NamedLock(file, _MOMENTARY)
        if not lock.acquire():
            raise _led(act)
        try:
            yield
        finally:
            lock.release()

    @cached_property
    def _momentary(self) -> "Daemon":
        return self.daemon(node=_MOMENTARY, pools={})

    def close(self) -> None:
        self._closing.close()

    @cached_property
    def _leader(self) -> "Leader":
        from boms_tui.store.engines import make_engine
        from boms_tui.store.leader import Leader

        engine = make_engine(self.home.store_url, leads=True)
        self._closing.callback(engine.dispose)
        return Leader(engine)


def _led(act: str) -> BomsError:
    return BomsError(
        f"a runtime leads this store: no {act} now", "stop it (SIGTERM leaves its tasks running) and try again"
    )


def upgrade_store(home: Home) -> bool:
    """Make the store of this home, or bring an older one up to this release; whether it is a new one."""
    from boms_tui.store import maintain, migrations
    from boms_tui.store.engines import make_engine

    engine = make_engine(home.store_url, leads=True, creates=True)
    try:
        is_new = migrations.current(engine) is None
        maintain.create(engine, secrets.token_hex(16))
    finally:
        engine.dispose()
    return is_new
