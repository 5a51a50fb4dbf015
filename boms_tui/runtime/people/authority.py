"""Who is asking: sign-ins and signatures are proved here, before the rules see a request."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, TypeAlias

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.model.acts.ask import Code
from boms_tui.model.decision import Decision, LoginAnswer
from boms_tui.model.facts import Asked, Unproved
from boms_tui.model.ids import ProcessId, RequestId, SessionId
from boms_tui.model.lease import RawLogin, RawRequest
from boms_tui.model.people import Session, User
from boms_tui.model.records import Entry
from boms_tui.model.request import decode
from boms_tui.model.verbs import APPROVE
from boms_tui.runtime.people.keys import Keyring
from boms_tui.runtime.people.passwords import Passwords, weakness
from boms_tui.runtime.ports import LeaderStore

SESSION_LIFE = timedelta(hours=12)
FAILURES_ALLOWED = 10
LOCKED_FOR = timedelta(minutes=30)
_FIELDS = ("deployment", "user", "password", "new_password", "public_key")


Numbered: TypeAlias = tuple[ProcessId, int]
"""A process and one of its revisions."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the slow half of a sign-in found out: whether the password matched `against`, and the hash of a new one."""

    login: RawLogin
    user: str = ""
    public_key: bytes = b""
    against: str = ""
    right: bool = False
    weak: str = ""
    new_hash: str = ""


