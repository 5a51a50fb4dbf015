"""Who may do what: verb x place x role, in one room.

A place is a process, or `PROCESS:TASK`; "" is that of what has none.
"""

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from boms_tui.model.definition import Role
from boms_tui.model.verbs import VERBS

EVERYWHERE = "*"
BUILT_IN: dict[str, Role] = {
    role.id: role
    for role in (
        Role("viewer"),
        Role("operator", inherits=("viewer",)),
        Role("author", inherits=("viewer",)),
        Role("supervisor", inherits=("operator",)),
        Role("admin", inherits=("supervisor", "author")),
    )
}


class Grant(NamedTuple):
    """A role that somebody has within a scope; `through` are the roles that it came by, the first the one given."""

    role: str
    scope: str
    through: tuple[str, ...]


def known_roles(defined: Mapping[str, Role]) -> dict[str, Role]:
    """The built-in roles and the organisation's own; a built-in name cannot be redefined."""
    return {**defined, **BUILT_IN}


def grants(roles: Iterable[str], defined: Mapping[str, Role]) -> list[Grant]:
    """Every role that these roles amount to, once for each scope that it holds in, by the shortest way to it."""
    known = known_roles(defined)
    seen: set[tuple[str, str]] = set()
    found: list[Grant] = []
    todo = [Grant(role, EVERYWHERE, ()) for role in roles if role in known]
    for held in todo:
        for scope in known[held.role].scopes:
            reach = held.scope if scope == EVERYWHERE else scope
            if (held.role, reach) in seen:
                continue
            seen.add((held.role, reach))
            found.append(Grant(held.role, reach, held.through))
            through = (*held.through, held.role)
            todo.extend(Grant(parent, reach, through) for parent in known[held.role].inherits if parent in known)
    return found


def covers(scope: str, place: str) -> bool:
    """Whether a scope has a place in it: by the pattern of its process, or where it names tasks, by the task's."""
    process, _, task = place.partition(":")
    return scope == EVERYWHERE or fnmatchcase(process, scope) or (bool(task) and fnmatchcase(place, scope))


def may(roles: Iterable[str], verb: str, place: str, defined: Mapping[str, Role]) -> bool:
    """Whether somebody with these roles may use `verb` at a place, whatever its tasks say themselves."""
    return amounts_to(roles, VERBS[verb].role, place, defined)


def amounts_to(roles: Iterable[str], least: str, place: str, defined: Mapping[str, Role]) -> bool:
    """Whether these roles give the role `least` at a place."""
    return amounts_to_any(roles, (least,), place, defined)


def amounts_to_any(roles: Iterable[str], wanted: Collection[str], place: str, defined: Mapping[str, Role]) -> bool:
    """Whether these roles give one of those that are wanted at a place."""
    held = grants(roles, defined)
    return any(grant.role in wanted and covers(grant.scope, place) for grant in held)


def verbs_of(roles: Iterable[str], defined: Mapping[str, Role]) -> frozenset[str]:
    """The verbs that these roles allow somewhere."""
    held = {grant.role for grant in grants(roles, defined)}
    return frozenset(verb.name for verb in VERBS.values() if verb.role in held)
