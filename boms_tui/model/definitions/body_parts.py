"""What the JSON of processes and that of tasks have in common: starts, conditions, files, windows and durations."""

from datetime import date, time, timedelta
from typing import Any, TypeAlias

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
from boms_tui.model.definition import Cyclic, CyclicFrom, Deadlines, Window
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start

Json: TypeAlias = dict[str, Any]


def dump_start(start: Start) -> Json:
    match start:
        case CronStart(cron):
            return {"cron": cron}
        case EventStart(event):
            return {"event": event}
        case FileStart(check, move_to, mark):
            return {"file": dump_file(check), "move_to": move_to, "mark": mark}
        case ProcessStart(process, task, when, milestone):
            return {"process": process, "task": task, "when": when, "milestone": _milestone(milestone)}


def load_start(fields: Json) -> Start:
    if "cron" in fields:
        return CronStart(fields["cron"])
    if "event" in fields:
        return EventStart(fields["event"])
    if "file" in fields:
        return FileStart(load_file(fields["file"]), fields["move_to"], fields["mark"])
    return ProcessStart(
        fields["process"],
        fields.get("task"),
        _OUTCOMES[fields.get("when", "succeeded")],
        _load_milestone(fields.get("milestone")),
    )


def dump_condition(condition: Condition) -> Json:
    match condition:
        case Dependency():
            return _dependency(condition)
        case FileWait(check):
            return {"file": dump_file(check)}
        case EventWait(event):
            return {"event": event}
        case Group(of, every):
            return {"all" if every else "any": [dump_condition(one) for one in of]}


def load_after(entries: list[Json]) -> tuple[Condition, ...]:
    return tuple([_load_dependency(entry) if "when" in entry else _load_other(entry) for entry in entries])


def dump_file(check: FileCheck) -> Json:
    return {
        "path": check.path,
        "min_size": check.min_size,
        "max_size": check.max_size,
        "newer_than": seconds(check.newer_than),
        "settled_for": seconds(check.settled_for),
    }


def load_file(fields: Json) -> FileCheck:
    return FileCheck(
        fields["path"],
        fields["min_size"],
        fields["max_size"],
        load_seconds(fields["newer_than"]),
        load_seconds(fields["settled_for"]),
    )


def dump_window(window: Window) -> Json:
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}


def load_window(fields: Json) -> Window:
    return Window(time.fromisoformat(fields["start"]), time.fromisoformat(fields["end"]))


def dump_cyclic(cyclic: Cyclic) -> Json:
    return {
        "every": seconds(cyclic.every),
        "start_from": cyclic.start_from,
        "until": None if cyclic.until is None else cyclic.until.isoformat(),
        "rounds": cyclic.rounds,
    }


def load_cyclic(fields: Json) -> Cyclic:
    until = fields["until"]
    return Cyclic(
        timedelta(seconds=fields["every"]),
        CyclicFrom(fields["start_from"]),
        None if until is None else time.fromisoformat(until),
        fields["rounds"],
    )


def dump_deadlines(deadlines: Deadlines) -> Json:
    return {
        "start_by": None if deadlines.start_by is None else deadlines.start_by.isoformat(),
        "finish_by": None if deadlines.finish_by is None else deadlines.finish_by.isoformat(),
        "max_duration": seconds(deadlines.max_duration),
    }


def load_deadlines(fields: Json) -> Deadlines:
    start_by, finish_by = fields.get("start_by"), fields.get("finish_by")
    return Deadlines(
        None if start_by is None else time.fromisoformat(start_by),
        None if finish_by is None else time.fromisoformat(finish_by),
        load_seconds(fields.get("max_duration")),
    )


def seconds(duration: timedelta | None) -> float | None:
    if duration is None:
        return None
    return duration.total_seconds() if duration.microseconds else duration // timedelta(seconds=1)


def load_seconds(found: float | None) -> timedelta | None:
    return None if found is None else timedelta(seconds=found)


def _dependency(dependency: Dependency) -> Json:
    on = dependency.date
    return {
        "when": dependency.when,
        "process": dependency.process,
        "task": dependency.task,
        "date": on if isinstance(on, RelativeDate) else on.isoformat(),
        "if_planned": dependency.if_planned,
        "within": seconds(dependency.within),
        "milestone": _milestone(dependency.milestone),
    }


def _load_dependency(fields: Json) -> Dependency:
    return Dependency(
        _OUTCOMES[fields["when"]],
        fields["process"],
        fields["task"],
        _DATES.get(fields["date"]) or date.fromisoformat(fields["date"]),
        fields["if_planned"],
        load_seconds(fields.get("within")),
        _load_milestone(fields.get("milestone")),
    )


def _load_other(fields: Json) -> Condition:
    if "file" in fields:
        return FileWait(load_file(fields["file"]))
    if "event" in fields:
        return EventWait(fields["event"])
    return Group(load_after(fields["any" if "any" in fields else "all"]), every="all" in fields)


def _milestone(milestone: Milestone | None) -> Json | None:
    return None if milestone is None else {"meter": milestone.meter, "label": milestone.label}


def _load_milestone(fields: Json | None) -> Milestone | None:
    return None if fields is None else Milestone(**fields)


_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_DATES = {relative.value: relative for relative in RelativeDate}
