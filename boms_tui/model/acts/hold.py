"""hold and release: nothing under an object starts while a hold stands over it."""

from dataclasses import replace
from datetime import UTC, datetime

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.draft import Draft
from boms_tui.model.ids import ProcessId, business_date, split_ref
from boms_tui.model.ordering import order
from boms_tui.model.planning import cron_times
from boms_tui.model.records import Hold, Run
from boms_tui.model.timetable import crons_of


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
    draft.put_hold(Hold(request.id, covered, ask.by, ask.reason, draft.now, until))
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
        draft.put_hold(replace(one, released_at=draft.now, version=one.version + 1))
    draft.say("released", covered, before="held")
    look_under(draft, covered, draft.run(split_ref(covered)[0]))
    return None


def _covered(draft: Draft, ask: Ask) -> str | Refusal:
    """The object that the hold is on; a coming occurrence is ordered now, to wait for its time (SEMANTICS S12)."""
    target = ask.asked.request.target
    if "@" not in target or ":" in target:
        return target
    if ask.run is not None:
        return ask.run.id
    process = draft.catalogue.processes[ProcessId(ask.process)]
    day = business_date(target.partition("@")[2])
    if day is None:
        return Refusal(Code.NOT_FOUND, f"not a business date: {target}")
    coming = sorted(at for cron in crons_of(process) for at in cron_times(process, cron, day) if at > draft.now)
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
        if process == target or process.startswith(target if target.endswith("/") else f"{target}\0"):
            for covered in draft.open_runs(ProcessId(process)):
                draft.look_at_all(covered)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
