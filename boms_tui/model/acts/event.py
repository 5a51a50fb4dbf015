"""event: something happened outside, for a business date: it orders whom it starts and opens the gates that wait."""

from collections.abc import Iterator
from datetime import date

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.draft import Draft
from boms_tui.model.ids import ProcessId, business_date
from boms_tui.model.nearest import did_you_mean, told
from boms_tui.model.ordering import order_by_itself
from boms_tui.model.planning import business_date_of
from boms_tui.model.records import Event

ALL = ""
"""The receiver of an event that was posted for a date: whoever it concerns, now and later."""


def event(draft: Draft, ask: Ask) -> Refusal | None:
    name, text = ask.asked.request.target, ask.parameter("date")
    day = business_date(text) if text else None
    if text and day is None:
        return Refusal(Code.BAD_PARAMETER, f"not a business date: {text}")
    receivers = draft.snapshot.receivers(name)
    if not receivers:
        hint = did_you_mean(name, draft.catalogue.causes.events()) or "no definition names an event"
        return Refusal(Code.NOT_FOUND, f"nobody waits for an event {told(name)}; {hint}")
    fresh = [one for one in _posted(draft, ask, receivers, day) if draft.event_posted(one) is None]
    for one in fresh:
        draft.post(one)
        about = f"{name}@{one.business_date}"
        draft.say("event-posted", about, after=one.receiver, reason=ask.reason)
    if not fresh:
        draft.say("event-posted-again", name, after=text, reason=ask.reason)
    came_of_it = list(_order(draft, name, fresh)) if fresh else ["it was posted already, and changes nothing"]
    waiting = draft.catalogue.causes.waiting_for_event.get(name, ()) if fresh else ()
    gates = f"awaited by {', '.join(waiting)}" if waiting else ""
    draft.told[ask.asked.request.id] = "; ".join(filter(None, (*came_of_it, gates)))
    return None


def _posted(draft: Draft, ask: Ask, receivers: list[ProcessId], day: date | None) -> Iterator[Event]:
    """The event for its date, or without one for the current date of each who receives it (SEMANTICS S8)."""
    name = ask.asked.request.target
    if day is not None:
        yield Event(name, day, ALL, draft.now, ask.by, ask.reason)
        return
    for process in receivers:
        own = business_date_of(draft.catalogue.processes[process], draft.now)
        yield Event(name, own, process, draft.now, ask.by, ask.reason)


def _order(draft: Draft, name: str, fresh: list[Event]) -> Iterator[str]:
    """Order whom it starts, and say what came of each."""
    for process in draft.catalogue.causes.ordered_by_event.get(name, ()):
        for one in fresh:
            if one.receiver in {ALL, process}:
                yield _order_one(draft, process, one)


def _order_one(draft: Draft, name: ProcessId, posted: Event) -> str:
    process, day = draft.catalogue.processes[name], posted.business_date
    occurrence = f"event:{posted.name}@{day}"
    if draft.has_occurrence(name, occurrence):
        return f"{name} was ordered by it already"
    why = draft.catalogue.almanac.why_not(process.calendar, day)
    if why:
        draft.say("not-ordered", f"{name}@{day}", reason=f"event {posted.name} was posted, but {why}")
        return f"{name} not ordered: {why}"
    by = f"event {posted.name} of {posted.posted_by}"
    run = order_by_itself(draft, process, day, occurrence=occurrence, by=by)
    return f"{name} not ordered: it has a run of {day}" if run is None else f"ordered {run.id}"
