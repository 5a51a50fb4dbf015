"""What comes from outside: events, files, nights without any runtime, and people who look at what was missed."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from boms_tui.model.states import RunState
from tests.sim.chance import Fault, Topic
from tests.sim.drive import filled
from tests.sim.night import Night
from tests.sim.people import NAMES
from tests.sim.runtime import Deed, Fuse
from tests.sim.ticking import HOUR, MINUTE, SECOND
from tests.sim.variety import EVENTS, WAITED_FOR, patterns

_DOWN = (2 * HOUR, 9 * HOUR, 30 * HOUR, 62 * HOUR)
_MOST_OPEN = 6
Deeds = Callable[[Night, Random], None]


def happen_outside(night: Night) -> None:
    """After each step, for each topic of the night."""
    for topic, share, deed in _DEEDS:
        if night.chance.about(topic):
            dice = night.chance.stream(f"outside {topic.name}")
            if dice.random() < share:
                deed(night, dice)


def _post(night: Night, dice: Random) -> None:
    """Somebody, or a script, posts an event; some do it twice, and some do not know its name."""
    if len(night.promises.board.open_runs()) > _MOST_OPEN:
        return
    name = dice.choice((*EVENTS, *EVENTS, "no-such-event"))
    day = night.clock.now().date() + timedelta(days=dice.choice((0, 0, 0, -1, 1)))
    given = {"date": dice.choice((day.isoformat(), day.isoformat(), "soon"))} if dice.random() < 0.5 else {}
    for _ in range(dice.choice((1, 1, 2))):
        night.people.ask("event", name, given, by=dice.choice((*NAMES, "operator", "operator")), odd=True)
    night.wake_all()


def _touch(night: Night, dice: Random) -> None:
    """Something happens to a file."""
    deeds: tuple[Deeds, ...] = (_come, _come, _come, _come, _rewrite, _rewrite, _vanish, _hang, _endanger)
    dice.choice(deeds)(night, dice)
    night.pass_time(dice.randint(0, 3 * SECOND))


def _come(night: Night, dice: Random) -> None:
    """A file appears, mostly small at first, and grows for a while."""
    if len(night.promises.board.open_runs()) > _MOST_OPEN:
        return
    path = _a_path(night, dice)
    said = night.clock.now() - timedelta(hours=dice.randint(1, 30)) if dice.random() < 0.2 else None
    night.drive.write(path, dice.choice((0, 1, 5, 20)), changed=said)
    after = 0
    for size in range(30, 30 + dice.choice((0, 0, 1, 2, 3))):
        after += dice.choice((SECOND, 20 * SECOND, 4 * MINUTE))
        night.agenda.after(after, lambda size=size: _grow(night, path, size))  # type: ignore[misc]


def _grow(night: Night, path: str, size: int) -> None:
    if path in night.drive.there() and not night.chance.calm:
        night.drive.write(path, size)


def _rewrite(night: Night, dice: Random) -> None:
    """Another file takes the place of one that lies there, which may bring its own time along."""
    there = night.drive.there()
    if there:
        said = night.clock.now() - timedelta(hours=dice.randint(1, 30)) if dice.random() < 0.3 else None
        night.drive.write(dice.choice(there), dice.randint(0, 40), changed=said)


def _vanish(night: Night, dice: Random) -> None:
    there = night.drive.there()
    if there:
        night.drive.vanish(dice.choice(there))


def _hang(night: Night, dice: Random) -> None:
    """The file system gives no answer for a while, or lets nothing be moved."""
    if dice.random() < 0.5:
        night.drive.silent_until = night.clock.boot + dice.choice((5 * SECOND, 10 * MINUTE))
    night.drive.refusing = not night.drive.refusing


def _endanger(night: Night, dice: Random) -> None:
    """The next to take a file away is killed or stopped just before or after it."""
    deed = dice.choice(list(Deed))
    fault = Fault.RUNTIME_KILLED if deed is Deed.KILL else Fault.RUNTIME_FROZEN
    for runtime in night.runtimes if night.chance.has(fault) else ():
        at = dice.choice(("before taking", "after taking", "after-commit"))
        runtime.fuse = Fuse(deed, 0, at, dice.choice((15 * SECOND, HOUR)))


def _a_path(night: Night, dice: Random) -> str:
    """A file that somebody waits for, or that starts somebody."""
    name = dice.choice((*WAITED_FOR, *(path for process in night.plan.processes for path in patterns(process.id))))
    return filled(name.replace("?", dice.choice("12")), _some_day(night, dice))


def _some_day(night: Night, dice: Random) -> date:
    return night.clock.now().date() + timedelta(days=dice.choice((0, 0, 0, 0, -1, 1)))


def _go_down(night: Night, dice: Random) -> None:
    """Nothing runs for hours, or for a weekend."""
    span = dice.choice(_DOWN)
    night.trace.say("world", f"nothing runs for {span // HOUR} h")
    night.closed_until = night.clock.boot + span
    for runtime in list(night.runtimes):
        night.kill(runtime)
    night.pass_time(span)


def _look_at_missed(night: Night, dice: Random) -> None:
    """Somebody orders a run that was missed after all, or lets it go."""
    missed = [run for run in night.promises.board.runs.values() if run.state is RunState.MISSED]
    if missed:
        run = dice.choice(missed)
        given = {"date": run.business_date} if dice.random() < 0.1 else {}
        verb = dice.choice(("order", "order", "cancel"))
        night.people.ask(verb, run.id, given if verb == "order" else {}, by=dice.choice(NAMES), odd=True)
        night.wake_all()


def _lift(night: Night, dice: Random) -> None:
    """Somebody lifts what keeps a run or one of its tasks from starting, or would."""
    board = night.promises.board
    runs = board.open_runs()
    if not runs:
        return
    run = dice.choice(runs)
    process, tasks = night.promises.definitions.of(run), board.tasks_of(run.id)
    task = dice.choice([None, *tasks])
    after = process.after if task is None else process.tasks[task.task].after
    day = date.fromisoformat(run.business_date)
    gate = dice.choice([*(filled(one.name, day) for one in after), "start-time" if task is None else "window"])
    target = run.id if task is None else task.ref
    night.people.ask("free", target, {"gate": gate}, by=dice.choice(NAMES), odd=True)
    night.wake_all()


_DEEDS: tuple[tuple[Topic, float, Deeds], ...] = (
    (Topic.EVENTS, 0.25, _post),
    (Topic.FILES, 0.5, _touch),
    (Topic.DOWNTIME, 0.05, _go_down),
    (Topic.DOWNTIME, 0.25, _look_at_missed),
    (Topic.GATES, 0.25, _lift),
)
