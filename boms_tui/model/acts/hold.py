"""hold and release: nothing under an object starts while a hold stands over it, from now on or from a planned time."""

from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.acts.times import instant
from boms_tui.model.draft import RUNTIME, Draft
from boms_tui.model.facts import HoldDue, Strayed
from boms_tui.model.gates import releaser
from boms_tui.model.ids import ROOT, ProcessId, above, business_date, split_ref
from boms_tui.model.ordering import order
from boms_tui.model.planning import cron_times
from boms_tui.model.records import Hold
from boms_tui.model.timetable import crons_of
from boms_tui.model.verbs import Verb
from boms_tui.model.wall import wall_span


class Span(NamedTuple):
    """From when until when to hold: None where that is at once, or until somebody releases it."""

    begins: datetime | None
    until: datetime | None


def hold(draft: Draft, ask: Ask) -> Refusal | None:
    span = _span(draft, ask)
    if isinstance(span, Refusal):
        return span
    covered = _covered(draft, ask)
    if isinstance(covered, Refusal):
        return covered
    new = Hold(ask.asked.request.id, covered, ask.by, ask.reason, draft.now, span.until, begins=span.begins)
    for other in draft.holds_on(covered):
        if other.overlaps(new):
            when = "is held already" if other.stands(draft.now) else f"will be held {_when(draft, other)}"
            return Refusal(Code.WRONG_STATE, f"{covered} {when}")
    _place(draft, new)
    return None


def release(draft: Draft, ask: Ask) -> Refusal | None:
    """Lift what stands; where nothing does, what is planned."""
    covered = _covered(draft, ask)
    if isinstance(covered, Refusal):
        return covered
    standing, planned = _standing_and_planned(draft, covered)
    if not standing and not planned:
        return Refusal(Code.WRONG_STATE, f"{covered} is not held")
    for one in standing or planned:
        draft.release(one)
    spans = "; ".join(_when(draft, one) for one in planned)
    if standing:
        draft.say("released", covered, before="held")
        draft.told[ask.asked.request.id] = f"still planned: {spans}" if spans else ""
        look_under(draft, covered)
    else:
        draft.say("released", covered, before="planned", reason=f"{spans}: {ask.reason}")
        draft.told[ask.asked.request.id] = f"planned no more: {spans}"
    return None


def hold_due(draft: Draft, fact: HoldDue) -> None:
    """What has begun has begun for good, and what has expired is over, wherever the clock is set afterwards."""
    found = draft.hold(fact.hold)
    if found is None or found.released_at is not None:
        return
    if found.is_planned and found.start <= draft.now:
        found = draft.begin(found)
        reason = f"planned by {found.owner} {_when(draft, found)}: {found.reason}"
        draft.say("hold-began", found.object, before="planned", after="held", reason=reason)
    if found.until is not None and found.until <= draft.now:
        draft.release(found)
        draft.say("hold-expired", found.object, before="held")
    look_under(draft, found.object)


def least_role(draft: Draft, verb: Verb, target: str) -> str:
    """The least built-in role that may place or release a hold on `target`."""
    if verb.name == "hold":
        return "supervisor" if target == ROOT else verb.role
    standing, planned = _standing_and_planned(draft, target)
    needed = {releaser(one) for one in standing or planned}
    return next((role for role in ("admin", "supervisor") if role in needed), verb.role)


def strayed(draft: Draft, fact: Strayed) -> None:
    """The store went back in time: nothing starts until an administrator has looked at what ran meanwhile."""
    if any(hold.owner == RUNTIME and hold.reason == fact.why for hold in draft.holds_on(ROOT)):
        return
    name = f"strayed-{crc32(fact.why.encode()):08x}-{draft.now.isoformat()}"
    draft.add_hold(Hold(name, ROOT, RUNTIME, fact.why, draft.now))
    draft.say("store-strayed", ROOT, after="held", reason=fact.why)
    for attempt, proof in fact.found:
        draft.say("stray-attempt", attempt, reason=proof)
    look_under(draft, ROOT)


def _covered(draft: Draft, ask: Ask) -> str | Refusal:
    """The object that the hold is on; a coming occurrence is ordered now, to wait for its time (SEMANTICS S12)."""
    target = ask.asked.request.target
    if "@" not in target or ":" in target:
        return target
    if ask.run is not None:
        return ask.run.id
    if ask.asked.request.verb == "release":
        return target
    process = draft.catalogue.processes[ProcessId(ask.process)]
    day = business_date(target.partition("@")[2])
    if day is None:
        return Refusal(Code.NOT_FOUND, f"not a business date: {target}")
    times = (cron_times(draft.catalogue.almanac, process, cron, day) for cron in crons_of(process))
    coming = sorted(at for one in times for at in one if at > draft.now)
    if not coming:
        return Refusal(Code.NOT_FOUND, f"nothing will order {target} at a time that is known")
    ordered = order(
        draft, process, day, occurrence=f"cron:{coming[0].isoformat()}", by="schedule", acts_for=process.owner,
        not_before=coming[0],
    )  # fmt: skip
    return ordered.id


def look_under(draft: Draft, target: str) -> None:
    """Have `settle` look again at everything that a hold on `target` covers."""
    run = draft.run(split_ref(target)[0])
    if run is not None:
        draft.look_at_all(run)
        return
    for process in sorted(draft.snapshot.open_runs):
        if target in above(process):
            for covered in draft.open_runs(ProcessId(process)):
                draft.look_at_all(covered)


def _place(draft: Draft, new: Hold) -> None:
    draft.add_hold(new)
    if new.is_planned:
        when = _when(draft, new)
        draft.say("hold-planned", new.object, after="planned", reason=f"{when}: {new.reason}")
        draft.told[new.id] = when
    else:
        draft.say("held", new.object, after="held")
        look_under(draft, new.object)


def _standing_and_planned(draft: Draft, target: str) -> tuple[list[Hold], list[Hold]]:
    """The holds on exactly that object, the next planned one first."""
    holds = sorted(draft.holds_on(target), key=lambda one: one.start)
    return [one for one in holds if one.stands(draft.now)], [one for one in holds if one.comes(draft.now)]


def _when(draft: Draft, planned: Hold) -> str:
    """`from 22:00 IST until 23:30 IST`, in the zone of what it is on."""
    run = draft.run(split_ref(planned.object)[0])
    process = draft.definition(run) if run is not None else draft.catalogue.processes.get(ProcessId(planned.object))
    zone = process.timezone if process is not None else draft.snapshot.site.timezone
    return wall_span(planned.start, planned.until, zone, draft.now)


def _span(draft: Draft, ask: Ask) -> Span | Refusal:
    """A beginning that has passed is none: it stands at once."""
    times: list[datetime | None] = []
    for name in ("from", "until"):
        try:
            times.append(instant(ask.parameter(name)))
        except (ValueError, OverflowError):
            return Refusal(Code.BAD_PARAMETER, f"not a time: {ask.parameter(name)}")
    begins, until = times
    if until is not None and until <= draft.now:
        return Refusal(Code.BAD_PARAMETER, "the time until which to hold has passed")
    if until is not None and begins is not None and until <= begins:
        return Refusal(Code.BAD_PARAMETER, "it would end before it begins")
    return Span(begins if begins is not None and begins > draft.now else None, until)
