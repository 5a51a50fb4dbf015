"""users: add a person, change what the person may do, or close the account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.acts.times import instant
from boms_tui.model.draft import Draft
from boms_tui.model.ids import SEGMENT
from boms_tui.model.people import Lent, User
from boms_tui.model.rights import known_roles


def users(draft: Draft, ask: Ask) -> Refusal | None:
    name, what = ask.asked.request.target, ask.parameter("do")
    change = _CHANGES.get(what)
    if change is None:
        return Refusal(Code.BAD_PARAMETER, f"say one of {', '.join(_CHANGES)}, not {what or 'nothing'}")
    known = draft.user(name)
    if known is None and what != "add":
        return Refusal(Code.NOT_FOUND, f"there is no user {name}")
    wrong = _wrong_roles(draft, ask) or _too_weak(ask) or change(draft, ask, known)
    if isinstance(wrong, Refusal):
        return wrong
    put = draft.add_user if known is None else draft.edit_user
    put(wrong)
    draft.say(f"user-{what}", f"user {name}", after=_in_words(wrong, draft.now))
    return None


def _in_words(user: User, now: datetime) -> str:
    lent = (f"{one.role} until {one.until:%Y-%m-%dT%H:%MZ}" for one in user.lent if one.stands(now))
    return ",".join((*user.roles, *lent))


def _add(draft: Draft, ask: Ask, known: User | None) -> User | Refusal:
    name = ask.asked.request.target
    if known is not None:
        return Refusal(Code.WRONG_STATE, f"there is a user {name} already")
    if not SEGMENT.fullmatch(name):
        return Refusal(Code.BAD_PARAMETER, "a user name has small letters, digits, - and _, and starts with a letter")
    if not ask.asked.secret_hash:
        return Refusal(Code.BAD_PARAMETER, "a new user needs an initial password")
    return User(
        name, _roles(ask) or ("viewer",), draft.now, password_hash=ask.asked.secret_hash,
        must_change=not ask.yes("keep_password"),
    )  # fmt: skip


def _edit(draft: Draft, known: User | None, **changes: Any) -> User | Refusal:
    if known is None:
        raise AssertionError("only add takes a name that is new")
    edited = replace(known, **changes)
    if replace(edited, sessions_from=known.sessions_from) == known:
        return Refusal(Code.WRONG_STATE, f"nothing to change about {known.name}")
    if _is_last_admin(draft, known) and ("admin" not in edited.roles or edited.disabled):
        return Refusal(Code.WRONG_STATE, f"{known.name} is the last admin; make another one first")
    return edited


def _reset(draft: Draft, ask: Ask, known: User | None) -> User | Refusal:
    if not ask.asked.secret_hash:
        return Refusal(Code.BAD_PARAMETER, "a reset needs a new password")
    return _edit(
        draft, known, password_hash=ask.asked.secret_hash, must_change=not ask.yes("keep_password"),
        failures=0, locked_until=None, sessions_from=draft.now,
    )  # fmt: skip


def _disable(draft: Draft, _ask: Ask, known: User | None) -> User | Refusal:
    return _edit(draft, known, disabled=True, sessions_from=draft.now)


def _set(**changes: Any) -> Callable[[Draft, Ask, User | None], User | Refusal]:
    return lambda draft, _ask, known: _edit(draft, known, **changes)


def _set_roles(draft: Draft, ask: Ask, known: User | None) -> User | Refusal:
    return _edit(draft, known, roles=_roles(ask))


def _grant(draft: Draft, ask: Ask, known: User | None) -> User | Refusal:
    held = () if known is None else known.roles
    return _edit(draft, known, roles=(*held, *(role for role in _roles(ask) if role not in held)))


def _lend(draft: Draft, ask: Ask, known: User | None) -> User | Refusal:
    """Have somebody stand in for a shift: the roles end by themselves."""
    try:
        until = instant(ask.parameter("until"))
    except (ValueError, OverflowError):
        until = None
    if until is None or until <= draft.now:
        return Refusal(Code.BAD_PARAMETER, "say until when, a time to come")
    lent = tuple(Lent(role, until, ask.by, ask.reason) for role in _roles(ask))
    return _edit(draft, known, lent=(*_still_lent(draft, ask, known), *lent))


def _take_back(draft: Draft, ask: Ask, known: User | None) -> User | Refusal:
    return _edit(draft, known, lent=_still_lent(draft, ask, known))


def _still_lent(draft: Draft, ask: Ask, known: User | None) -> tuple[Lent, ...]:
    """What is lent to somebody beside the roles that are named."""
    held = () if known is None else known.lent
    return tuple(one for one in held if one.stands(draft.now) and one.role not in _roles(ask))


_CHANGES: dict[str, Callable[[Draft, Ask, User | None], User | Refusal]] = {
    "add": _add,
    "disable": _disable,
    "enable": _set(disabled=False),
    "unlock": _set(failures=0, locked_until=None),
    "reset": _reset,
    "roles": _set_roles,
    "grant": _grant,
    "lend": _lend,
    "take-back": _take_back,
}
_OF_ROLES = frozenset({"roles", "grant", "lend", "take-back"})


def _roles(ask: Ask) -> tuple[str, ...]:
    return tuple(role.strip() for role in ask.parameter("roles").split(",") if role.strip())


def _wrong_roles(draft: Draft, ask: Ask) -> Refusal | None:
    known = known_roles(draft.catalogue.roles)
    unknown = [role for role in _roles(ask) if role not in known]
    if unknown:
        return Refusal(Code.BAD_PARAMETER, f"there is no role {unknown[0]}; there are {', '.join(sorted(known))}")
    if ask.parameter("do") in _OF_ROLES and not _roles(ask):
        return Refusal(Code.BAD_PARAMETER, "name at least one role")
    return None


def _too_weak(ask: Ask) -> Refusal | None:
    return Refusal(Code.BAD_PARAMETER, ask.asked.too_weak) if ask.asked.too_weak else None


def _is_last_admin(draft: Draft, user: User) -> bool:
    others = (other for other in draft.users() if other.name != user.name)
    return "admin" in user.roles and not any("admin" in other.roles and not other.disabled for other in others)
