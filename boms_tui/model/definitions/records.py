"""Typed documents into the records that runs keep: defaults laid under tasks, tasks in topological order."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import time
from typing import TypeVar

from boms_tui.model import graph
from boms_tui.model.calendar import Calendar
from boms_tui.model.definition import (
    AfterCheck,
    BeforeCheck,
    Checks,
    Command,
    Contact,
    Cyclic,
    Deadlines,
    Lock,
    Manual,
    Missed,
    OnFailure,
    OnUnknown,
    OutputCheck,
    Overlap,
    Parameter,
    Policy,
    Process,
    Resource,
    RetryPolicy,
    Role,
    Task,
    Window,
)
from boms_tui.model.definitions.calendars import CalendarDocument, DayName
from boms_tui.model.definitions.causes import condition_of, file_of, start_of
from boms_tui.model.definitions.checks import AfterwardsEntry, BeforeEntry, RetryPart, WindowPart
from boms_tui.model.definitions.documents import (
    ContactDocument,
    CyclicPart,
    DeadlinesPart,
    PolicyDocument,
    ProcessDocument,
    ResourceDocument,
    RoleDocument,
)
from boms_tui.model.definitions.settings import Settings, TaskPart
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.states import AttemptState

T = TypeVar("T")


def process_of(document: ProcessDocument, timezone: str) -> Process:
    """The process that a document without broken rules says. `timezone` is where it names none."""
    return _process(document, timezone, graph.ordered(document.needs()))


def names_of(document: ProcessDocument, timezone: str) -> Process:
    """A process that breaks rules, its tasks in the author's order: fit for nothing but to see what it names."""
    return _process(document, timezone, document.tasks)


def _process(document: ProcessDocument, timezone: str, order: Iterable[str]) -> Process:
    return Process(
        id=ProcessId(document.process),
        tasks={TaskName(name): _task(TaskName(name), document) for name in order},
        title=document.title or "",
        instructions=document.instructions or "",
        owner=_first(document.owner, else_="operator"),
        calendar=document.calendar or "",
        timezone=_first(document.timezone, else_=timezone),
        day_starts=_first(document.day_starts, else_=time(0)),
        parameters={
            name: Parameter(parameter.default, tuple(parameter.choices))
            for name, parameter in document.parameters.items()
        },
        start=tuple(start_of(start) for start in document.start),
        after=tuple(map(condition_of, document.after)),
        contacts=tuple(document.contacts),
        priority=_first(document.priority, else_=50),
        overlap=_first(document.overlap, else_=Overlap.QUEUE),
        window=None if document.window is None else _window(document.window),
        once_per_date=_first(document.once_per_date, else_=False),
        missed=_first(document.missed, else_=Missed.ASK),
        cyclic=None if document.cyclic is None else _cyclic(document.cyclic),
        deadlines=Deadlines() if document.deadlines is None else _deadlines(document.deadlines),
    )


def calendar_of(document: CalendarDocument) -> Calendar:
    numbers = {name: number for number, name in enumerate(DayName)}
    weekend = None if document.weekend is None else frozenset(numbers[name] for name in document.weekend)
    return Calendar(
        id=document.calendar,
        title=document.title,
        base=document.based_on or "",
        weekend=weekend,
        holidays=tuple(entry.code for entry in document.holidays if entry.code is not None),
        closed={entry.date: entry.name for entry in document.holidays if entry.date is not None},
        extra_days=frozenset(document.extra_days),
        never=frozenset(document.never),
        half_days=document.half_days,
        picks=tuple(document.days or ()),
        roll=document.roll,
        shift=document.shift,
        until=document.until,
    )


def contact_of(document: ContactDocument) -> Contact:
    return Contact(
        id=document.contact,
        name=document.name or document.contact,
        phone=document.phone or "",
        mail=document.mail or "",
        hours=document.hours,
        then=document.then,
    )


def role_of(document: RoleDocument) -> Role:
    return Role(document.role, tuple(document.inherits), tuple(document.scopes))


def policy_of(document: PolicyDocument) -> Policy:
    return Policy(document.policy, tuple(document.two_person), tuple(document.scopes))


def resource_of(document: ResourceDocument) -> Resource:
    return Resource(document.resource, document.units, document.title)


