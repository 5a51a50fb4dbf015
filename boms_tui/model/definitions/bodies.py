"""The resolved records as JSON text, as revisions store them.

Written by hand: readers load hundreds of these at their start, and Pydantic alone would cost them more than that.
Every field is written out, so that no new default changes what a stored revision means.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any, Literal, TypeAlias, overload

from boms_tui.model.calendar import Calendar, Roll, day_rule
from boms_tui.model.definition import Contact, Missed, Overlap, Parameter, Policy, Process, Resource, Role
from boms_tui.model.definitions.body_parts import (
    Json,
    dump_condition,
    dump_cyclic,
    dump_deadlines,
    dump_start,
    dump_window,
    load_after,
    load_cyclic,
    load_deadlines,
    load_start,
    load_window,
    seconds,
)
from boms_tui.model.definitions.task_bodies import dump_task, load_task

Template: TypeAlias = Mapping[str, Any]
Body: TypeAlias = Process | Calendar | Contact | Role | Resource | Policy | Template


def dump_body(record: Body) -> str:
    """The canonical JSON text of a record: the same record gives the same text."""
    match record:
        case Process():
            fields = _process(record)
        case Calendar():
            fields = _calendar(record)
        case Contact():
            fields = _contact(record)
        case Role():
            fields = {"id": record.id, "inherits": list(record.inherits), "scopes": list(record.scopes)}
        case Resource():
            fields = {"id": record.id, "units": record.units, "title": record.title}
        case Policy():
            fields = {"id": record.id, "two_person": list(record.two_person), "scopes": list(record.scopes)}
        case _:
            fields = dict(record)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@overload
def load_body(kind: Literal["process"], body: str) -> Process: ...
@overload
def load_body(kind: Literal["calendar"], body: str) -> Calendar: ...
@overload
def load_body(kind: Literal["contact"], body: str) -> Contact: ...
@overload
def load_body(kind: Literal["role"], body: str) -> Role: ...
@overload
def load_body(kind: Literal["resource"], body: str) -> Resource: ...
@overload
def load_body(kind: Literal["policy"], body: str) -> Policy: ...
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
        "calendar": process.calendar,
        "timezone": process.timezone,
        "day_starts": process.day_starts.isoformat(),
        "parameters": {
            name: {"default": parameter.default, "choices": list(parameter.choices)}
            for name, parameter in process.parameters.items()
        },
        "start": [dump_start(start) for start in process.start],
        "after": [dump_condition(condition) for condition in process.after],
        "contacts": list(process.contacts),
        "priority": process.priority,
        "overlap": process.overlap,
        "window": None if process.window is None else dump_window(process.window),
        "once_per_date": process.once_per_date,
        "missed": process.missed,
        "cyclic": None if process.cyclic is None else dump_cyclic(process.cyclic),
        "deadlines": dump_deadlines(process.deadlines),
        "tasks": [dump_task(task) for task in process.tasks.values()],
    }


def _load_process(fields: Json) -> Process:
    tasks = [load_task(task) for task in fields.pop("tasks")]
    window, cyclic = fields.pop("window", None), fields.pop("cyclic", None)
    return Process(
        tasks={task.name: task for task in tasks},
        day_starts=time.fromisoformat(fields.pop("day_starts")),
        parameters={
            name: Parameter(parameter["default"], tuple(parameter["choices"]))
            for name, parameter in fields.pop("parameters").items()
        },
        start=tuple([load_start(start) for start in fields.pop("start")]),
        after=load_after(fields.pop("after")),
        contacts=tuple(fields.pop("contacts")),
        overlap=Overlap(fields.pop("overlap", "queue")),
        window=None if window is None else load_window(window),
        missed=Missed(fields.pop("missed", "ask")),
        cyclic=None if cyclic is None else load_cyclic(cyclic),
        deadlines=load_deadlines(fields.pop("deadlines", {})),
        **fields,
    )


def _calendar(calendar: Calendar) -> Json:
    return {
        "id": calendar.id,
        "title": calendar.title,
        "base": calendar.base,
        "weekend": None if calendar.weekend is None else sorted(calendar.weekend),
        "holidays": list(calendar.holidays),
        "closed": {day.isoformat(): name for day, name in sorted(calendar.closed.items())},
        "extra_days": _written(calendar.extra_days),
        "never": _written(calendar.never),
        "half_days": {day.isoformat(): at.isoformat() for day, at in sorted(calendar.half_days.items())},
        "picks": [str(pick) for pick in calendar.picks],
        "roll": calendar.roll,
        "shift": calendar.shift,
        "until": None if calendar.until is None else calendar.until.isoformat(),
    }


def _load_calendar(fields: Json) -> Calendar:
    weekend, roll, until = fields.pop("weekend"), fields.pop("roll"), fields.pop("until")
    return Calendar(
        weekend=None if weekend is None else frozenset(weekend),
        holidays=tuple(fields.pop("holidays")),
        closed={date.fromisoformat(day): name for day, name in fields.pop("closed").items()},
        extra_days=frozenset(map(date.fromisoformat, fields.pop("extra_days"))),
        never=frozenset(map(date.fromisoformat, fields.pop("never"))),
        half_days={date.fromisoformat(day): time.fromisoformat(at) for day, at in fields.pop("half_days").items()},
        picks=tuple([day_rule(pick) or date.fromisoformat(pick) for pick in fields.pop("picks")]),
        roll=None if roll is None else Roll(roll),
        until=None if until is None else date.fromisoformat(until),
        **fields,
    )


def _written(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


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
    "calendar": _load_calendar,
    "contact": _load_contact,
    "role": _load_role,
    "resource": lambda fields: Resource(**fields),
    "policy": lambda fields: Policy(fields["id"], tuple(fields["two_person"]), tuple(fields["scopes"])),
    "template": lambda fields: fields,
}
