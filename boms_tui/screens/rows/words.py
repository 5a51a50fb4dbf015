"""What the board says of a run in the room beside it: why it does not go on, without what its row says already."""

from collections.abc import Iterator
from datetime import datetime

from boms_tui.model.downtime import BY_MISSED
from boms_tui.model.records import Run
from boms_tui.model.states import RUN_ENDED, RunState, TaskState
from boms_tui.model.views import BoardRow
from boms_tui.screens.text import safe
from boms_tui.screens.when import Moment, clock_text

_PEOPLE_WAITED_FOR = {
    TaskState.UNKNOWN: "may have run and nobody can prove it: resolve says what happened",
    TaskState.CONFIRM: "waiting for a person's yes",
}


def after_downtime(row: BoardRow) -> bool:
    """Whether it came due while no runtime ran, and has not started since."""
    return row.run.ordered_by == BY_MISSED and row.run.started_at is None


def why(row: BoardRow, moment: Moment) -> str:
    """Why the run does not go on by itself: its own words, or what its tasks wait for."""
    if after_downtime(row):
        return safe(_of_downtime(row.run, moment))
    if row.run.reason or row.run.state in RUN_ENDED:
        return safe(_without_itself(row.run))
    return "; ".join(_of_tasks(row))


def _without_itself(run: Run) -> str:
    """Its reason; of a hold it tells whether it is on the run or on its process, whose names stand in the row."""
    own = run.reason.replace(f"{run.id} is held by", "held by").replace(f"{run.id}:", "")
    return own.replace(f"{run.process} is held by", "process held by")


def _of_tasks(row: BoardRow) -> Iterator[str]:
    for state, text in _PEOPLE_WAITED_FOR.items():
        number = row.counts.get(state)
        if number:
            yield f"{number} task{'s' if number > 1 else ''} {text}"


def _of_downtime(run: Run, moment: Moment) -> str:
    """What was decided, for when it was due, and the rest of the reason."""
    due = _due(run)
    decided = _decided(run)
    if due is None or not decided:
        return ": ".join(filter(None, (decided, run.reason)))
    rest = run.reason.partition("; ")[2] if run.reason.startswith("due at ") else run.reason
    told = f"{decided}, due {clock_text(due, moment.zone, now=moment.now)}"
    return "; ".join(filter(None, (told, rest)))


def _decided(run: Run) -> str:
    """What becomes of it; "" of what a person cancelled, whose reason says so."""
    if run.state is RunState.MISSED:
        return "needs a person"
    if run.state in RUN_ENDED:
        return "passed over" if run.ended_at == run.ordered_at else ""
    return "runs late"


def _due(run: Run) -> datetime | None:
    """When it should have been ordered."""
    _, cron, text = run.occurrence.partition("cron:")
    return datetime.fromisoformat(text) if cron else None
