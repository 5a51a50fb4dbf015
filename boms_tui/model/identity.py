"""On whose behalf a run starts its tasks, and whether that identity may do so now (SEMANTICS S16)."""

from collections.abc import Mapping

from boms_tui.model.definition import Role
from boms_tui.model.ids import TaskName
from boms_tui.model.overlay import Overlay
from boms_tui.model.people import User
from boms_tui.model.records import Run
from boms_tui.model.rights import BUILT_IN, amounts_to_any, may
from boms_tui.model.verbs import RUN


def unfit(draft: Overlay, run: Run, task: TaskName | None = None) -> str:
    """Why whom a run acts for may not start it, or a task of it; "" where there is nothing against it."""
    return _unfit(draft, run) or ("" if task is None else _unlisted(draft, run, task))


def _unfit(draft: Overlay, run: Run) -> str:
    """Roles change seldom and every start asks: an answer is kept for as long as what it was drawn from."""
    user, roles = draft.user(run.acts_for) if run.personal else None, draft.catalogue.roles
    if user is not None and user.lent:
        return _person_says(run, user, user.roles_at(draft.now), roles)
    key = (run.personal, run.acts_for, run.process)
    known = draft.snapshot.judged.get(key)
    if known is None or known[0] is not user or known[1] is not roles:
        held = () if user is None else user.roles
        says = _person_says(run, user, held, roles) if run.personal else _role_says(run.acts_for, roles)
        known = draft.snapshot.judged[key] = user, roles, says
    return known[2]


def _unlisted(draft: Overlay, run: Run, task: TaskName) -> str:
    """A task may be reserved for some roles."""
    wanted = draft.definition(run).tasks[task].authorised.get(RUN)
    if not wanted:
        return ""
    user = draft.user(run.acts_for) if run.personal else None
    held = (run.acts_for,) if user is None else user.roles_at(draft.now)
    if amounts_to_any(held, wanted, f"{run.process}:{task}", draft.catalogue.roles):
        return ""
    return f"it acts for {run.acts_for}, and is reserved for {' or '.join(wanted)}"


def _role_says(name: str, roles: Mapping[str, Role]) -> str:
    return "" if name in BUILT_IN or name in roles else f"it acts for the role {name}, which there is no more"


def _person_says(run: Run, user: User | None, held: tuple[str, ...], roles: Mapping[str, Role]) -> str:
    name = run.acts_for
    if user is None:
        return f"it acts for {name}, who has no account any more"
    if user.disabled:
        return f"it acts for {name}, whose account is disabled"
    return "" if may(held, "order", run.process, roles) else f"it acts for {name}, who may not order it any more"
