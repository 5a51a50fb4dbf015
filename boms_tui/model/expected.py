"""Whether a run that does not exist yet is still to come."""

from datetime import date
from typing import NamedTuple

from boms_tui.model.condition import Outcome
from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId, task_ref
from boms_tui.model.overlay import Overlay
from boms_tui.model.planning import cron_times
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start
from boms_tui.model.wall import wall_time


class Coming(NamedTuple):
    """What will order a run; `about` is the open run, or `RUN:TASK`, that it hangs on, where there is one."""

    says: str
    about: tuple[str, ...] = ()


def expected(draft: Overlay, process: ProcessId, day: date) -> Coming | None:
    """What will still order `process` for that business date; None where nothing will.

    A time that has passed orders nothing any more, nor does a process whose run of that date has ended.
    """
    return _expected(draft, process, day, frozenset())


def _expected(draft: Overlay, process: ProcessId, day: date, seen: frozenset[ProcessId]) -> Coming | None:
    definition = draft.catalogue.processes.get(process)
    if definition is None or process in seen or not draft.catalogue.almanac.has(definition.calendar, day):
        return None
    coming = (_by(draft, definition, start, day, seen | {process}) for start in definition.start)
    return next(filter(None, coming), None)


def _by(draft: Overlay, process: Process, start: Start, day: date, seen: frozenset[ProcessId]) -> Coming | None:
    """When `start` will still order the process for that date; None where it will not."""
    match start:
        case CronStart(cron):
            times = cron_times(draft.catalogue.almanac, process, cron, day)
            coming = next((at for at in times if at > draft.now), None)
            return None if coming is None else Coming(f"at {wall_time(coming, process.timezone, draft.now)}")
        case ProcessStart(upstream):
            run = draft.latest(upstream, day)
            if run is not None:
                about = run.id if start.task is None else task_ref(run.id, start.task)
                return None if run.state in RUN_ENDED else Coming(_when(start, run.id), (about,))
            before = _expected(draft, upstream, day, seen)
            return None if before is None else Coming(_when(start, upstream), before.about)
        case EventStart(event):
            return Coming(f"when {event} is posted") if draft.event(event, day, process.id) is None else None
        case FileStart(check):
            return Coming(f"when {check.path} comes")


def _when(start: ProcessStart, upstream: str) -> str:
    if start.milestone is not None:
        return f"when {upstream}:{start.task} says {start.milestone}"
    return f"when {':'.join(filter(None, (upstream, start.task)))} {_ENDS[start.when]}"


_ENDS = {Outcome.SUCCEEDED: "succeeds", Outcome.FAILED: "fails", Outcome.FINISHED: "finishes"}
