"""The resolved records as JSON text, as revisions store them.

Written by hand: readers load hundreds of these at their start, and Pydantic alone would cost them more than that.
Every field is written out, so that no new default changes what a stored revision means.
"""

import json
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any, Literal, TypeAlias, overload

from boms_tui.model.definition import Contact, CronStart, Overlap, Parameter, Process, ProcessStart, Resource, Role
from boms_tui.model.definitions.body_parts import Json, dump_dependency, load_after, seconds
from boms_tui.model.definitions.task_bodies import dump_task, load_task

Template: TypeAlias = Mapping[str, Any]
Body: TypeAlias = Process | Contact | Role | Resource | Template


def dump_body(record: Body) -> str:
    """The canonical JSON text of a record: the same record gives the same text."""
    match record:
        case Process():
            fields = _process(record)
        case Contact():
            fields = _contact(record)
        case Role():
            fields = {"id": record.id, "inherits": list(record.inherits), "scopes": list(record.scopes)}
        case Resource():
            fields = {"id": record.id, "units": record.units, "title": record.title}
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
def load_body(kind: Literal["resource"], body: str) -> Resource: ...
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
        "after": [dump_dependency(dependency) for dependency in process.after],
        "contacts": list(process.contacts),
        "priority": process.priority,
        "overlap": process.overlap,
        "tasks": [dump_task(task) for task in process.tasks.values()],
    }


def _load_process(fields: Json) -> Process:
    tasks = [load_task(task) for task in fields.pop("tasks")]
    return Process(
        tasks={task.name: task for task in tasks},
        day_starts=time.fromisoformat(fields.pop("day_starts")),
        parameters={
            name: Parameter(parameter["default"], tuple(parameter["choices"]))
            for name, parameter in fields.pop("parameters").items()
        },
        start=tuple([_load_start(start) for start in fields.pop("start")]),
        after=load_after(fields.pop("after")),
        contacts=tuple(fields.pop("contacts")),
        overlap=Overlap(fields.pop("overlap", "queue")),
        **fields,
    )


def _start(start: CronStart | ProcessStart) -> Json:
    return {"cron": start.cron} if isinstance(start, CronStart) else {"process": start.process}


def _load_start(fields: Json) -> CronStart | ProcessStart:
    return CronStart(fields["cron"]) if "cron" in fields else ProcessStart(fields["process"])


def _contact(contact: Contact) -> Json:
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone,
        "mail": contact.mail,
        "hours": dict(contact.hours),
        "then": {name: seconds(after) for name, after in contact.then.items()},
    }


def _load_contact(fields: Json) -> Contact:
    then = {name: timedelta(seconds=after) for name, after in fields.pop("then").items()}
    return Contact(then=then, **fields)


def _load_role(fields: Json) -> Role:
    return Role(fields["id"], tuple(fields["inherits"]), tuple(fields["scopes"]))


_LOADED: dict[str, Callable[[Json], Body]] = {
    "process": _load_process,
    "contact": _load_contact,
    "role": _load_role,
    "resource": lambda fields: Resource(**fields),
    "template": lambda fields: fields,
}
