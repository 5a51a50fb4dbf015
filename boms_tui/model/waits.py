"""What each condition of a run or task says now: a dependency, a file, an event, or a group of them."""

from collections.abc import Iterable
from datetime import datetime

from boms_tui.model.checks import size_text
from boms_tui.model.condition import Condition, Dependency, EventWait, FileWait, Group
from boms_tui.model.files import awaited_file, opening, wrong_with_it
from boms_tui.model.overlay import Overlay
from boms_tui.model.records import Run
from boms_tui.model.standing import Says, Standing, standing_of
from boms_tui.model.text import safe
from boms_tui.model.views import Gate, GateKind
from boms_tui.model.wall import wall_time

S = Standing


def condition_gate(draft: Overlay, run: Run, condition: Condition) -> Gate:
    """The gate of one entry of `after`."""
    says = says_of(draft, run, condition)
    name = f"file:{awaited_file(condition, run).path}" if isinstance(condition, FileWait) else condition.name
    return Gate(
        _kind(condition),
        name,
        open=says.standing is S.OPEN,
        detail=says.detail,
        by_itself=says.standing not in {S.PERSON, S.IMPOSSIBLE},
        opens_at=says.opens_at,
        impossible=says.standing is S.IMPOSSIBLE,
        about=says.about,
    )


def says_of(draft: Overlay, run: Run, condition: Condition) -> Says:
    """What one entry of `after` says now, and why."""
    match condition:
        case Dependency():
            return standing_of(draft, run, condition)
        case FileWait():
            return _file(draft, run, condition)
        case EventWait():
            return _event(draft, run, condition)
        case Group():
            return _group(draft, run, condition)


def _kind(condition: Condition) -> GateKind:
    match condition:
        case Dependency():
            return GateKind.DEPENDENCY
        case FileWait():
            return GateKind.FILE
        case EventWait():
            return GateKind.EVENT
        case Group():
            return GateKind.GROUP


def _file(draft: Overlay, run: Run, wait: FileWait) -> Says:
    check = awaited_file(wait, run)
    sighting = draft.sighting(run.id, check.path)
    if sighting is None:
        return Says(S.CLOSED, f"{check.path} has not been looked at yet")
    wrong = wrong_with_it(check, sighting, draft.now)
    saw = f"{check.path} {sighting.problem}"
    if not sighting.problem and sighting.size is not None and sighting.changed is not None:
        changed = wall_time(sighting.changed, draft.definition(run).timezone, draft.now, seconds=True)
        saw = ": ".join(filter(None, (check.path, f"{size_text(sighting.size)}, changed {changed}", wrong)))
    return Says(
        S.CLOSED if wrong else S.OPEN, safe(saw), opens_at=opening(check, sighting, draft.now) if wrong else None
    )


def _event(draft: Overlay, run: Run, wait: EventWait) -> Says:
    posted = draft.event(wait.event, run.business_date, run.process)
    if posted is None:
        return Says(S.CLOSED, f"{wait.event} has not been posted for {run.business_date}")
    at = wall_time(posted.posted_at, draft.definition(run).timezone, draft.now)
    return Says(S.OPEN, f"posted by {posted.posted_by} at {at}")


def _group(draft: Overlay, run: Run, group: Group) -> Says:
    says = [says_of(draft, run, one) for one in group.of]
    standing = _of_every(says) if group.every else _of_any(says)
    telling = [one for one in says if (one.standing is S.OPEN) == (standing is S.OPEN)]
    opens_at = _latest(telling) if group.every else _earliest(telling)
    detail = "; ".join(one.detail for one in telling)
    about = tuple(dict.fromkeys(ref for one in telling for ref in one.about))
    return Says(standing, detail, opens_at=None if standing is S.OPEN else opens_at, about=about)


def _of_any(says: Iterable[Says]) -> Standing:
    """One that holds is enough; as long as one may come by itself, nobody is needed."""
    found = {one.standing for one in says}
    return next(one for one in (S.OPEN, S.CLOSED, S.PERSON, S.IMPOSSIBLE) if one in found)


def _of_every(says: Iterable[Says]) -> Standing:
    """The worst of them."""
    found = {one.standing for one in says}
    return next(one for one in (S.IMPOSSIBLE, S.PERSON, S.CLOSED, S.OPEN) if one in found)


def _earliest(says: Iterable[Says]) -> datetime | None:
    return min((one.opens_at for one in says if one.opens_at is not None), default=None)


def _latest(says: Iterable[Says]) -> datetime | None:
    """When the last of them opens; None where that is not known of each."""
    times = [one.opens_at for one in says]
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None
