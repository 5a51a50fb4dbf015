"""Foretelling the ends of open runs while they go on, as often as it takes and no more.

A run is looked at when it comes, moves, or one of its tasks changes; what changes all the time, once in half a minute.
Without a change it is looked at after a tenth of what is left, so that the row never tells what is far from true; and
what is overdue puts the end off at every moment, so the looks at that get further apart, but for the moment at which a
deadline can be kept no more.
"""

from datetime import datetime, timedelta

from boms_tui.model.deadlines import Deadline, at_risk, in_words, out_of_reach
from boms_tui.model.decision import Outlook
from boms_tui.model.draft import Draft
from boms_tui.model.facts import ForecastDue
from boms_tui.model.forecast import Forecast, forecast
from boms_tui.model.records import Late, Run
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.wall import wall_time

LEAST = timedelta(seconds=30)
"""Runs are not looked at more often for what happens in them, nor are they written again for less."""
SHARE = 10
"""A forecast may be wrong by one part in so many of what is left."""


def forecast_due(draft: Draft, fact: ForecastDue) -> None:
    """Look at a run again, unless that has been done since it was put off."""
    outlook = draft.outlook(fact.run)
    if outlook is None or draft.now < outlook.at or (outlook.again is not None and outlook.again <= draft.now):
        draft.stirred[fact.run] = True


def foresee(draft: Draft) -> None:
    """Foretell the ends of the runs that this decision has moved, or whose tasks it has changed."""
    for name, at_once in draft.stirred.items():
        run = draft.run(name)
        if run is None:
            continue
        if run.state in RUN_ENDED:
            _look_no_more(draft, run)
        elif draft.habit(run.process) is not None:
            _look(draft, run, at_once=at_once)
    draft.stirred.clear()


def _look_no_more(draft: Draft, run: Run) -> None:
    """What was foretold of a run is of no use once it has ended."""
    if run.expected_end is not None or Late.AT_RISK in run.late:
        draft.edit_run(run, expected_end=None, late=_without_risk(run))


def _look(draft: Draft, run: Run, *, at_once: bool) -> None:
    now, last = draft.now, draft.outlook(run.id)
    if last is None or at_once or not last.at <= now < last.at + LEAST:
        _foretell(draft, run)
    elif last.again is None or last.again > last.at + LEAST:
        draft.put_outlook(Outlook(run.id, last.at, last.at + LEAST))


def _foretell(draft: Draft, run: Run) -> None:
    now, found = draft.now, forecast(draft, run)
    if found is None:
        draft.put_outlook(Outlook(run.id, now, None))
        if run.expected_end is not None:
            _tell_of_end(draft, run, None)
        return
    process, left = draft.definition(run), found.at - now
    again = now + max(LEAST, left / SHARE, found.overdue)
    draft.put_outlook(Outlook(run.id, now, min(again, out_of_reach(process, run, left, now) or again)))
    risk = at_risk(process, run, found.at, now)
    end = found.at if found.sure else None
    if (risk is not None) != (Late.AT_RISK in run.late):
        _tell_of_risk(draft, run, found, risk)
    elif end is None or run.expected_end is None:
        if end is not run.expected_end:
            _tell_of_end(draft, run, end)
    elif abs(end - run.expected_end) > max(LEAST, (end - now) / SHARE):
        _tell_of_end(draft, run, end)


def _tell_of_end(draft: Draft, run: Run, end: datetime | None) -> None:
    zone = draft.definition(run).timezone
    before, after = ("" if at is None else wall_time(at, zone, draft.now) for at in (run.expected_end, end))
    draft.edit_run(run, expected_end=end)
    draft.say("expected-end", run.id, before=before, after=after)


def _tell_of_risk(draft: Draft, run: Run, found: Forecast, risk: Deadline | None) -> None:
    """A deadline that will be passed is told of before it is; so is one that will be kept after all."""
    process, end = draft.definition(run), found.at if found.sure else None
    at = wall_time(found.at, process.timezone, draft.now)
    ends = f"expected to end at {at}" if found.sure else f"cannot end before {at}"
    if risk is None:
        draft.edit_run(run, expected_end=end, late=_without_risk(run))
        draft.say("in-time", run.id, before=Late.AT_RISK.value, reason=ends)
        return
    draft.edit_run(run, expected_end=end, late=(*run.late, Late.AT_RISK.value))
    draft.say("late", run.id, after=Late.AT_RISK.value, reason=f"{ends}: {in_words(process, risk, draft.now)}")


def _without_risk(run: Run) -> tuple[str, ...]:
    return tuple(late for late in run.late if late != Late.AT_RISK)
