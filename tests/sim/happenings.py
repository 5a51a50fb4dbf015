"""What befalls a night: each step draws one thing from this table."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.sim.chance import Fault
from tests.sim.night import Night
from tests.sim.runtime import Deed, Fuse
from tests.sim.ticking import DAY, HOUR, MINUTE, MS, SECOND

T = TypeVar("T")
_ANSWERS = ((True,), (False,), (False, True), (False, False, False), (True, False, True, False))
_LOOP = ("before-commit", "after-commit", "before-launch", "after-launch")
_ELSEWHERE = (
    "checked-before", "checked-after", "publish", "published", "spawn", "spawned", "adopt", "kill", "before commit",
    "after commit", "before take", "after take", "after beat", "before give_back", "before picture", "after ship",
)  # fmt: skip


def happen(night: Night) -> None:
    """One step: something that this night can have, and a little time for it to show."""
    weights, deeds = zip(*((weight, deed) for weight, fault, deed in HAPPENINGS if _can(night, fault)), strict=True)
    deed: Callable[[Night], None] = night.dice.choices(deeds, weights)[0]
    deed(night)
    night.pass_time(night.dice.randint(0, 2 * SECOND))


def _can(night: Night, fault: Fault | None) -> bool:
    return fault is None or night.chance.has(fault)


def _moments(night: Night) -> None:
    night.pass_time(night.dice.randint(10 * MS, 20 * SECOND))


def _minutes(night: Night) -> None:
    night.pass_time(night.dice.randint(MINUTE, 40 * MINUTE))


def _hours(night: Night) -> None:
    night.pass_time(night.dice.randint(HOUR, 9 * HOUR))


def _ask(night: Night) -> None:
    night.people.act(night.promises.board)
    night.people.send_again()
    night.wake_all()


def _order(night: Night) -> None:
    if len(night.promises.board.open_runs()) < 5:
        night.people.order()
    night.wake_all()


def _light_kill(night: Night) -> None:
    _light(night, Deed.KILL)


def _light_freeze(night: Night) -> None:
    _light(night, Deed.FREEZE)


def _light(night: Night, deed: Deed) -> None:
    """Have a runtime meet its fate at a named point, or after so many points of any kind."""
    dice = night.chance.stream("fuses")
    for runtime in _some(dice.sample(night.runtimes, len(night.runtimes))):
        named = dice.choice(_LOOP if dice.random() < 0.5 else _ELSEWHERE) if dice.random() < 0.6 else ""
        points = dice.randint(0, 2) if named else dice.randint(0, 60)
        runtime.fuse = Fuse(deed, points, named, dice.choice((15 * SECOND, 10 * MINUTE, 3 * HOUR)))


def _kill(night: Night) -> None:
    for runtime in _some(night.runtimes):
        night.kill(runtime)


def _stop(night: Night) -> None:
    for runtime in _some(night.runtimes):
        night.trace.say(runtime.name, "is told to stop")
        runtime.stop()


def _second(night: Night) -> None:
    """Somebody starts a runtime where one runs already."""
    host = night.dice.choice(night.hosts)
    if len(night.runtimes) < 3:
        night.start(host)


def _command(night: Night) -> None:
    if not night.shared and not any(runtime.is_momentary for runtime in night.runtimes):
        night.answer_for_a_moment()


def _administer(night: Night) -> None:
    night.people.administer()
    night.wake_all()


def _define(night: Night) -> None:
    night.people.define()
    night.wake_all()


def _lose_answers(night: Night) -> None:
    dice = night.chance.stream("answers")
    night.ledger.answers.extend(dice.choice(_ANSWERS))
    night.ledger.away_after, night.ledger.away_from = dice.choice((0, 0, 2 * SECOND, 30 * SECOND)), ""


def _store_away(night: Night) -> None:
    """For everybody, or for one node whose line is cut."""
    span = night.dice.choice((SECOND, 20 * SECOND, 5 * MINUTE, HOUR))
    night.ledger.away_until = night.clock.boot + span
    night.ledger.away_from = night.dice.choice(("", *(host.node for host in night.hosts)))
    night.trace.say("store", f"away for {span // SECOND} s from {night.ledger.away_from or 'everybody'}")


def _store_busy(night: Night) -> None:
    night.ledger.busy = night.dice.randint(1, 5)


def _store_slow(night: Night) -> None:
    night.ledger.slow = night.dice.choice((0, 300 * MS, 4 * SECOND, 15 * SECOND))


def _edit_store(night: Night) -> None:
    """A person with a database tool touches a row."""
    for task in _some(list(night.promises.board.tasks.values())):
        night.trace.say("store", f"somebody edits {task.ref}")
        night.ledger.edited = True
        night.ledger.ask("UPDATE task_run SET version = version + 1 WHERE run = ? AND task = ?", task.run, task.task)


def _set_clock(night: Night) -> None:
    step = night.dice.choice((SECOND, 5 * SECOND, HOUR, DAY)) * night.dice.choice((1, -1))
    night.trace.say("clock", f"is set by {step // SECOND} s")
    night.clock.set_wall(step)


def _restart_host(night: Night) -> None:
    host = night.dice.choice(night.hosts)
    for runtime in [runtime for runtime in night.runtimes if runtime.host is host]:
        night.kill(runtime)
    host.restart()


def _kill_shim(night: Night) -> None:
    living = [(host, name) for host in night.hosts for name in host.shims if host.shim_lives(name)]
    for host, attempt in _some(living[night.dice.randrange(len(living)) :] if living else []):
        host.kill_shim(attempt)


def _starve(night: Night) -> None:
    night.pass_time(night.dice.choice((5 * SECOND, 2 * MINUTE, 2 * HOUR)), starving=True)


def _some(ones: Sequence[T]) -> Sequence[T]:
    """The first, where there is one."""
    return ones[:1]


HAPPENINGS: tuple[tuple[int, Fault | None, Callable[[Night], None]], ...] = (
    (20, None, _moments),
    (8, None, _minutes),
    (7, None, _hours),
    (14, None, _order),
    (25, None, _ask),
    (3, None, _command),
    (2, Fault.RIGHTS_CHANGE, _administer),
    (1, Fault.DEFINITIONS_CHANGE, _define),
    (8, Fault.RUNTIME_KILLED, _light_kill),
    (3, Fault.RUNTIME_KILLED, _kill),
    (6, Fault.RUNTIME_FROZEN, _light_freeze),
    (3, Fault.RUNTIME_STOPPED, _stop),
    (2, Fault.RUNTIME_STOPPED, _second),
    (6, Fault.ANSWER_LOST, _lose_answers),
    (3, Fault.STORE_AWAY, _store_away),
    (3, Fault.STORE_BUSY, _store_busy),
    (2, Fault.STORE_SLOW, _store_slow),
    (1, Fault.STORE_EDITED, _edit_store),
    (3, Fault.CLOCK_STEPS, _set_clock),
    (2, Fault.REBOOT, _restart_host),
    (3, Fault.SHIM_KILLED, _kill_shim),
    (3, Fault.RUNTIME_STARVED, _starve),
)
