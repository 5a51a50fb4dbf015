"""Typed documents into the records that runs keep: defaults laid under tasks, tasks in topological order."""

from collections.abc import Iterable
from datetime import time
from typing import TypeVar

from boms_tui.model import graph
from boms_tui.model.definition import (
    Command,
    Contact,
    CronStart,
    Dependency,
    Manual,
    OnFailure,
    Parameter,
    Process,
    ProcessStart,
    RelativeDate,
    RetryPolicy,
    Role,
    Task,
)
from boms_tui.model.definitions.documents import (
    AfterEntry,
    ContactDocument,
    ProcessDocument,
    RoleDocument,
    Settings,
    StartEntry,
    TaskPart,
)
from boms_tui.model.ids import ProcessId, TaskName

T = TypeVar("T")


def process_of(document: ProcessDocument, timezone: str) -> Process:
    """The process that a document without broken rules says. `timezone` is where it names none."""
    needs = {
        name: [str(entry.task) for entry in task.after if not entry.process] for name, task in document.tasks.items()
    }
    return _process(document, timezone, graph.ordered(needs))


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
        timezone=_first(document.timezone, else_=timezone),
        day_starts=_first(document.day_starts, else_=time(0)),
        parameters={
            name: Parameter(parameter.default, tuple(parameter.choices))
            for name, parameter in document.parameters.items()
        },
        start=tuple(_start(start) for start in document.start),
        after=tuple(_dependency(entry) for entry in document.after),
        contacts=tuple(document.contacts),
        priority=_first(document.priority, else_=50),
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


def _task(name: TaskName, document: ProcessDocument) -> Task:
    task, defaults = document.tasks[name], document.defaults
    return Task(
        name=name,
        work=_work(task, defaults),
        title=task.title or "",
        after=tuple(_dependency(entry) for entry in task.after),
        retry=_retry(task, defaults),
        timeout=task.timeout or defaults.timeout,
        pool=_first(task.pool, defaults.pool, else_="local"),
        priority=_first(task.priority, defaults.priority, document.priority, else_=50),
        confirm=_first(task.confirm, defaults.confirm, else_=False) if task.manual is None else False,
        on_failure=_first(task.on_failure, defaults.on_failure, document.on_failure, else_=OnFailure.WAIT),
        contacts=tuple(_first(task.contacts, defaults.contacts, else_=[])),
        instructions=task.instructions or "",
        output_cap=_first(task.output_cap, defaults.output_cap, else_=10_000_000),
    )


def _work(task: TaskPart, defaults: Settings) -> Command | Manual:
    if task.manual is not None:
        return Manual(task.manual.prompt)
    return Command(
        argv=tuple(task.command or ()),
        environment={**defaults.environment, **task.environment},
        directory=_first(task.directory, defaults.directory, else_="."),
        success_codes=frozenset(_first(task.success_codes, defaults.success_codes, else_=[0])),
    )


def _retry(task: TaskPart, defaults: Settings) -> RetryPolicy:
    standard = RetryPolicy()
    return RetryPolicy(
        retries=_first(task.retries, defaults.retries, else_=standard.retries),
        delay=_first(task.retry_delay, defaults.retry_delay, else_=standard.delay),
        backoff=_first(task.retry_backoff, defaults.retry_backoff, else_=standard.backoff),
        max_delay=task.retry_max_delay if task.retry_max_delay is not None else defaults.retry_max_delay,
    )


def _start(entry: StartEntry) -> CronStart | ProcessStart:
    return CronStart(entry.cron) if entry.cron is not None else ProcessStart(ProcessId(entry.process or ""))


def _dependency(entry: AfterEntry) -> Dependency:
    return Dependency(
        when=entry.when,
        process=ProcessId(entry.process) if entry.process else None,
        task=TaskName(entry.task) if entry.task else None,
        date=entry.date or RelativeDate.SAME,
        if_planned=entry.if_planned,
    )


def _first(*said: T | None, else_: T) -> T:
    """The first that was said, in the order of what wins."""
    return next((value for value in said if value is not None), else_)
