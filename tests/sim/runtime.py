"""One runtime process: the real daemon and its real loop, over a simulated machine and a line that may fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from boms_tui.config import Home
from boms_tui.runtime.daemon import Daemon
from boms_tui.runtime.leading import Term
from boms_tui.runtime.ports import LeaderStore
from boms_tui.store.leader import Leader
from tests.sim.actor import Actor
from tests.sim.chance import Chance
from tests.sim.drive import Drive
from tests.sim.eyes import Eyes, Sights
from tests.sim.host import Host
from tests.sim.ledger import Ledger
from tests.sim.machine import Machine
from tests.sim.ticking import NEVER

HOME = Home(Path("/nowhere"), "sqlite://", Path("/nowhere/work"), "UTC", Path("/nowhere/anchors"))
MOST_POINTS = 20_000
"""How many points one turn may pass; a runtime that passes more goes round in circles."""


class Deed(StrEnum):
    """What a fuse does to its runtime."""

    KILL = "killed"
    FREEZE = "stands still"


@dataclass(slots=True)
class Fuse:
    """Burns down point by point; at `name` only, where it names one."""

    deed: Deed
    points: int
    name: str = ""
    span: int = 0


class Runtime:
    """A daemon that the night gives turns to. It can be killed, and stopped, at every point it passes."""

    def __init__(
        self, name: str, host: Host, ledger: Ledger, chance: Chance, pools: Mapping[str, int], *, embedded: bool,
        drive: Drive, sights: Sights,
    ) -> None:  # fmt: skip
        self.name = name
        self.host = host
        self.machine = Machine(host, self, chance)
        self.eyes: Eyes | None = None
        self._drive, self._sights = drive, sights
        self.frozen_until = 0
        self.fuse: Fuse | None = None
        self.is_resting = False
        self._passed = 0
        line = cast("LeaderStore", Line(Leader(ledger.engine), self))
        self.daemon = Daemon(line, HOME, node=self.node, pools=pools, lock=HostLock(host, self) if embedded else None)
        self.actor = Actor(name, self._live)

    @property
    def node(self) -> str:
        return self.host.node

    @property
    def is_momentary(self) -> bool:
        """Whether it leads only to answer what people ask, and nobody starts it again."""
        return False

    @property
    def term(self) -> Term | None:
        return self.daemon._term

    @property
    def is_frozen(self) -> bool:
        return self.host.clock.boot < self.frozen_until

    def sleep(self) -> None:
        """Called by the runtime: wait for the next turn, which may come late."""
        self.is_resting = True
        self.actor.pause()
        self.is_resting = False

    def point(self, name: str) -> None:
        """Called by the runtime wherever it could be killed or stopped."""
        self.actor.live_on()
        self._passed += 1
        if self._passed > MOST_POINTS:
            raise AssertionError(f"{self.name} goes round in circles at {name}")
        if self.fuse is None or self.fuse.name not in {"", name}:
            return
        self.fuse.points -= 1
        if self.fuse.points < 0:
            self._suffer(self.fuse, name)

    def turn(self) -> None:
        """Let the runtime go on until it waits again."""
        self._passed = 0
        self.actor.turn()

    def stop(self) -> None:
        """SIGTERM."""
        self.daemon._stop(15, None)

    def is_due_at(self) -> int:
        """When there will be something for it to do; NEVER where it only keeps its rhythm."""
        if self.is_frozen:
            return self.frozen_until
        term = self.term
        if self.machine.news and (term is not None or not self.actor.begun):
            return self.host.clock.boot
        if term is None:
            return NEVER
        coming = term.next_due()
        due = NEVER if coming is None else self.host.clock.moment_of(coming)
        looks_at = NEVER if self.eyes is None else self.eyes.due
        return max(self.host.clock.boot, min(looks_at, due))

    def leave(self) -> None:
        """What the kernel does for a process that has ended."""
        self.machine.leave()
        if self.eyes is not None:
            self.eyes.close()
        if self.host.store_lock is self:
            self.host.store_lock = None

    def _live(self) -> object:
        self.daemon._executor = self.machine
        self.daemon._watch = self._watch
        return self.daemon._lead_when_free(self.machine)

    def _watch(self) -> Eyes:
        self.eyes = Eyes(self._drive, self._sights, self, self.machine.wake)
        return self.eyes

    def _suffer(self, fuse: Fuse, at: str) -> None:
        self.fuse = None
        self.host.trace.say(self.name, f"{fuse.deed.value} at {at}")
        if fuse.deed is Deed.KILL:
            self.actor.kill()
        self.frozen_until = self.host.clock.boot + fuse.span
        self.actor.pause()


class Moment(Runtime):
    """A command that leads for a moment because no runtime does (`Daemon.answer_inbox`)."""

    @property
    def node(self) -> str:
        return "momentary"

    @property
    def is_momentary(self) -> bool:
        return True

    def _live(self) -> object:
        return self.daemon.answer_inbox()


class HostLock:
    """The lock beside an embedded store, for one runtime."""

    def __init__(self, host: Host, owner: Runtime) -> None:
        self._host = host
        self._owner = owner

    def acquire(self, _holder: str) -> bool:
        if self._host.store_lock is None:
            self._host.store_lock = self._owner
        return self._host.store_lock is self._owner

    def release(self) -> None:
        if self._host.store_lock is self._owner:
            self._host.store_lock = None

    def holder(self) -> str:
        return self._host.node


class Line:
    """A runtime's line to the store: before and after each call it may be killed or stopped."""

    def __init__(self, leader: Leader, runtime: Runtime) -> None:
        self._leader = leader
        self._runtime = runtime

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._leader, name)

        def call(*given: object, **named: object) -> Any:
            self._runtime.point(f"before {name}")
            answer = method(*given, **named)
            self._runtime.point(f"after {name}")
            return answer

        return call
