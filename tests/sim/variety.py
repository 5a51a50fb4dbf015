"""What the definitions of a night have beyond times, tasks and their ends: each topic from dice of its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time, timedelta
from random import Random

from boms_tui.model.condition import (
    Condition,
    Dependency,
    EventWait,
    FileCheck,
    FileWait,
    Group,
    Milestone,
    Outcome,
    RelativeDate,
)
from boms_tui.model.definition import Cyclic, CyclicFrom, Missed, Process, Task
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.trigger import EventStart, FileStart, ProcessStart
from tests.sim.chance import Chance, Topic
from tests.sim.lives import LABELS

EVENTS = ("market-closed", "prices-in")
WAITED_FOR = ("in/prices_${business_date:%Y%m%d}.csv", "in/margin_${business_date:%Y%m%d}.csv", "in/pay_1.csv")
"""Files that runs wait for; some are such as start a process, too."""
_SETTLED = (None, timedelta(seconds=30), timedelta(minutes=5))
_MINUTES = timedelta(minutes=1)
Drawing = Callable[[Process, Sequence[Process], Random], Process]
"""What a topic makes of a process, given those before it, which it may follow."""


def varied(processes: Sequence[Process], chance: Chance) -> tuple[Process, ...]:
    """The processes, with what the topics of the night bring."""
    made: list[Process] = []
    for process in processes:
        for topic, draw in _DRAWINGS.items():
            if chance.about(topic):
                process = draw(process, made, chance.stream(f"drawing {topic.name}"))  # noqa: PLW2901
        made.append(process)
    return tuple(made)


def patterns(name: ProcessId) -> tuple[str, ...]:
    """The files that may start a process: no two processes are started by the same."""
    leaf = name.rpartition("/")[2]
    return (f"in/{leaf}_?.csv", f"in/{leaf}_${{business_date:%Y%m%d}}.csv")


def _follow(process: Process, before: Sequence[Process], dice: Random) -> Process:
    starts = [_follower(other, dice) for other in before if dice.random() < 0.7]
    return replace(process, start=(*process.start, *starts))


def _follower(other: Process, dice: Random) -> ProcessStart:
    task = dice.choice([None, *other.tasks, *other.tasks])
    milestone = _milestone(dice) if task is not None and dice.random() < 0.3 else None
    when = dice.choice(list(Outcome)) if milestone is None else Outcome.SUCCEEDED
    return ProcessStart(other.id, task, when, milestone)


def _listen(process: Process, _before: Sequence[Process], dice: Random) -> Process:
    starts = [EventStart(event) for event in EVENTS if dice.random() < 0.4]
    return _waiting(replace(process, start=(*process.start, *starts)), lambda: EventWait(dice.choice(EVENTS)), dice)


def _watch(process: Process, _before: Sequence[Process], dice: Random) -> Process:
    starts = [_file_start(path, dice) for path in patterns(process.id) if dice.random() < 0.4]
    return _waiting(replace(process, start=(*process.start, *starts)), lambda: _file_wait(dice), dice)


def _file_start(path: str, dice: Random) -> FileStart:
    check = FileCheck(path, min_size=dice.choice((None, 1, 10)), settled_for=dice.choice(_SETTLED))
    move_to, mark = dice.choice((("", ""), ("done", ""), ("", ".taken")))
    return FileStart(check, move_to, mark)


def _file_wait(dice: Random) -> FileWait:
    young = dice.choice((None, None, timedelta(hours=2)))
    size, settled = dice.choice((None, 1, 10)), dice.choice(_SETTLED)
    return FileWait(FileCheck(dice.choice(WAITED_FOR), min_size=size, newer_than=young, settled_for=settled))


def _waiting(process: Process, condition: Callable[[], Condition], dice: Random) -> Process:
    """The process, of which the run or some tasks wait for such a condition as well."""
    tasks = {
        name: replace(task, after=(*task.after, condition())) if dice.random() < 0.25 else task
        for name, task in process.tasks.items()
    }
    after = (*process.after, condition()) if dice.random() < 0.3 else process.after
    return replace(process, tasks=tasks, after=after)


def _say(process: Process, before: Sequence[Process], dice: Random) -> Process:
    """Some tasks go on when others have said so much, in their run or in another."""
    tasks, names = dict(process.tasks), list[TaskName]()
    for name, task in process.tasks.items():
        said = [Dependency(task=other, milestone=_milestone(dice)) for other in names if dice.random() < 0.4]
        tasks[name] = replace(task, after=(*_but_for(task, said), *said))
        names.append(name)
    after = [_elsewhere(dice.choice(before), dice)] if before and dice.random() < 0.4 else []
    return replace(process, tasks=tasks, after=(*process.after, *after))


def _but_for(task: Task, said: Sequence[Dependency]) -> tuple[Condition, ...]:
    """What a task waits for beside those whose word is enough now."""
    enough = {one.task for one in said}
    return tuple(one for one in task.after if not (isinstance(one, Dependency) and one.task in enough))


def _elsewhere(other: Process, dice: Random) -> Dependency:
    task = dice.choice(list(other.tasks))
    return Dependency(process=other.id, task=task, if_planned=dice.random() < 0.7, milestone=_milestone(dice))


def _milestone(dice: Random) -> Milestone:
    return dice.choice((Milestone(meter=dice.choice((10, 50, 90))), Milestone(label=dice.choice(LABELS))))


def _look_back(process: Process, before: Sequence[Process], dice: Random) -> Process:
    """Ends of other processes count only for a while, of whatever date."""
    after = list(process.after)
    if before and dice.random() < 0.5:
        after.append(Dependency(process=dice.choice(before).id, if_planned=dice.random() < 0.5))
    tasks = {name: replace(task, after=_aging(task.after, dice)) for name, task in process.tasks.items()}
    return replace(process, after=_aging(after, dice), tasks=tasks)


def _aging(after: Sequence[Condition], dice: Random) -> tuple[Condition, ...]:
    return tuple(_aged(one, dice) if isinstance(one, Dependency) and one.process else one for one in after)


def _aged(one: Dependency, dice: Random) -> Dependency:
    if one.milestone is not None or dice.random() < 0.3:
        return one
    day = dice.choice((RelativeDate.NEWEST, RelativeDate.NEWEST, one.date))
    return replace(one, date=day, within=dice.choice((1, 10, 60, 360)) * _MINUTES)


def _group(process: Process, _before: Sequence[Process], dice: Random) -> Process:
    tasks: dict[TaskName, Task] = {}
    for name, task in process.tasks.items():
        more = [Dependency(dice.choice(list(Outcome)), task=other) for other in tasks if dice.random() < 0.3]
        tasks[name] = replace(task, after=_grouped((*task.after, *more), dice))
    return replace(process, after=_grouped(process.after, dice), tasks=tasks)


def _grouped(after: Sequence[Condition], dice: Random) -> tuple[Condition, ...]:
    """The last two or more of the conditions in a group, which may have another one in it."""
    if len(after) < 2 or dice.random() < 0.3:
        return tuple(after)
    first = dice.randrange(len(after) - 1)
    inside = tuple(after[first:])
    if len(inside) > 2 and dice.random() < 0.5:
        inside = (inside[0], Group(inside[1:], every=dice.random() < 0.5))
    return (*after[:first], Group(inside, every=dice.random() < 0.3))


def _miss(process: Process, _before: Sequence[Process], dice: Random) -> Process:
    return replace(process, missed=dice.choice(list(Missed)))


def _once(process: Process, _before: Sequence[Process], dice: Random) -> Process:
    return replace(process, once_per_date=dice.random() < 0.6)


def _cycle(process: Process, _before: Sequence[Process], dice: Random) -> Process:
    every, start_from = dice.choice((2, 10, 45)) * _MINUTES, dice.choice(list(CyclicFrom))
    until, rounds = dice.choice((None, time(2), time(12), time(21))), dice.choice((2, 3, 4))
    goes = dice.random() < 0.5
    return replace(process, cyclic=Cyclic(every, start_from, until, rounds) if goes else None)


_DRAWINGS: dict[Topic, Drawing] = {
    Topic.FOLLOWERS: _follow,
    Topic.EVENTS: _listen,
    Topic.FILES: _watch,
    Topic.MILESTONES: _say,
    Topic.LOOK_BACKS: _look_back,
    Topic.GROUPS: _group,
    Topic.DOWNTIME: _miss,
    Topic.ONCE: _once,
    Topic.CYCLES: _cycle,
}
"""Groups come after what can stand in them."""
