"""free: lift one named gate for the next start (SEMANTICS S13)."""

from collections.abc import Mapping

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.acts.reopen import reopen
from boms_tui.model.draft import Draft
from boms_tui.model.gates import run_gates, start_gates
from boms_tui.model.nearest import did_you_mean, told
from boms_tui.model.reasons import REASONS
from boms_tui.model.rights import amounts_to
from boms_tui.model.views import Gate


def free(draft: Draft, ask: Ask) -> Refusal | None:
    run, task, name = ask.the_run(), ask.task, ask.parameter("gate")
    found = _gates(draft, ask)
    refusal = found if isinstance(found, Refusal) else _refused(draft, ask, found)
    if refusal is not None:
        return refusal
    note = {name: f"{ask.by}: {ask.reason}"}
    if task is None:
        draft.edit_run(run, freed={**run.freed, **note})
        draft.todo_runs[run.id] = None
    else:
        reopen(draft, run)
        draft.edit_task(task, freed={**task.freed, **note})
    draft.say("freed", ask.asked.request.target, before="closed", after=name)
    return None


def _gates(draft: Draft, ask: Ask) -> dict[str, Gate] | Refusal:
    """The gates of what is named, by name."""
    run, task, name = ask.the_run(), ask.task, ask.parameter("gate")
    if task is None and run.started_at is not None:
        return Refusal(Code.WRONG_STATE, f"{run.id} has started; free a gate of one of its tasks")
    gates = {gate.name: gate for gate in (run_gates(draft, run) if task is None else start_gates(draft, run, task))}
    if task is not None and run.started_at is None and name not in gates:
        of_run = {gate.name for gate in run_gates(draft, run)}
        if name in of_run:
            return Refusal(Code.BAD_PARAMETER, f"{name} is a gate of the whole run: free it on {run.id}")
    return gates


def _refused(draft: Draft, ask: Ask, gates: Mapping[str, Gate]) -> Refusal | None:
    """Why the named gate is not to be freed."""
    name, about = ask.parameter("gate"), ask.asked.request.target
    closed = [gate.name for gate in gates.values() if not gate.open]
    gate = gates.get(name)
    if gate is None:
        hint = did_you_mean(name, closed, also=gates) or f"closed are {', '.join(closed) or 'none'}"
        wrong = f"{about} has no gate {told(name)}" if name else "name the gate to free"
        return Refusal(Code.BAD_PARAMETER, f"{wrong}; {hint}")
    if gate.open:
        return Refusal(Code.WRONG_STATE, f"{name} is open already: {gate.detail}")
    if instead := REASONS[gate.kind].instead:
        return Refusal(Code.WRONG_STATE, f"{name} cannot be freed: {instead}")
    user = draft.user(ask.by)
    if user is not None and not amounts_to(
        user.roles_at(draft.now), gate.who_can_free, ask.place, draft.catalogue.roles
    ):
        return Refusal(Code.NOT_AUTHORISED, f"{ask.by} may not free {name}; it takes {gate.who_can_free}")
    return None
