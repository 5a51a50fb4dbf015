"""Which files are looked for: what open runs wait for, and what starts the processes in force."""

from datetime import UTC, datetime

from boms_tui.model.causes import Watched
from boms_tui.model.ids import RunId
from boms_tui.model.snapshot import Snapshot
from boms_tui.runtime.ports import LeaderStore, Wanted, Wish

_FILE = "file:"


class Wants:
    """Follows a snapshot. What was wished for before this leader came is known from the store."""

    def __init__(self, store: LeaderStore, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known = snapshot.catalogue
        self._since: dict[Watched, datetime] = {}
        for watched in snapshot.catalogue.causes.files:
            self._since[watched] = _in_force_since(store, watched)

    def wanted(self, now: datetime) -> Wanted:
        """All of it as it is now; a start that is new counts from `now`."""
        if self._known is not self._snapshot.catalogue:
            self._known = self._snapshot.catalogue
            self._since = {one: self._since.get(one, now) for one in self._known.causes.files}
        return Wanted(self._places(), tuple(Wish(*one, since) for one, since in self._since.items()))

    def _places(self) -> dict[str, frozenset[RunId]]:
        return {
            name.removeprefix(_FILE): frozenset(run for run, _ in waiting)
            for name, waiting in self._snapshot.awaited.items()
            if name.startswith(_FILE)
        }


def _in_force_since(store: LeaderStore, watched: Watched) -> datetime:
    """When the first of the revisions was applied that have had the start ever since."""
    since = datetime.max.replace(tzinfo=UTC)
    for applied_at, process in store.history(watched.process):
        if watched.start not in process.start:
            break
        since = applied_at
    return since
