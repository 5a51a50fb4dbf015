"""One home's store with its ends, and the runtime on it: the one place where the rooms are put together."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
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


class Store:
    """One home's store, open.

    Raises:
        NoAnswerError: there is none yet, or its database does not answer.
        BomsError: its schema is of another release.
    """

    def __init__(self, home: Home) -> None:
        from boms_tui.store.engines import open_store

        self.home = home
        self._engine = open_store(home.store_url)
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
        from boms_tui.store.lockfile import StoreLock

        file = self.home.embedded_file
        lock = StoreLock(file) if file is not None else None
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
        with _led_by_nobody(self.home, lambda: maintain.holder(self._engine), "purge"):
            epoch = leader.take(_MOMENTARY, leader.lease(), now, {})
            if epoch is None:
                raise _led("purge")
            try:
                return maintain.purge(leader, before, epoch=epoch, actor=actor, now=now)
            finally:
                leader.give_back(epoch, now)

    @cached_property
    def _momentary(self) -> "Daemon":
        return self.daemon(node=_MOMENTARY, pools={})

    def close(self) -> None:
        self._closing.close()

    @cached_property
    def _leader(self) -> "Leader":
        from boms_tui.store.engines import open_store
        from boms_tui.store.leader import Leader

        engine = open_store(self.home.store_url, leads=True)
        self._closing.callback(engine.dispose)
        return Leader(engine)


def upgrade_store(home: Home, *, creates: bool = False) -> bool:
    """Bring the store of this home up to this release, or make one where `creates` allows it; whether it is new.

    Raises:
        NoAnswerError: there is none, or its database does not answer.
        BomsError: a runtime leads the older store, or it is newer than this release.
    """
    from boms_tui.store import maintain, migrations
    from boms_tui.store.engines import make_engine

    engine = make_engine(home.store_url, leads=True, creates=creates)
    try:
        found = migrations.current(engine)
        if found is None and not creates:
            raise migrations.missing(engine)
        is_older = found not in {None, migrations.HEAD}
        with _led_by_nobody(home, lambda: maintain.holder(engine), "upgrade") if is_older else nullcontext():
            maintain.create(engine, secrets.token_hex(16))
    finally:
        engine.dispose()
    return found is None


@contextmanager
def _led_by_nobody(home: Home, holder: Callable[[], str], act: str) -> Iterator[None]:
    """Keep every runtime from leading meanwhile; on a shared store, only make sure that none leads now."""
    from boms_tui.store.lockfile import StoreLock

    file = home.embedded_file
    if file is None:
        if holder():
            raise _led(act)
        yield
        return
    with StoreLock(file) as lock:
        if not lock.acquire(_MOMENTARY):
            raise _led(act)
        yield


def _led(act: str) -> BomsError:
    return BomsError(
        f"a runtime leads this store: no {act} now", "stop it (SIGTERM leaves its tasks running) and try again"
    )
