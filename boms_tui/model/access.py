"""Who may do what, and through which roles: the answer to "why may she", drawn from what the runtime decides by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from boms_tui.model.definition import Process, Role
from boms_tui.model.ids import TaskName
from boms_tui.model.people import User
from boms_tui.model.reserved import wanted_on_run, wanted_on_task
from boms_tui.model.rights import BUILT_IN, Grant, amounts_to_any, covers, grants
from boms_tui.model.verbs import VERBS, On


@dataclass(frozen=True, slots=True)
class Access:
    """A built-in role that a person has somewhere. `until` is when it ends, where it is lent."""

    user: str
    grant: Grant
    until: datetime | None = None

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs that the role adds to those of the roles below it."""
        return tuple(verb.name for verb in VERBS.values() if verb.role == self.grant.role)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one person may do at one place, and by which roles."""

    user: str
    verbs: tuple[str, ...]
    by: tuple[Access, ...]


def access_of(user: User, defined: Mapping[str, Role], now: datetime) -> Iterator[Access]:
    """Every built-in role that a person has now; each once for a scope, by the first way to it."""
    if user.disabled:
        return
    held = [(role, None) for role in user.roles] + [(one.role, one.until) for one in user.lent if one.stands(now)]
    seen: set[tuple[str, str]] = set()
    for role, until in held:
        for grant in grants([role], defined):
            if grant.role in BUILT_IN and (grant.role, grant.scope) not in seen:
                seen.add((grant.role, grant.scope))
                yield Access(user.name, grant, until)


def allowed_at(
    place: str, process: Process, users: Iterable[User], defined: Mapping[str, Role], now: datetime
) -> Iterator[Allowed]:
    """Everybody who may do something at a process, or a task of one, by name; disabled accounts may nothing."""
    for user in sorted(users, key=lambda one: one.name):
        by = tuple(one for one in access_of(user, defined, now) if covers(one.grant.scope, place))
        roles = user.roles_at(now)
        verbs = tuple(verb for one in by for verb in one.verbs if _fits(verb, place, process, roles, defined))
        if by:
            yield Allowed(user.name, tuple(sorted(set(verbs))), by)


def _fits(verb: str, place: str, process: Process, roles: tuple[str, ...], defined: Mapping[str, Role]) -> bool:
    """Whether a verb has a meaning at the place, and no task reserves it for others."""
    task = place.partition(":")[2]
    if VERBS[verb].on.isdisjoint({On.TASK} if task else {On.PROCESS, On.RUN}):
        return False
    concerned = [process.tasks[TaskName(task)]] if task else process.tasks.values()
    wanted_for = wanted_on_task if task else wanted_on_run
    wanted = [(one.name, wanted_for(one, verb)) for one in concerned]
    return all(not names or amounts_to_any(roles, names, f"{process.id}:{name}", defined) for name, names in wanted)
