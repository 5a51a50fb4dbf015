"""hold and release: nothing under an object starts while a hold stands over it."""

from datetime import UTC, datetime
from zlib import crc32

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.draft import RUNTIME, Draft
from boms_tui.model.facts import Strayed
from boms_tui.model.gates import releaser
from boms_tui.model.ids import ProcessId, business_date, split_ref
from boms_tui.model.ordering import order
from boms_tui.model.overlay import ROOT
from boms_tui.model.planning import cron_times
from boms_tui.model.records import Hold, Run
from boms_tui.model.timetable import crons_of
from boms_tui.model.verbs import Verb


def hold(draft: Draft, ask: Ask) -> Refusal | None:
    request = ask.asked.request
    try:
        until = _instant(ask.parameter("until"))
    except (ValueError, OverflowError):
        return Refusal(Code.BAD_PARAMETER, f"not a time: {ask.parameter('until')}")
    if until is not None and until <= draft.now:
        return Refusal(Code.BAD_PARAMETER, "the time until which to hold has passed")
    covered = _covered(draft, ask)
    if isinstance(covered, Refusal):
        return covered
    if draft.holds_on(covered):
        return Refusal(Code.WRONG_STATE, f"{covered} is held already")
    draft.add_hold(Hold(request.id, covered, ask.by, ask.reason, draft.now, until))
    draft.say("held", covered, after="held")
    look_under(draft, covered, draft.run(split_ref(covered)[0]))
    return None


def release(draft: Draft, ask: Ask) -> Refusal | None:
    covered = _covered(draft, ask)
    if isinstance(covered, Refusal):
        return covered
    standing = draft.holds_on(covered)
    if not standing:
        return Refusal(Code.WRONG_STATE, f"{covered} is not held")
    for one in standing:
        draft.release(one)
    draft.say("released", covered, before="held")
    look_under(draft, covered, draft.run(split_ref(covered)[0]))
    return None


def least_role(draft: Draft, verb: Verb, target: str) -> str:
    """The least built-in role that may place or release a hold on `target`."""
    if verb.name == "hold":
        return "supervisor" if target == ROOT else verb.role
    return next((role for role in ("admin", "supervisor") if role in map(releaser, draft.holds_on(target))), verb.role)


def strayed(draft: Draft, fact: Strayed) -> None:
    """The store went back in time: nothing starts until an administrator has looked at what ran meanwhile."""
    if any(hold.owner == RUNTIME and hold.reason == fact.why for hold in draft.holds_on(ROOT)):
        return
    name = f"strayed-{crc32(fact.why.encode()):08x}-{draft.now.isoformat()}"
    draft.add_hold(Hold(name, ROOT, RUNTIME, fact.why, draft.now))
    draft.say("store-strayed", ROOT, after="held", reason=fact.why)
    for attempt, proof in fact.found:
        draft.say("stray-attempt", attempt, reason=proof)
    look_under(draft, ROOT, None)


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


def look_under(draft: Draft, target: str, run: Run | None) -> None:
    """Have `settle` look again at everything that a hold on `target` covers."""
    if run is not None:
        draft.look_at_all(run)
        return
    for process in sorted(draft.snapshot.open_runs):
        if target in {ROOT, process} or process.startswith(target if target.endswith("/") else f"{target}\0"):
            for covered in draft.open_runs(ProcessId(process)):
                draft.look_at_all(covered)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