class Authority:
    """Proves sign-ins and requests against the runtime's keys and the store's sessions."""

    def __init__(self, keys: Keyring, store: LeaderStore) -> None:
        self._keys = keys
        self._store = store
        self._deployment = store.deployment()
        self._passwords = Passwords.with_pepper(keys.pepper)
        self._sessions: dict[SessionId, Session] = {}

    def hash(self, password: str) -> str:
        return self._passwords.hash(password)

    def check(self, login: RawLogin, users: Mapping[str, User]) -> Checked:
        """The slow half, for the worker: open the box, compare the hash. A user who does not exist costs the same."""
        said = self._opened(login.sealed)
        user = users.get(said.get("user", ""))
        against = user.password_hash if user and user.password_hash else self._passwords.nobodys
        password, new = said.get("password", ""), said.get("new_password", "")
        right = self._passwords.matches(against, password) and user is not None
        weak = (weakness(new, said["user"]) or _unchanged(password, new)) if new and right else ""
        new_hash = self._passwords.hash(new) if new and right and not weak else ""
        key = bytes.fromhex(said.get("public_key", ""))
        return Checked(login, said.get("user", ""), key, against, right, weak, new_hash)

    def admit(self, checked: Checked, users: Mapping[str, User], now: datetime) -> Decision:
        """The quick half: the answer, the session, and what becomes of the user's count of failures."""
        user = users.get(checked.user)
        locked = user is not None and user.locked_until is not None and now < user.locked_until
        right = checked.right and user is not None and user.password_hash == checked.against
        if user is None or user.disabled or not checked.public_key or (not right and not locked):
            return self._refuse(checked, user, now)
        if locked:
            return _answer(checked, user, now, "locked", "too many wrong passwords; wait, or ask an admin to unlock")
        if checked.weak:
            return _answer(checked, user, now, "weak-password", checked.weak)
        if user.must_change and not checked.new_hash:
            return _answer(checked, user, now, "must-change", "the password must be changed first")
        return self._open_session(checked, user, now)

    def prove(self, raw: RawRequest) -> Asked | Unproved:
        """A request that its session's key has signed, or why nobody can be held to it."""
        try:
            request = decode(raw.body, raw.signature)
        except ValueError as error:
            return Unproved(RequestId(raw.id), Code.BAD_REQUEST, str(error))
        if request.id != raw.id or request.deployment != self._deployment:
            return Unproved(RequestId(raw.id), Code.OTHER_DEPLOYMENT, "it was made for another place")
        session = self._session(request.session)
        if session is None:
            return Unproved(request.id, Code.NO_SESSION, "sign in again: the session is not known")
        try:
            VerifyKey(session.public_key).verify(raw.body, raw.signature)
        except (BadSignatureError, ValueError):
            return Unproved(request.id, Code.BAD_SIGNATURE, "the signature is not that of the session")
        return Asked(request, session)

    def bring(self, asked: Asked, runs: Numbered | None = None) -> Asked:
        """A request with what it brings along: slow where that is a password, so it is for the worker.

        `runs` is the process, with its revision, that a request to be approved would run.
        """
        if asked.request.verb == APPROVE:
            return replace(asked, about=self._about(asked), authors=self._authors(runs))
        if asked.request.verb == "apply":
            return replace(asked, documents=self._documents(asked.request.target))
        sealed = asked.request.parameters.get("sealed", "")
        if not sealed:
            return asked
        secret = self._keys.open(_unwrapped(sealed))
        if secret is None:
            return replace(asked, too_weak="the password was not sealed to this runtime")
        password = secret.decode("utf-8", errors="replace")
        weak = weakness(password, asked.request.target)
        return replace(asked, too_weak=weak) if weak else replace(asked, secret_hash=self.hash(password))

    def _about(self, asked: Asked) -> Asked | None:
        """The request that is to be approved, proved anew from what lies in the store."""
        raw = self._store.request(RequestId(asked.request.target))
        proved = self.prove(raw) if raw is not None else None
        return self.bring(proved) if isinstance(proved, Asked) and proved.request.verb != APPROVE else None

    def _authors(self, runs: Numbered | None) -> frozenset[str]:
        if runs is None:
            return frozenset()
        process, number = runs
        return frozenset(by for revision, by in self._store.authors(process).items() if revision == number)

    def _opened(self, sealed: bytes) -> dict[str, str]:
        plain = self._keys.open(sealed)
        try:
            said = json.loads(plain or b"{}")
            fields = {name: str(said[name]) for name in _FIELDS}
            bytes.fromhex(fields["public_key"])
            fields["password"].encode(), fields["new_password"].encode()
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return fields if fields["deployment"] == self._deployment else {}

    def _refuse(self, checked: Checked, user: User | None, now: datetime) -> Decision:
        decision = _answer(checked, user, now, "refused", "the name or the password is wrong")
        if user is None or checked.right:
            return decision
        failures = user.failures + 1
        locked = now + LOCKED_FOR if failures >= FAILURES_ALLOWED else user.locked_until
        counted = replace(user, failures=0 if locked else failures, locked_until=locked, version=user.version + 1)
        return replace(decision, users=(counted,))

    def _open_session(self, checked: Checked, user: User, now: datetime) -> Decision:
        session = Session(SessionId(token_hex(16)), user.name, checked.public_key, now, now + SESSION_LIFE)
        decision = _answer(checked, user, now, "ok", "", session=session.id)
        changes: dict[str, Any] = {"failures": 0} if user.failures else {}
        if checked.new_hash:
            changes |= {"password_hash": checked.new_hash, "must_change": False, "sessions_from": now, "failures": 0}
        users = (replace(user, version=user.version + 1, **changes),) if changes else ()
        return replace(decision, sessions=(session,), users=users)

    def _session(self, session: SessionId) -> Session | None:
        known = self._sessions.get(session) or self._store.session(session)
        if known is not None:
            self._sessions[session] = known
        return known

    def _documents(self, manifest: str) -> tuple[str, ...]:
        try:
            return tuple(self._store.documents(manifest))
        except NoAnswerError:
            raise
        except BomsError:
            return ()


def _unchanged(old: str, new: str) -> str:
    return "the new password is the old one" if old == new else ""


def _answer(
    checked: Checked, user: User | None, now: datetime, code: str, reason: str, *, session: SessionId | None = None
) -> Decision:
    name = user.name if user else "nobody"
    roles = user.roles_at(now) if user and code == "ok" else ()
    return Decision(
        logins=(LoginAnswer(checked.login.id, code, reason, now, session, roles),),
        journal=(Entry(now, name, "signed-in" if code == "ok" else f"sign-in-{code}", f"user {name}"),),
    )


def _unwrapped(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""
