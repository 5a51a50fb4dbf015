"""Whether a run that does not exist yet is still to come."""

from datetime import date

from boms_tui.model.condition import Outcome
from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId
from boms_tui.model.overlay import Overlay
from boms_tui.model.planning import cron_times
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start
from boms_tui.model.wall import wall_time


def expected(draft: Overlay, process: ProcessId, day: date) -> str:
    """What will still order `process` for that business date; "" where nothing will.

    A time that has passed orders nothing any more, nor does a process whose run of that date has ended.
    """
    return _expected(draft, process, day, frozenset())


def _expected(draft: Overlay, process: ProcessId, day: date, seen: frozenset[ProcessId]) -> str:
    definition = draft.catalogue.processes.get(process)
    if definition is None or process in seen or not draft.catalogue.almanac.has(definition.calendar, day):
        return ""
    said = (_by(draft, definition, start, day, seen | {process}) for start in definition.start)
    return next(filter(None, said), "")


def _by(draft: Overlay, process: Process, start: Start, day: date, seen: frozenset[ProcessId]) -> str:
    """When `start` will still order the process for that date; "" where it will not."""
    match start:
        case CronStart(cron):
            times = cron_times(draft.catalogue.almanac, process, cron, day)
            coming = next((at for at in times if at > draft.now), None)
            return "" if coming is None else f"at {wall_time(coming, process.timezone, draft.now)}"
        case ProcessStart(upstream):
            run = draft.latest(upstream, day)
            open_one = run is not None and run.state not in RUN_ENDED
            comes = open_one or (run is None and _expected(draft, upstream, day, seen))
            return _when(start, upstream if run is None else run.id) if comes else ""
        case EventStart(event):
            return f"when {event} is posted" if draft.event(event, day, process.id) is None else ""
        case FileStart(check):
            return f"when {check.path} comes"


def _when(start: ProcessStart, upstream: str) -> str:
    if start.milestone is not None:
        return f"when {upstream}:{start.task} says {start.milestone}"
    return f"when {':'.join(filter(None, (upstream, start.task)))} {_ENDS[start.when]}"


_ENDS = {Outcome.SUCCEEDED: "succeeds", Outcome.FAILED: "fails", Outcome.FINISHED: "finishes"}
