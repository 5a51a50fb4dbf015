"""What this node keeps beside the store: the folders of attempts that may be needed, and how far it saw the journal.

`boms_tui.runtime.ports.Custody`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.facts import Strayed
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import Attempt
from boms_tui.model.states import ATTEMPT_LIVE, AttemptState
from boms_tui.runtime import logs
from boms_tui.runtime.ports import LeaderStore
from boms_tui.runtime.spool.archive import Archive, remove_old_shims
from boms_tui.runtime.spool.seen import Mark, Seen, gone_back
from boms_tui.runtime.spool.spool import Spool

KEEP = timedelta(hours=24)
"""How long a folder stays that nobody needs any more."""
REST_S = 3_600.0
"""How long after a walk through all folders the next one begins."""
MARKS_PER_BEAT, LOOKS_PER_BEAT, REMOVALS_PER_BEAT = 1_000, 200, 50
AT_ONCE = 500
MOST_TOLD = 500
"""How many stray attempts are told by name."""


class SpoolCustody:
    """Everything belongs to the loop's thread; one beat does a bounded part of what there is to do."""

    def __init__(
        self,
        spool: Spool,
        store: LeaderStore,
        shim: Sequence[str] = (),
        *,
        keep: timedelta = KEEP,
        rest: float = REST_S,
    ) -> None:
        self._spool = spool
        self._store = store
        self._shim = shim
        self._keep = keep
        self._rest = rest
        self._archive = Archive(spool)
        self._seen = Seen(spool.root)
        self._closed: list[AttemptId] = []
        self._to_look_at: list[str] = []
        self._to_remove: list[str] = []
        self._next_walk = 0.0
        self._was_refused = False

    def strayed(self) -> Strayed | None:
        """Whether the store went back behind what this node has seen of it. From then on, no start goes unquestioned.

        Raises:
            BomsError: the disk refuses to remember that.
        """
        why = gone_back(self._seen.mark, self._store.deployment(), self._store.head(fresh=True), self._store.hash_of)
        if not why:
            return None
        try:
            self._spool.pruned.suspect(why)
        except OSError as error:
            raise BomsError(f"the store went back in time, and the spool cannot be written: {error}",
                            "make room on its disk, and start the runtime again") from error  # fmt: skip
        found = list(self._stray())
        more = f", and {len(found) - MOST_TOLD} more attempts that it does not know" if len(found) > MOST_TOLD else ""
        return Strayed(why + more, tuple(found[:MOST_TOLD]))

    def saw(self, *, durably: bool) -> None:
        """Remember where the journal ends."""
        mark = Mark(self._store.deployment(), *self._store.head(), clock.now())
        with self._degrading():
            self._seen.note(mark, durably=durably)

    def close_books(self, attempt: AttemptId) -> None:
        """This one has ended, on record, and all of its output is in the store."""
        self._closed.append(attempt)

    def beat(self, now: datetime) -> Sequence[Attempt]:
        """Mark, look and remove a little; the attempts found that ended on record and whose books are open."""
        self.saw(durably=True)
        with self._degrading():
            if not self._spool.acquire():
                return ()
            for attempt in self._closed[:MARKS_PER_BEAT]:
                self._archive.close(attempt)
            del self._closed[:MARKS_PER_BEAT]
            self._remove_some(now)
            return self._look_at_some(now)
        return ()

    def _look_at_some(self, now: datetime) -> Sequence[Attempt]:
        if not self._to_look_at and not self._begin_walk():
            return ()
        looked_at = [self._to_look_at.pop() for _ in range(min(LOOKS_PER_BEAT, len(self._to_look_at)))]
        closed = {name: self._archive.closed_at(name) for name in looked_at}
        self._to_remove += [name for name, at in closed.items() if at is not None and now - at > self._keep]
        if not self._to_look_at:
            self._next_walk = clock.monotonic() + self._rest
        return self._ended(name for name, at in closed.items() if at is None)

    def _begin_walk(self) -> bool:
        if clock.monotonic() < self._next_walk:
            return False
        remove_old_shims(self._spool.root, self._shim)
        self._to_look_at = self._archive.names()
        self._next_walk = clock.monotonic() + self._rest
        return bool(self._to_look_at)

    def _ended(self, names: Iterable[str]) -> Sequence[Attempt]:
        attempts = self._archive.attempts(names)
        known = self._store.known(attempts) if attempts else {}
        return [attempt for attempt in known.values() if attempt.state not in ATTEMPT_LIVE]

    def _remove_some(self, now: datetime) -> None:
        """Remove folders that are old enough; where the store went back in time, only of what it has on record."""
        attempts = self._archive.attempts(self._to_remove[:REMOVALS_PER_BEAT])
        if attempts and self._spool.pruned.suspects:
            known = self._store.known(attempts)
            attempts = {name: at for name, at in attempts.items() if name in known and not known[name].is_open}
        del self._to_remove[:REMOVALS_PER_BEAT]
        if attempts:
            self._archive.remove(attempts, now)

    def _stray(self) -> Iterator[tuple[AttemptId, str]]:
        """The attempts of the spool that ran, and of which the store does not know as much."""
        names = self._archive.names()
        for first in range(0, len(names), AT_ONCE):
            attempts = self._archive.attempts(names[first : first + AT_ONCE])
            known = self._store.known(attempts)
            yield from self._archive.stray(
                attempt for attempt in attempts
                if attempt not in known or known[attempt].state is AttemptState.STARTING
            )  # fmt: skip

    @contextmanager
    def _degrading(self) -> Iterator[None]:
        """A spool that takes no more must not keep the runtime from leading: nothing is lost, it is done later."""
        try:
            yield
        except OSError as error:
            if not self._was_refused:
                logs.warn("the spool cannot be kept in order", why=error)
            self._was_refused = True
        else:
            self._was_refused = False
