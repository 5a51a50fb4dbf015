"""Bringing what attempts print into the store, where every console can read it: the newest first, a little a beat."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from boms_tui.errors import BomsError
from boms_tui.model.arrivals import is_listened_to
from boms_tui.model.facts import Exited, Fact, Lost, Said
from boms_tui.model.ids import AttemptId
from boms_tui.model.output import Shipment
from boms_tui.model.records import Attempt
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE
from boms_tui.runtime import logs
from boms_tui.runtime.output.outgoing import MovedError, Outgoing, Room
from boms_tui.runtime.ports import Executor, LeaderStore, Printout

PER_BEAT = 2 << 20
"""Bytes that one beat ships at most, before they are compressed."""
PER_ATTEMPT = 256 << 10
"""Bytes of one running attempt among them."""
LAST_WORDS = 64 << 10
"""Bytes that are shipped before the end of an attempt is recorded; the rest follows."""
HEARD_PER_BEAT = 4 << 20
"""Bytes that one beat looks through for what tasks say of themselves."""
ENDED_PER_BEAT = 200
"""How many attempts that have ended one beat looks at."""


class Shipping:
    """What the store has of each output, and what it is to get next.

    `close_books` is told of attempts that have ended, on record, and whose output is in the store. A store that does
    not take an output keeps no end from being recorded: what it lacks is shipped later.
    """

    def __init__(
        self, store: LeaderStore, executor: Executor, snapshot: Snapshot, epoch: int,
        close_books: Callable[[AttemptId], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._store = store
        self._executor = executor
        self._snapshot = snapshot
        self._epoch = epoch
        self._close_books = close_books
        self._outputs: dict[AttemptId, Outgoing] = {}
        self._ended: dict[AttemptId, bool] = {}
        self._arrived: set[AttemptId] = set()
        self._fresh: set[AttemptId] = set()
        self._heard: list[Said] = []
        self._was_refused = False

    def launched(self, attempts: Iterable[AttemptId]) -> None:
        """These start now; the store has nothing of their output."""
        self._fresh.update(attempts)

    def beat(self, now: datetime) -> None:
        """Ship some of what has been printed since, and of what ended attempts have left behind."""
        with self._degrading():
            cargo = _Cargo(now, PER_BEAT)
            live = (attempt.id for attempt in self._snapshot.attempts.values() if attempt.state in ATTEMPT_LIVE)
            growing = [one for one in self._opened(live).values() if one is not None and one.has_more()]
            for place, output in enumerate(growing):
                share = min(PER_ATTEMPT, cargo.room // (len(growing) - place))
                self._load(cargo, output, Room(share, HEARD_PER_BEAT // len(growing)))
            due = list(self._ended)[:ENDED_PER_BEAT]
            ended = self._opened(due)
            for left in ended.values():
                if left is not None and not left.complete and cargo.room > 0:
                    self._load(cargo, left, Room(cargo.room, PER_ATTEMPT), ended=True)
            self._ship(cargo)
            self._close(_complete(ended))
            self._put_off(due)

    def ship_ends(self, facts: Iterable[Fact], now: datetime) -> None:
        """Ship the last words of attempts, before their end is recorded."""
        ended = [fact for fact in facts if isinstance(fact, Exited | Lost)]
        self._arrived.update(fact.attempt for fact in ended if self._was_silent(fact))
        with self._degrading():
            cargo = _Cargo(now, len(ended) * LAST_WORDS)
            spoke = self._opened(fact.attempt for fact in ended if fact.attempt not in self._arrived)
            for spoken in spoke.values():
                if spoken is not None:
                    self._load(cargo, spoken, Room(LAST_WORDS, PER_ATTEMPT), ended=True)
            self._ship(cargo)
            self._arrived.update(_complete(spoke))

    def heard(self) -> list[Said]:
        """What tasks have said of themselves since, as far as somebody waits for it."""
        heard, self._heard = self._heard, []
        return heard

    def ended(self, attempts: Iterable[Attempt]) -> None:
        """These have ended, on record. What the store lacks of their output is shipped by and by."""
        for attempt in attempts:
            self._ended[attempt.id] = not attempt.is_open
            if attempt.id in self._arrived:
                self._close([attempt.id])

    def _opened(self, attempts: Iterable[AttemptId]) -> dict[AttemptId, Outgoing | None]:
        """Outputs by attempt, None where there is nothing to ship; those that cannot be read now are left out."""
        found: dict[AttemptId, Outgoing | None] = {}
        new: dict[AttemptId, Printout] = {}
        for attempt in attempts:
            opened = self._outputs.get(attempt)
            if opened is None:
                try:
                    printed = self._executor.output(attempt)
                except OSError:
                    continue
                if printed is not None:
                    new[attempt] = printed
            found[attempt] = opened
        if new:
            known = new.keys() - self._fresh
            shipped = self._store.shipped(known) if known else {}
            self._fresh -= new.keys()
            outgoing = {name: Outgoing(name, printed, shipped.get(name)) for name, printed in new.items()}
            self._outputs |= outgoing
            found |= outgoing
        return found

    def _was_silent(self, fact: Exited | Lost) -> bool:
        """Whether an attempt provably printed nothing, and the store need not be told so."""
        known = self._outputs.get(fact.attempt)
        return isinstance(fact, Exited) and not fact.output_bytes and (known is None or not known.is_known)

    def _load(self, cargo: "_Cargo", output: Outgoing, room: Room, *, ended: bool = False) -> None:
        try:
            shipment = output.load(room, cargo.now, ended=ended)
        except (MovedError, OSError):
            del self._outputs[output.attempt]  # to be looked at afresh
            return
        said = output.said()
        if said and is_listened_to(self._snapshot, output.attempt):
            self._heard.extend(said)
        if shipment is not None:
            cargo.shipments.append(shipment)
            cargo.room -= sum(len(piece.data) for piece in shipment.pieces)

    def _ship(self, cargo: "_Cargo") -> None:
        if cargo.shipments:
            self._store.ship(cargo.shipments, self._epoch)

    def _close(self, attempts: Iterable[AttemptId]) -> None:
        for attempt in attempts:
            self._outputs.pop(attempt, None)
            self._arrived.discard(attempt)
            self._fresh.discard(attempt)
            if self._ended.pop(attempt, False):
                self._close_books(attempt)

    def _put_off(self, attempts: Iterable[AttemptId]) -> None:
        """Let others come first: these cannot be read now."""
        for attempt in attempts:
            if attempt in self._ended and attempt not in self._outputs:
                self._ended[attempt] = self._ended.pop(attempt)

    @contextmanager
    def _degrading(self) -> Iterator[None]:
        """Go on without the store, and look again at what it has once it answers."""
        try:
            yield
        except BomsError as error:
            self._outputs.clear()
            self._fresh.clear()
            if not self._was_refused:
                logs.warn(
                    "output is not in the store for now; tasks and their ends are not kept from it", why=error.title
                )
            self._was_refused = True
        else:
            self._was_refused = False


@dataclass(slots=True)
class _Cargo:
    """What one transaction is to bring. `room` is what is left of the bytes there is time for."""

    now: datetime
    room: int
    shipments: list[Shipment] = field(default_factory=list)


def _complete(outputs: Mapping[AttemptId, Outgoing | None]) -> list[AttemptId]:
    return [attempt for attempt, output in outputs.items() if output is None or output.complete]
