"""Which files are looked for: what open runs wait for, and what starts the processes in force."""

from datetime import UTC, datetime

from boms_tui.model.causes import Watched
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.trigger import FileStart
from boms_tui.runtime.ports import LeaderStore, Wanted, Wish

_FILE = "file:"


class Wants:
    """Follows a snapshot. What was wished for before this leader came is known from the store."""

    def __init__(self, store: LeaderStore, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known = snapshot.catalogue
        self._wishes = tuple(Wish(*one, _in_force_since(store, one)) for one in snapshot.catalogue.causes.files)

    def wanted(self, now: datetime) -> Wanted:
        """All of it as it is now; a path that nobody waited for before counts from `now`."""
        if self._known is not self._snapshot.catalogue:
            self._known = self._snapshot.catalogue
            since = {_what(wish.process, wish.start): wish.since for wish in self._wishes}
            files = self._known.causes.files
            self._wishes = tuple(Wish(*one, since.get(_what(*one), now)) for one in files)
        return Wanted(self._places(), self._wishes)

    def _places(self) -> dict[str, frozenset[RunId]]:
        return {
            name.removeprefix(_FILE): frozenset(run for run, _ in waiting)
            for name, waiting in self._snapshot.awaited.items()
            if name.startswith(_FILE)
        }


def _what(process: ProcessId, start: FileStart) -> tuple[ProcessId, str]:
    """Which files are waited for, and by whom; how they have to be may change while they lie there."""
    return process, start.check.path


def _in_force_since(store: LeaderStore, watched: Watched) -> datetime:
    """When the first of the revisions was applied that have waited for these files ever since."""
    since = datetime.max.replace(tzinfo=UTC)
    for applied_at, process in store.history(watched.process):
        starts = (start for start in process.start if isinstance(start, FileStart))
        if all(start.check.path != watched.start.check.path for start in starts):
            break
        since = applied_at
    return since
