"""What orders runs and what they wait for, from typed entries into records."""

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
from boms_tui.model.definitions.checks import FilePart
from boms_tui.model.definitions.entries import AfterEntry, MilestonePart, StartEntry
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start


def start_of(entry: StartEntry) -> Start:
    if entry.cron is not None:
        return CronStart(entry.cron)
    if entry.event is not None:
        return EventStart(entry.event)
    if entry.file is not None:
        return FileStart(file_of(entry.file), entry.file.move_to or "", entry.file.mark or "")
    return ProcessStart(
        ProcessId(entry.process or ""),
        TaskName(entry.task) if entry.task else None,
        entry.when or Outcome.SUCCEEDED,
        _milestone(entry),
    )


def condition_of(entry: AfterEntry) -> Condition:
    if entry.file is not None:
        return FileWait(file_of(entry.file))
    if entry.event is not None:
        return EventWait(entry.event)
    group = entry.all if entry.any is None else entry.any
    if group is not None:
        return Group(tuple(map(condition_of, group)), every=entry.any is None)
    return Dependency(
        when=entry.when or Outcome.SUCCEEDED,
        process=ProcessId(entry.process) if entry.process else None,
        task=TaskName(entry.task) if entry.task else None,
        date=entry.date or (RelativeDate.SAME if entry.within is None else RelativeDate.NEWEST),
        if_planned=entry.if_planned,
        within=entry.within,
        milestone=_milestone(entry),
    )


def _milestone(entry: MilestonePart) -> Milestone | None:
    said = entry.meter is not None or entry.label is not None
    return Milestone(entry.meter, entry.label or "") if said else None


def file_of(file: FilePart) -> FileCheck:
    return FileCheck(file.path, file.min_size, file.max_size, file.newer_than, file.settled_for)
