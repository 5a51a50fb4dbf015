"""One term of leadership: gather facts, decide, commit, then act, until told to stop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from boms_tui import clock
from boms_tui.config import Home
from boms_tui.model.decide import decide
from boms_tui.model.decision import Decision
from boms_tui.model.facts import Asked, Fact, TookOver, Unproved
from boms_tui.model.overdue import Lookout
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE, AttemptState
from boms_tui.model.timetable import Timetable
from boms_tui.runtime import logs
from boms_tui.runtime.anchoring import Anchors, NoAnchors
from boms_tui.runtime.dates import Dates
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.files.wanted import Wants
from boms_tui.runtime.machine.launching import spec_of
from boms_tui.runtime.machine.no_machine import NoCustody, NoFiles
from boms_tui.runtime.output.shipping import Shipping
from boms_tui.runtime.people.authority import Authority
from boms_tui.runtime.people.inbox import InboxReader, broken
from boms_tui.runtime.ports import Custody, Executor, Files, LeaderStore

POLL_S = 0.25
BEAT_S = 1.0
AT_ONCE = 500
"""How many facts one transaction takes: after a long time away there can be thousands."""


@dataclass
class Term:
    """What one leader holds from taking the lease to giving it back."""

    store: LeaderStore
    home: Home
    executor: Executor
    authority: Authority
    snapshot: Snapshot
    timetable: Timetable
    lookout: Lookout
    inbox: InboxReader
    shipping: Shipping
    dates: Dates
    epoch: int
    planned_until: datetime
    wants: Wants
    files: Files = field(default_factory=NoFiles)
    custody: Custody = field(default_factory=NoCustody)
    anchors: Anchors = field(default_factory=NoAnchors)
    stopping: bool = False
    _next_poll: float = field(default=0.0)
    _next_beat: float = field(default=0.0)

    def lead(self) -> None:
        """Adopt what runs already, then go round until stopped. Where the store went back in time, nothing starts."""
        strayed = self.custody.strayed()
        for attempt in self.snapshot.attempts.values():
            if attempt.state in ATTEMPT_LIVE and self.snapshot.is_here(attempt):
                self.executor.adopt(attempt.id, ran=attempt.state is AttemptState.RUNNING)
        self.follow([*filter(None, [strayed]), TookOver()], clock.now())
        self.custody.saw(durably=True)
        self.files.want(self.wants.wanted(clock.now()))
        self.anchors.drop(self.store.head(), self.epoch, clock.now())
        while not self.stopping:
            self.go_round(self._patience())
        self.anchors.drop(self.store.head(), self.epoch, clock.now())

    def go_round(self, timeout: float) -> None:
        """One turn of the loop: wait for something to happen, at most `timeout` seconds, and follow it."""
        facts: list[Fact] = list(self.executor.poll(timeout))
        now = clock.now()
        facts.extend(self.snapshot.due(now))
        facts.extend(self.timetable.due(now))
        facts.extend(self.files.facts())
        facts.extend(self._not_ordered(now))
        for start in range(0, len(facts), AT_ONCE):
            self.follow(facts[start : start + AT_ONCE], now)
        if clock.monotonic() >= self._next_poll:
            self.answer(now)
            self._next_poll = clock.monotonic() + POLL_S
        if clock.monotonic() >= self._next_beat:
            self._beat(now)

    def _not_ordered(self, now: datetime) -> Iterable[Fact]:
        """What nothing has ordered by now; what the journal has told of already, whatever the clocks were, is left."""
        due = list(self.lookout.due(now))
        told = self.store.told_late([fact.about for fact in due]) if due else ()
        return [fact for fact in due if fact.about not in told]

    def answer(self, now: datetime) -> bool:
        """Answer sign-ins and requests; whether there were any."""
        waited_for = self.store.is_waited_for()
        if waited_for:
            self.inbox.look_for_logins(self.snapshot.users)
        checked = self.inbox.checked()
        for one in checked:
            self._write(self.authority.admit(one, self.snapshot.users, now))
        asked = self.inbox.requests(now) if waited_for else []
        for batch in _apart(asked):
            self._follow_asked(batch, clock.now())
        return bool(checked or asked)

    def _follow_asked(self, batch: Sequence[Asked | Unproved], now: datetime) -> None:
        """Follow what people ask; a request that the rules stumble over is refused and takes no other along."""
        self.dates.load_for(batch, now)
        try:
            decision = decide(self.snapshot, batch, now)
        except Exception as error:
            if len(batch) > 1:
                for one in batch:
                    self._follow_asked([one], now)
            elif isinstance(batch[0], Asked):
                logs.defect(f"request {batch[0].request.id} was not understood", error)
                self.follow([broken(batch[0])], now)
            else:
                raise
        else:
            self._write(decision)

    def follow(self, facts: Sequence[Fact], now: datetime) -> None:
        """Decide about facts, commit, and act; in this order."""
        if not facts:
            return
        self.dates.load_for(facts, now)
        self.shipping.ship_ends(facts, now)
        self._write(decide(self.snapshot, [*self.shipping.heard(), *facts], now))

    def _write(self, decision: Decision) -> None:
        if not decision:
            return
        if not decision.stays_in_memory:
            failpoint("before-commit")
            self.store.commit(decision, self.epoch)
            failpoint("after-commit")
        self.snapshot.apply(decision)
        self.shipping.ended(attempt for attempt in decision.attempts if attempt.state not in ATTEMPT_LIVE)
        if decision.catalogue is not None:
            self.timetable.use(decision.catalogue, clock.now())
            self.lookout.use(decision.catalogue)
        if decision.runs or decision.catalogue is not None:
            self.files.want(self.wants.wanted(clock.now()))
        self._act(decision)

    def _act(self, decision: Decision) -> None:
        for take in decision.takes:
            self.files.take(take)
        attempts = {attempt.id: attempt for attempt in decision.attempts}
        specs = [spec_of(attempts[name], self.snapshot, self.home) for name in decision.launches]
        if specs:
            self.custody.saw(durably=False)
            self.shipping.launched(decision.launches)
            failpoint("before-launch")
            self.executor.launch(specs)
            failpoint("after-launch")
        for kill in decision.kills:
            self.executor.kill(kill.attempt, kill.by)
        for attempt in decision.watches:
            self.executor.adopt(attempt, ran=True)
        logs.decided(decision)

    def _beat(self, now: datetime) -> None:
        self.shipping.ended(self.custody.beat(now))
        self.shipping.beat(now)
        self.planned_until = now
        self.store.beat(self.epoch, now, self.planned_until)
        self._next_beat = clock.monotonic() + BEAT_S
        self.anchors.beat(self.store.head(), self.epoch, now)
        self.dates.tidy(now)
        self.follow(self.shipping.heard(), now)

    def next_due(self) -> datetime | None:
        """The next time at which there is something to tell by itself."""
        coming = (self.snapshot.next_due(), self.timetable.next_at(), self.lookout.next_at())
        return min((at for at in coming if at is not None), default=None)

    def _patience(self) -> float:
        """How long nothing needs us, in seconds."""
        now = clock.now()
        coming = self.next_due()
        by_clock = BEAT_S if coming is None else (coming - now).total_seconds()
        by_rhythm = min(self._next_poll, self._next_beat) - clock.monotonic()
        return max(0.0, min(by_clock, by_rhythm))


def _apart(asked: Sequence[Asked | Unproved]) -> Iterable[Sequence[Asked | Unproved]]:
    """Requests in batches; one that brings new definitions stands alone, so that what follows sees them."""
    batch: list[Asked | Unproved] = []
    for one in asked:
        if isinstance(one, Asked) and one.request.verb == "apply":
            if batch:
                yield batch
            yield [one]
            batch = []
        else:
            batch.append(one)
    if batch:
        yield batch
