"""One term of leadership: gather facts, decide, commit, then act, until told to stop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from boms_tui import clock
from boms_tui.config import Home
from boms_tui.model.decide import decide
from boms_tui.model.decision import Decision
from boms_tui.model.facts import Asked, Exited, Fact, TookOver
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE, AttemptState
from boms_tui.model.timetable import Timetable
from boms_tui.runtime import logs
from boms_tui.runtime.authority import Authority
from boms_tui.runtime.dates import Dates
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.inbox import InboxReader
from boms_tui.runtime.launching import spec_of
from boms_tui.runtime.ports import Executor, LeaderStore
from boms_tui.runtime.shipping import Shipping

POLL_S = 0.25
BEAT_S = 1.0


@dataclass
class Term:
    """What one leader holds from taking the lease to giving it back."""

    store: LeaderStore
    home: Home
    executor: Executor
    authority: Authority
    snapshot: Snapshot
    timetable: Timetable
    inbox: InboxReader
    shipping: Shipping
    dates: Dates
    epoch: int
    planned_until: datetime
    stopping: bool = False
    _next_poll: float = field(default=0.0)
    _next_beat: float = field(default=0.0)

    def lead(self) -> None:
        """Adopt what runs already, then go round until stopped."""
        for attempt in self.snapshot.attempts.values():
            if attempt.state in ATTEMPT_LIVE and attempt.node == self.snapshot.node:
                self.executor.adopt(attempt.id, ran=attempt.state is AttemptState.RUNNING)
        self.follow([TookOver()], clock.now())
        while not self.stopping:
            self.go_round(self._patience())

    def go_round(self, timeout: float) -> None:
        """One turn of the loop: wait for something to happen, at most `timeout` seconds, and follow it."""
        facts: list[Fact] = list(self.executor.poll(timeout))
        now = clock.now()
        facts.extend(self.snapshot.due(now))
        facts.extend(self.timetable.due(now))
        self.follow(facts, now)
        if clock.monotonic() >= self._next_poll:
            self.answer(now)
            self._next_poll = clock.monotonic() + POLL_S
        if clock.monotonic() >= self._next_beat:
            self._beat(now)

    def answer(self, now: datetime) -> bool:
        """Answer sign-ins and requests; whether there were any."""
        self.inbox.look_for_logins(self.snapshot.users)
        checked = self.inbox.checked()
        for one in checked:
            self._write(self.authority.admit(one, self.snapshot.users, now))
        asked = self.inbox.requests(now)
        for batch in _apart(asked):
            self.follow(batch, now)
        return bool(checked or asked)

    def follow(self, facts: Sequence[Fact], now: datetime) -> None:
        """Decide about facts, commit, and act; in this order."""
        if not facts:
            return
        self.dates.load_for(facts, now)
        self.shipping.ship_ends(fact.attempt for fact in facts if isinstance(fact, Exited))
        self._write(decide(self.snapshot, facts, now))

    def _write(self, decision: Decision) -> None:
        if not decision:
            return
        failpoint("before-commit")
        self.store.commit(decision, self.epoch)
        failpoint("after-commit")
        self.snapshot.apply(decision)
        for session in decision.sessions:
            self.authority.remember(session)
        if decision.catalogue is not None:
            self.timetable.use(decision.catalogue, clock.now())
        self._act(decision)

    def _act(self, decision: Decision) -> None:
        attempts = {attempt.id: attempt for attempt in decision.attempts}
        specs = [spec_of(attempts[name], self.snapshot, self.home) for name in decision.launches]
        if specs:
            failpoint("before-launch")
            self.executor.launch(specs)
            failpoint("after-launch")
        for kill in decision.kills:
            self.executor.kill(kill.attempt, kill.by)
        logs.decided(decision)

    def _beat(self, now: datetime) -> None:
        self.shipping.ship_live()
        self.planned_until = now
        self.store.beat(self.epoch, now, self.planned_until)
        self._next_beat = clock.monotonic() + BEAT_S
        self.dates.tidy(now)

    def _patience(self) -> float:
        """How long nothing needs us, in seconds."""
        now = clock.now()
        due = [at for at in (self.snapshot.next_due(), self.timetable.next_at()) if at is not None]
        by_clock = min(((at - now).total_seconds() for at in due), default=BEAT_S)
        by_rhythm = min(self._next_poll, self._next_beat) - clock.monotonic()
        return max(0.0, min(by_clock, by_rhythm))


def _apart(asked: Sequence[Asked]) -> Iterable[Sequence[Asked]]:
    """Requests in batches; one that brings new definitions stands alone, so that what follows sees them."""
    batch: list[Asked] = []
    for one in asked:
        if one.request.verb == "apply":
            if batch:
                yield batch
            yield [one]
            batch = []
        else:
            batch.append(one)
    if batch:
        yield batch
