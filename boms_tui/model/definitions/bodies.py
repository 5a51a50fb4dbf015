"""The resolved records as JSON text, as revisions store them.

Written by hand: readers load hundreds of these at their start, and Pydantic alone would cost them more than that.
Every field is written out, so that no new default changes what a stored revision means.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any, Literal, TypeAlias, overload

from boms_tui.model.definition import (
    Command,
    Contact,
    CronStart,
    Dependency,
    Manual,
    OnFailure,
    Outcome,
    Parameter,
    Process,
    ProcessStart,
    RelativeDate,
    RetryPolicy,
    Role,
    Task,
)

Template: TypeAlias = Mapping[str, Any]
Body: TypeAlias = Process | Contact | Role | Template
Json: TypeAlias = dict[str, Any]


def dump_body(record: Body) -> str:
    """The canonical JSON text of a record: the same record gives the same text."""
    match record:
        case Process():
            fields = _process(record)
        case Contact():
            fields = _contact(record)
        case Role():
            fields = {"id": record.id, "inherits": list(record.inherits), "scopes": list(record.scopes)}
        case _:
            fields = dict(record)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@overload
def load_body(kind: Literal["process"], body: str) -> Process: ...
@overload
def load_body(kind: Literal["contact"], body: str) -> Contact: ...
@overload
def load_body(kind: Literal["role"], body: str) -> Role: ...
@overload
def load_body(kind: str, body: str) -> Body: ...
def load_body(kind: str, body: str) -> Body:
    """The record that `dump_body` wrote; a template's is a mapping."""
    fields: Json = json.loads(body)
    return _LOADED[kind](fields)


def _process(process: Process) -> Json:
    return {
        "id": process.id,
        "title": process.title,
        "instructions": process.instructions,
        "owner": process.owner,
        "timezone": process.timezone,
        "day_starts": process.day_starts.isoformat(),
        "parameters": {
            name: {"default": parameter.default, "choices": list(parameter.choices)}
            for name, parameter in process.parameters.items()
        },
        "start": [_start(start) for start in process.start],
        "after": [_dependency(dependency) for dependency in process.after],
        "contacts": list(process.contacts),
        "priority": process.priority,
        "tasks": [_task(task) for task in process.tasks.values()],
    }


def _load_process(fields: Json) -> Process:
    tasks = [_load_task(task) for task in fields.pop("tasks")]
    return Process(
        tasks={task.name: task for task in tasks},
        day_starts=time.fromisoformat(fields.pop("day_starts")),
        parameters={
            name: Parameter(parameter["default"], tuple(parameter["choices"]))
            for name, parameter in fields.pop("parameters").items()
        },
        start=tuple([_load_start(start) for start in fields.pop("start")]),
        after=_load_after(fields.pop("after")),
        contacts=tuple(fields.pop("contacts")),
        **fields,
    )


def _start(start: CronStart | ProcessStart) -> Json:
    return {"cron": start.cron} if isinstance(start, CronStart) else {"process": start.process}


def _load_start(fields: Json) -> CronStart | ProcessStart:
    return CronStart(fields["cron"]) if "cron" in fields else ProcessStart(fields["process"])


def _task(task: Task) -> Json:
    retry = task.retry
    return {
        "name": task.name,
        **_work(task.work),
        "title": task.title,
        "after": [_dependency(dependency) for dependency in task.after],
        "retry": {
            "retries": retry.retries,
            "delay": _seconds(retry.delay),
            "backoff": retry.backoff,
            "max_delay": _seconds(retry.max_delay),
        },
        "timeout": _seconds(task.timeout),
        "pool": task.pool,
        "priority": task.priority,
        "confirm": task.confirm,
        "on_failure": task.on_failure,
        "contacts": list(task.contacts),
        "instructions": task.instructions,
        "output_cap": task.output_cap,
    }


def _load_task(fields: Json) -> Task:
    command, manual, retry = fields.pop("command", None), fields.pop("manual", None), fields.pop("retry")
    return Task(
        work=Manual(manual["prompt"]) if command is None else _load_command(command),
        after=_load_after(fields.pop("after")),
        retry=RetryPolicy(
            retry["retries"], timedelta(seconds=retry["delay"]), retry["backoff"], _load_seconds(retry["max_delay"])
        ),
        timeout=_load_seconds(fields.pop("timeout")),
        on_failure=OnFailure(fields.pop("on_failure")),
        contacts=tuple(fields.pop("contacts")),
        **fields,
    )


def _work(work: Command | Manual) -> Json:
    if isinstance(work, Manual):
        return {"manual": {"prompt": work.prompt}}
    return {
        "command": {
            "argv": list(work.argv),
            "environment": dict(work.environment),
            "directory": work.directory,
            "success_codes": sorted(work.success_codes),
        }
    }


def _load_command(fields: Json) -> Command:
    return Command(
        tuple(fields["argv"]), fields["environment"], fields["directory"], frozenset(fields["success_codes"])
    )


def _dependency(dependency: Dependency) -> Json:
    on = dependency.date
    return {
        "when": dependency.when,
        "process": dependency.process,
        "task": dependency.task,
        "date": on if isinstance(on, RelativeDate) else on.isoformat(),
        "if_planned": dependency.if_planned,
    }


def _load_after(entries: list[Json]) -> tuple[Dependency, ...]:
    return tuple(
        [
            Dependency(
                _OUTCOMES[entry["when"]],
                entry["process"],
                entry["task"],
                _DATES.get(entry["date"]) or date.fromisoformat(entry["date"]),
                entry["if_planned"],
            )
            for entry in entries
        ]
    )


def _contact(contact: Contact) -> Json:
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone,
        "mail": contact.mail,
        "hours": dict(contact.hours),
        "then": {name: _seconds(after) for name, after in contact.then.items()},
    }


def _load_contact(fields: Json) -> Contact:
    then = {name: timedelta(seconds=after) for name, after in fields.pop("then").items()}
    return Contact(then=then, **fields)


def _load_role(fields: Json) -> Role:
    return Role(fields["id"], tuple(fields["inherits"]), tuple(fields["scopes"]))


def _seconds(duration: timedelta | None) -> float | None:
    if duration is None:
        return None
    return duration.total_seconds() if duration.microseconds else duration // timedelta(seconds=1)


def _load_seconds(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_DATES = {relative.value: relative for relative in RelativeDate}
_LOADED: dict[str, Callable[[Json], Body]] = {
    "process": _load_process,
    "contact": _load_contact,
    "role": _load_role,
    "template": lambda fields: fields,
}
