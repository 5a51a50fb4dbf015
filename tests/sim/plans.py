"""Small departments drawn from a seed: a few processes that order, follow and wait for each other."""

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from random import Random

from boms_tui.model.condition import Dependency, FileCheck, Outcome, RelativeDate
from boms_tui.model.definition import (
    RETRIABLE,
    Checks,
    Command,
    Deadlines,
    Lock,
    LockMode,
    Manual,
    OnFailure,
    OnUnknown,
    OutputCheck,
    Overlap,
    Process,
    Resource,
    RetryPolicy,
    Task,
    Window,
)
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.trigger import CronStart, ProcessStart
from tests.sim.daily import Daily

NAMES = (ProcessId("risk/margin"), ProcessId("settle/pay"), ProcessId("report/close"))
_TASKS = ("load", "compute", "cube", "tell")
_ZONES = ("UTC", "UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe")
FEED = Resource("feed", 2)
_WINDOWS = (None, None, None, Window(time(8), time(20)), Window(time(20), time(4)))
_CHECKS = (
    Checks(),
    Checks(),
    Checks(),
    Checks(before=(FileCheck("in/prices.csv"),)),
    Checks(after=(OutputCheck(fail_on="ERROR"),), retry=RetryPolicy(1, timedelta(seconds=5))),
    Checks((FileCheck("in/a"), FileCheck("in/b")), (FileCheck("out/c"),)),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The definitions of one night, and the times of those that a clock orders."""

    processes: tuple[Process, ...]
    times: dict[ProcessId, Daily]
    resources: tuple[Resource, ...] = (FEED,)


_DEADLINES = (
    Deadlines(),
    Deadlines(),
    Deadlines(finish_by=time(20)),
    Deadlines(start_by=time(18), finish_by=time(21, 30)),
    Deadlines(start_by=time(2, 30), max_duration=timedelta(minutes=20)),
    Deadlines(max_duration=timedelta(seconds=90)),
)


def drawn(dice: Random, hours: Random, marks: Random, limits: Random) -> Plan:
    """`hours` are the dice of windows, `marks` those of what is excluded and dry, `limits` those of deadlines."""
    times: dict[ProcessId, Daily] = {}
    made: list[Process] = []
    for place, name in enumerate(NAMES[: dice.randint(1, len(NAMES))]):
        before = [process for process in made if dice.random() < 0.5]
        if dice.random() < (0.8 if place == 0 else 0.3):
            times[name] = Daily(tuple(sorted(dice.sample(range(24), dice.randint(1, 4)))), dice.choice((0, 30, 59)))
        process = _process(name, before, times.get(name), dice)
        tasks = {task.name: _marked(task, marks) for task in process.tasks.values()}
        window, deadlines = hours.choice(_WINDOWS), limits.choice(_DEADLINES)
        made.append(replace(process, window=window, tasks=tasks, deadlines=deadlines))
    return Plan(tuple(made), times)


def _marked(task: Task, dice: Random) -> Task:
    return replace(task, exclude=dice.random() < 0.05, dry=dice.random() < 0.1)


def _process(name: ProcessId, before: list[Process], daily: Daily | None, dice: Random) -> Process:
    starts: list[CronStart | ProcessStart] = [CronStart(daily.cron)] if daily is not None else []
    starts += [ProcessStart(other.id) for other in before if dice.random() < 0.5]
    after = tuple(_outside(other, dice) for other in before if dice.random() < 0.4)
    tasks: dict[TaskName, Task] = {}
    for word in _TASKS[: dice.randint(1, len(_TASKS))]:
        tasks[TaskName(word)] = _task(TaskName(word), list(tasks), before, dice)
    return Process(
        name,
        tasks,
        timezone=dice.choice(_ZONES),
        day_starts=dice.choice((time(0), time(0), time(6))),
        start=tuple(starts),
        after=after,
        overlap=dice.choice((Overlap.QUEUE, Overlap.QUEUE, Overlap.PARALLEL, Overlap.SKIP)),
    )


def _outside(other: Process, dice: Random) -> Dependency:
    task = dice.choice([None, *other.tasks])
    when = dice.choice((Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.FINISHED))
    day: RelativeDate | date = dice.choice((RelativeDate.SAME, RelativeDate.SAME, RelativeDate.PREVIOUS))
    return Dependency(when, other.id, task, date=day, if_planned=dice.random() < 0.7)


def _task(name: TaskName, behind: list[TaskName], others: list[Process], dice: Random) -> Task:
    needs = [Dependency(_when(dice), task=need) for need in behind if dice.random() < 0.6]
    needs += [_outside(other, dice) for other in others if dice.random() < 0.15]
    manual = dice.random() < 0.1
    return Task(
        name,
        Manual("ok?") if manual else Command(("true",), success_codes=frozenset(dice.choice(((0,), (0, 3))))),
        after=tuple(needs),
        retry=_retry(dice),
        timeout=dice.choice((None, None, timedelta(minutes=5))),
        pool=dice.choice(("local", "local", "local", "big")),
        priority=dice.choice((50, 50, 90)),
        confirm=not manual and dice.random() < 0.1,
        on_failure=dice.choice((OnFailure.WAIT, OnFailure.WAIT, OnFailure.CONTINUE, OnFailure.FAIL)),
        on_unknown=dice.choice((OnUnknown.WAIT, OnUnknown.WAIT, OnUnknown.RERUN)),
        checks=Checks() if manual else dice.choice(_CHECKS),
        resources=dice.choice(({}, {}, {FEED.id: 1}, {FEED.id: 2})),
        locks=dice.choice(((), (), (), (Lock("books"),), (Lock("books", LockMode.SHARED),))),
    )


def _when(dice: Random) -> Outcome:
    return dice.choice((Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.FAILED, Outcome.FINISHED))


def _retry(dice: Random) -> RetryPolicy:
    delay = timedelta(seconds=dice.choice((1, 30, 600)))
    some = frozenset(end for end in RETRIABLE if dice.random() < 0.8)
    return RetryPolicy(
        dice.choice((0, 0, 1, 2)), delay, dice.choice((1.0, 2.0)), jitter=dice.choice((0.0, 0.5)), on=some
    )
