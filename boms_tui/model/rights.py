"""Who may do what: verb x scope x role, in one function."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from boms_tui.model.definition import Role
from boms_tui.model.verbs import VERBS

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


def known_roles(defined: Mapping[str, Role]) -> dict[str, Role]:
    """The built-in roles and the organisation's own; a built-in name cannot be redefined."""
    return {**defined, **BUILT_IN}


def grants(roles: Iterable[str], defined: Mapping[str, Role]) -> dict[str, tuple[str, ...]]:
    """The built-in roles that these roles amount to, each with the scopes it holds in."""
    known = known_roles(defined)
    held: dict[str, set[str]] = {}
    todo = [(role, "*") for role in roles if role in known]
    while todo:
        name, within = todo.pop()
        for scope in known[name].scopes:
            reach = within if scope == "*" else scope
            if reach in held.setdefault(name, set()):
                continue
            held[name].add(reach)
            todo.extend((parent, reach) for parent in known[name].inherits if parent in known)
    return {name: tuple(sorted(scopes)) for name, scopes in held.items() if name in BUILT_IN}


def may(roles: Iterable[str], verb: str, process: str, defined: Mapping[str, Role]) -> bool:
    """Whether somebody with these roles may use `verb` on `process` ("" for what has no place)."""
    return amounts_to(roles, VERBS[verb].role, process, defined)


def amounts_to(roles: Iterable[str], least: str, process: str, defined: Mapping[str, Role]) -> bool:
    """Whether these roles give the built-in role `least` on `process`."""
    scopes = grants(roles, defined).get(least, ())
    return any(scope == "*" or (process != "" and fnmatchcase(process, scope)) for scope in scopes)


def verbs_of(roles: Iterable[str], defined: Mapping[str, Role]) -> frozenset[str]:
    """The verbs that these roles allow somewhere."""
    held = grants(roles, defined)
    return frozenset(verb.name for verb in VERBS.values() if verb.role in held)
