"""What an act would do, worked out beforehand by the very rules that would apply it."""

from datetime import datetime

from boms_tui.model.acts.ask import Ask
from boms_tui.model.asked import ACTS, find, fitting
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Asked
from boms_tui.model.gates import all_gates
from boms_tui.model.ids import RequestId, RunId, SessionId, TaskName, split_ref
from boms_tui.model.records import Run, Session
from boms_tui.model.request import LIFETIME, Request
from boms_tui.model.settle import settle
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import LIVE, PASSED, TaskState
from boms_tui.model.verbs import VERBS
from boms_tui.model.views import Effect

_FREE = LIVE | PASSED | {TaskState.READY, TaskState.CONFIRM}
_BLOCKED = frozenset({TaskState.WAITING, TaskState.BACKOFF, TaskState.NOT_NEEDED})
_PREVIEW = "preview"


def preview(
    snapshot: Snapshot, verb: str, target: str, now: datetime, parameters: dict[str, str] | None = None
) -> Effect:
    """Apply the act to a draft that nobody commits, and compare.

    A task that the act lets go on counts with what follows it: after a skip, its followers are free.
    """
    draft = Draft(snapshot, now)
    settle(draft)
    asked = _asked(verb, target, now, parameters or {})
    found = find(draft, asked, VERBS[verb])
    if not isinstance(found, Ask):
        return Effect(refusal=found.text)
    before = _states(draft, found.run)
    refused = fitting(draft, found, VERBS[verb]) or ACTS[verb](draft, found)
    if refused is not None:
        return Effect(refusal=refused.text)
    settle(draft)
    if found.run is None:
        return Effect()
    run = draft.run(found.run.id) or found.run
    after = _states(draft, run)
    asked_for = split_ref(RunId(target))[1]
    return Effect(
        frees=tuple(
            name for name, state in after.items() if state in _FREE and before[name] not in _FREE and name != asked_for
        ),
        blocked=tuple(
            (name, _blocked_by(draft, run, name))
            for name, state in after.items()
            if state in _BLOCKED and name != asked_for
        ),
        went_on=_went_on(draft, run) if verb == "rerun" else (),
    )


def _asked(verb: str, target: str, now: datetime, parameters: dict[str, str]) -> Asked:
    session = Session(SessionId(_PREVIEW), "you", b"", now, now + LIFETIME)
    request = Request(
        RequestId(_PREVIEW), "", session.id, 1, verb, target, now, now + LIFETIME, _PREVIEW, parameters=parameters
    )
    return Asked(request, session)


def _states(draft: Draft, run: Run | None) -> dict[TaskName, TaskState]:
    if run is None:
        return {}
    return {name: draft.task(run.id, name).state for name in draft.definition(run).tasks}


def _blocked_by(draft: Draft, run: Run, name: TaskName) -> str:
    gates = all_gates(draft, run, draft.task(run.id, name))
    return next((gate.detail for gate in gates if not gate.open), "")


def _went_on(draft: Draft, run: Run) -> tuple[str, ...]:
    """The runs of other processes that have already started on the strength of this one."""
    waiting = draft.snapshot.waiters.get((run.process, run.business_date), {})
    names = {waiter for kind in waiting.values() for waiter, _ in kind}
    triggered = {other.id for other in draft.snapshot.runs.values() if other.occurrence == f"process:{run.id}"}
    runs = (draft.run(name) for name in sorted(names | triggered))
    return tuple(other.id for other in runs if other is not None and other.started_at is not None)
