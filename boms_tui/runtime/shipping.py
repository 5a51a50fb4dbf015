"""Bringing the end of each attempt's output into the store, where every console can read it."""

from collections.abc import Callable, Iterable

from boms_tui import clock
from boms_tui.model.ids import AttemptId
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE
from boms_tui.model.views import Output
from boms_tui.runtime.ports import Executor, LeaderStore


class Shipping:
    """Ships the last 64 KiB of what an attempt printed whenever it has grown."""

    def __init__(self, store: LeaderStore, executor: Executor, snapshot: Snapshot, epoch: int) -> None:
        self._store = store
        self._executor = executor
        self._snapshot = snapshot
        self._epoch = epoch
        self._shipped: dict[AttemptId, int] = {}

    def ship_live(self) -> None:
        """Ship what the running attempts have printed since."""
        self._ship(
            (attempt.id for attempt in self._snapshot.attempts.values() if attempt.state in ATTEMPT_LIVE), _grown
        )

    def ship_ends(self, attempts: Iterable[AttemptId]) -> None:
        """Ship the last words of attempts that have ended, before their end is recorded."""
        ended = list(attempts)
        self._ship(ended, _spoke)
        for attempt in ended:
            self._shipped.pop(attempt, None)

    def _ship(self, attempts: Iterable[AttemptId], worth: Callable[[int, int], bool]) -> None:
        outputs: list[Output] = []
        for attempt in attempts:
            before = self._shipped.get(attempt, 0)
            tail = self._executor.tail(attempt)
            if tail is not None and worth(tail.size, before):
                outputs.append(Output(attempt, tail.data, tail.size, tail.dropped, clock.now()))
                self._shipped[attempt] = tail.size
        if outputs:
            self._store.ship(outputs, self._epoch)


def _grown(size: int, before: int) -> bool:
    return size > before


def _spoke(size: int, _before: int) -> bool:
    return size > 0