def _task(name: TaskName, document: ProcessDocument) -> Task:
    task, defaults = document.tasks[name], document.defaults
    common = Task(
        name=name,
        work=Manual(task.manual.prompt) if task.manual is not None else _command(task, defaults),
        title=task.title or "",
        after=tuple(map(condition_of, task.after)),
        retry=_retry(task, defaults),
        timeout=task.timeout or defaults.timeout,
        pool=_first(task.pool, defaults.pool, else_="local"),
        priority=_first(task.priority, defaults.priority, document.priority, else_=50),
        on_failure=_first(task.on_failure, defaults.on_failure, document.on_failure, else_=OnFailure.WAIT),
        contacts=tuple(_first(task.contacts, defaults.contacts, else_=[])),
        instructions=task.instructions or "",
        output_cap=_first(task.output_cap, defaults.output_cap, else_=10_000_000),
        exclude=_first(task.exclude, defaults.exclude, else_=False),
        dry=_first(task.dry, defaults.dry, else_=False),
        two_person=_first(task.approval, defaults.approval, else_=False),
        authorised={verb: tuple(roles) for verb, roles in {**defaults.authorised, **task.authorised}.items()},
    )
    return common if task.manual is not None else _with_attempts(common, task, defaults)


def _with_attempts(common: Task, task: TaskPart, defaults: Settings) -> Task:
    """The task with what only attempts have a use for."""
    resources = {**defaults.resources, **task.resources}
    return replace(
        common,
        confirm=_first(task.confirm, defaults.confirm, else_=False),
        on_unknown=_first(task.on_unknown, defaults.on_unknown, else_=OnUnknown.WAIT),
        checks=_checks(task, defaults, common.retry),
        resources={name: units for name, units in resources.items() if units},
        locks=tuple(Lock(entry.name, entry.mode) for entry in _first(task.locks, defaults.locks, else_=[])),
        secrets={**defaults.secrets, **task.secrets},
    )


def _command(task: TaskPart, defaults: Settings) -> Command:
    return Command(
        argv=tuple(task.command or ()),
        environment={**defaults.environment, **task.environment},
        directory=_first(task.directory, defaults.directory, else_="."),
        success_codes=frozenset(_first(task.success_codes, defaults.success_codes, else_=[0])),
    )


def _retry(task: TaskPart, defaults: Settings) -> RetryPolicy:
    policy = _policy(task, defaults, RetryPolicy())
    return replace(policy, on=frozenset(_first(task.retry_on, defaults.retry_on, else_=policy.on)))


def _checks(task: TaskPart, defaults: Settings, own: RetryPolicy) -> Checks:
    said, below = task.checks, defaults.checks
    asks = (said.model_fields_set | below.model_fields_set) & RetryPart.model_fields.keys()
    policy = replace(_policy(said, below, own), on=frozenset({AttemptState.CHECK_FAILED}))
    return Checks(
        before=tuple(_before(_first(said.before, below.before, else_=[]))),
        after=tuple(_afterwards(_first(said.after, below.after, else_=[]))),
        retry=policy if asks else None,
    )


def _before(entries: Iterable[BeforeEntry]) -> Iterator[BeforeCheck]:
    for entry in entries:
        if entry.file is not None:
            yield file_of(entry.file)
        if entry.window is not None:
            yield _window(entry.window)


def _afterwards(entries: Iterable[AfterwardsEntry]) -> Iterator[AfterCheck]:
    for entry in entries:
        if entry.file is not None:
            yield file_of(entry.file)
        if entry.output is not None:
            yield OutputCheck(entry.output.fail_on or "", entry.output.require or "")


def _policy(said: RetryPart, below: RetryPart, standard: RetryPolicy) -> RetryPolicy:
    """`standard` with what `below` says laid over it, and what is `said` over that."""
    return replace(
        standard,
        retries=_first(said.retries, below.retries, else_=standard.retries),
        delay=_first(said.retry_delay, below.retry_delay, else_=standard.delay),
        backoff=_first(said.retry_backoff, below.retry_backoff, else_=standard.backoff),
        max_delay=_first(said.retry_max_delay, below.retry_max_delay, else_=standard.max_delay),
        jitter=_first(said.retry_jitter, below.retry_jitter, else_=standard.jitter),
    )


def _first(*said: T | None, else_: T) -> T:
    """The first that was said, in the order of what wins."""
    return next((value for value in said if value is not None), else_)


def _cyclic(part: CyclicPart) -> Cyclic:
    return Cyclic(part.every, part.from_, part.until, part.rounds)


def _window(part: WindowPart) -> Window:
    return Window(part.from_, part.to)


def _deadlines(part: DeadlinesPart) -> Deadlines:
    return Deadlines(part.start_by, part.finish_by, part.max_duration)
