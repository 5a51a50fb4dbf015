"""Whether a run that does not exist yet is still to come."""

from datetime import date

from boms_tui.model.definition import CronStart, ProcessStart
from boms_tui.model.ids import ProcessId
from boms_tui.model.overlay import Overlay
from boms_tui.model.planning import cron_times
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.wall import wall_time


def expected(draft: Overlay, process: ProcessId, day: date) -> str:
    """What will still order `process` for that business date; "" where nothing will.

    A time that has passed orders nothing any more, nor does a process whose run of that date has ended.
    """
    return _expected(draft, process, day, frozenset())


def _expected(draft: Overlay, process: ProcessId, day: date, seen: frozenset[ProcessId]) -> str:
    definition = draft.catalogue.processes.get(process)
    almanac = draft.catalogue.almanac
    if definition is None or process in seen or not almanac.has(definition.calendar, day):
        return ""
    for start in definition.start:
        match start:
            case CronStart(cron):
                coming = [at for at in cron_times(almanac, definition, cron, day) if at > draft.now]
                if coming:
                    return f"at {wall_time(coming[0], definition.timezone, draft.now)}"
            case ProcessStart(upstream):
                run = draft.latest(upstream, day)
                if run is not None and run.state not in RUN_ENDED:
                    return f"when {run.id} succeeds"
                if run is None and _expected(draft, upstream, day, seen | {process}):
                    return f"when {upstream} succeeds"
    return ""
