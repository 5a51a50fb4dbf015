"""What the runtime finds in place of the real world while a night lasts, and what a store has before it begins."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from unittest.mock import patch

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from boms_tui.model.decision import Decision
from boms_tui.model.definitions import dump_body
from boms_tui.model.records import Entry, Revision
from boms_tui.runtime import logs
from boms_tui.runtime.anchoring import NoAnchors
from boms_tui.runtime.people.keys import Keyring
from boms_tui.store import leader
from tests.sim.drive import Drive
from tests.sim.ledger import Ledger
from tests.sim.people import sessions, users
from tests.sim.plans import Plan
from tests.sim.ticking import Clock
from tests.sim.trace import Trace

T = TypeVar("T")
KEYS = Keyring(PrivateKey(bytes(range(32))), bytes(32), SigningKey(bytes(32)))


_PREPARED = {f"boms_tui.store.leader.{name}": cache(getattr(leader, name)) for name in ("Commit", "_alive", "_waiting")}
"""What a leader compiles for its engine, and never changes: kept from one runtime to the next."""


class AtOnce:
    """A pool of workers that does everything at once, in the caller's turn."""

    def __init__(self, **_: object) -> None: ...

    def submit(self, work: Callable[..., T], *given: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(work(*given))
        except Exception as error:  # noqa: BLE001 a future keeps what was raised for whoever asks
            done.set_exception(error)
        return done

    def shutdown(self, **_: object) -> None: ...


@contextmanager
def staged(clock: Clock, drive: Drive, point: Callable[[str], None]) -> Iterator[None]:
    """`point` is called at each failpoint of the loop."""
    props: dict[str, Any] = {
        "boms_tui.clock.now": clock.now,
        "boms_tui.clock.monotonic": clock.monotonic,
        "boms_tui.clock.boottime_ns": clock.boottime_ns,
        "boms_tui.runtime.leading.failpoint": point,
        "boms_tui.runtime.files.watcher.see": drive.see,
        "boms_tui.runtime.files.watcher.scan": drive.scan,
        "boms_tui.runtime.files.watcher._move": drive.move,
        "boms_tui.runtime.people.inbox.ThreadPoolExecutor": AtOnce,
        "boms_tui.runtime.daemon.Keyring.load": lambda _: KEYS,
        "boms_tui.runtime.daemon.KeptAnchors.of": lambda *_: NoAnchors(),
        **_PREPARED,
    }
    with ExitStack() as stack:
        for name, prop in props.items():
            stack.enter_context(patch(name, prop))
        yield


def prepare(ledger: Ledger, plan: Plan, now: datetime) -> None:
    """Users, sessions and definitions are there before the first runtime is."""
    leading = leader.Leader(ledger.engine)
    epoch = leading.take("setup", leading.lease(), now, {})
    if epoch is None:
        raise AssertionError("a new store is led already")
    bodies: dict[tuple[str, str], str] = {("process", one.id): dump_body(one) for one in plan.processes}
    bodies |= {("resource", one.id): dump_body(one) for one in plan.resources}
    revisions = tuple(
        Revision(kind, name, 1, f"{kind}: {name}\n", body, "admin", now) for (kind, name), body in bodies.items()
    )
    entry = Entry(now, "admin", "prepared", "store")
    leading.commit(Decision(users=users(now), revisions=revisions, journal=(entry,)), epoch)
    leading.commit(Decision(sessions=sessions(now), journal=(entry,)), epoch)
    leading.give_back(epoch, now)


@contextmanager
def listening(trace: Trace) -> Iterator[None]:
    """Take the runtimes' log into the story; what they call a defect is one."""
    handlers, propagates = logs.LOG.handlers, logs.LOG.propagate
    logs.LOG.handlers, logs.LOG.propagate = [_Listener(trace)], False
    try:
        yield
    finally:
        logs.LOG.handlers, logs.LOG.propagate = handlers, propagates


class _Listener(logging.Handler):
    def __init__(self, trace: Trace) -> None:
        super().__init__(logging.WARNING)
        self._trace = trace

    def emit(self, record: logging.LogRecord) -> None:
        more = " ".join(f"{name}={value}" for name, value in getattr(record, "fields", {}).items())
        if record.levelno >= logging.ERROR:
            self._trace.complain("the rules understand every fact", f"{record.getMessage()} {more}")
        else:
            self._trace.say("log", f"{record.getMessage()} {more}")
