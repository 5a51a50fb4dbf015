"""Who is asking: sign-ins and signatures are proved here, before the rules see a request."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from boms_tui.model.acts.ask import Code
from boms_tui.model.decision import Decision, LoginAnswer
from boms_tui.model.facts import Asked
from boms_tui.model.ids import RequestId, SessionId
from boms_tui.model.lease import RawLogin, RawRequest
from boms_tui.model.records import Entry, Session, User
from boms_tui.model.request import Request, decode
from boms_tui.runtime.keys import Keyring
from boms_tui.runtime.passwords import Passwords, weakness
from boms_tui.runtime.ports import LeaderStore

SESSION_LIFE = timedelta(hours=12)
FAILURES_ALLOWED = 10
LOCKED_FOR = timedelta(minutes=30)
_FIELDS = ("deployment", "user", "password", "new_password", "public_key")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the slow half of a sign-in found out: the hash was compared, and a new one made where one was asked for."""

    login: RawLogin
    user: str
    public_key: bytes
    right: bool
    weak: str
    new_hash: str


class Authority:
    """Proves sign-ins and requests against the runtime's keys and the store's sessions."""

    def __init__(self, keys: Keyring, store: LeaderStore) -> None:
        self._keys = keys
        self._store = store
        self._deployment = store.deployment()
        self._passwords = Passwords.with_pepper(keys.pepper)
        self._nobody = self._passwords.hash(token_hex(16))
        self._sessions: dict[SessionId, Session] = {}

    def hash(self, password: str) -> str:
        return self._passwords.hash(password)

    def check(self, login: RawLogin, users: Mapping[str, User]) -> Checked:
        """The slow half, for the worker: open the box, compare the hash. A user who does not exist costs the same."""
        said = self._opened(login.sealed)
        user = users.get(said.get("user", ""))
        encoded = user.password_hash if user and user.password_hash else self._nobody
        right = self._passwords.matches(encoded, said.get("password", "")) and user is not None
        new = said.get("new_password", "")
        weak = weakness(new, said["user"]) if new and right else ""
        new_hash = self._passwords.hash(new) if new and right and not weak else ""
        return Checked(login, said.get("user", ""), bytes.fromhex(said.get("public_key", "")), right, weak, new_hash)

    def admit(self, checked: Checked, users: Mapping[str, User], now: datetime) -> Decision:
        """The quick half: the answer, the session, and what becomes of the user's count of failures."""
        user = users.get(checked.user)
        locked = user is not None and user.locked_until is not None and now < user.locked_until
        if user is None or user.disabled or not checked.public_key or (not checked.right and not locked):
            return self._refuse(checked, user, now)
        if locked:
            return _answer(checked, user, now, "locked", "too many wrong passwords; wait, or ask an admin to unlock")
        if checked.weak:
            return _answer(checked, user, now, "weak-password", checked.weak)
        if user.must_change and not checked.new_hash:
            return _answer(checked, user, now, "must-change", "the password must be changed first")
        return self._open_session(checked, user, now)

    def prove(self, raw: RawRequest, now: datetime) -> Asked:
        """A request with its session, or with the code of what is wrong with either."""
        try:
            request = decode(raw.body, raw.signature)
        except ValueError as error:
            return _unproved(raw, now, Code.BAD_SIGNATURE, str(error))
        session = self._session(request.session)
        if session is None:
            return Asked(request, None, Code.NO_SESSION, "sign in again: the session is not known")
        try:
            VerifyKey(session.public_key).verify(raw.body, raw.signature)
        except (BadSignatureError, ValueError):
            return Asked(request, None, Code.BAD_SIGNATURE, "the signature is not that of the session")
        wrong = self._wrong(raw, request, session, now)
        if wrong is not None:
            return Asked(request, session, *wrong)
        return self._with_contents(request, session)

    def forget(self, session: SessionId) -> None:
        self._sessions.pop(session, None)

    def remember(self, session: Session) -> None:
        """Follow a committed change of a session."""
        self._sessions[session.id] = session

    def _opened(self, sealed: bytes) -> dict[str, str]:
        plain = self._keys.open(sealed)
        try:
            said = json.loads(plain or b"{}")
            fields = {name: str(said[name]) for name in _FIELDS}
            bytes.fromhex(fields["public_key"])
        except (ValueError, KeyError, TypeError):
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
        users: tuple[User, ...] = ()
        if checked.new_hash:
            users = (
                replace(user, password_hash=checked.new_hash, must_change=False, failures=0, version=user.version + 1),
            )
        elif user.failures:
            users = (replace(user, failures=0, version=user.version + 1),)
        return replace(decision, sessions=(session,), users=users)

    def _session(self, session: SessionId) -> Session | None:
        known = self._sessions.get(session) or self._store.session(session)
        if known is not None:
            self._sessions[session] = known
        return known

    def _wrong(self, raw: RawRequest, request: Request, session: Session, now: datetime) -> tuple[str, str] | None:
        if request.deployment != self._deployment or request.id != raw.id:
            return Code.OTHER_DEPLOYMENT, "the request was made for another deployment"
        if session.revoked_at is not None or now > session.expires_at:
            return Code.SESSION_ENDED, "the session has ended; sign in again"
        if request.sequence <= session.last_sequence:
            return Code.REPLAYED, "a later request of the session was answered already"
        return None

    def _with_contents(self, request: Request, session: Session) -> Asked:
        """The sealed password or the definitions that a request brings along."""
        sealed = request.parameters.get("sealed", "")
        secret = self._keys.open(_unwrapped(sealed)) if sealed else None
        if sealed and secret is None:
            return Asked(request, session, Code.BAD_PARAMETER, "the password was not sealed to this runtime")
        if secret is not None:
            password = secret.decode("utf-8", errors="replace")
            weak = weakness(password, request.target)
            if weak:
                return Asked(request, session, Code.BAD_PARAMETER, weak)
            return Asked(request, session, secret_hash=self.hash(password))
        if request.verb == "apply":
            return Asked(request, session, documents=tuple(self._store.documents(request.target)))
        return Asked(request, session)


def _answer(
    checked: Checked, user: User | None, now: datetime, code: str, reason: str, *, session: SessionId | None = None
) -> Decision:
    name = user.name if user else "nobody"
    roles = user.roles if user and code == "ok" else ()
    return Decision(
        logins=(LoginAnswer(checked.login.id, code, reason, now, session, roles),),
        journal=(Entry(now, name, "signed-in" if code == "ok" else f"sign-in-{code}", f"user {name}"),),
    )


def _unwrapped(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _unproved(raw: RawRequest, now: datetime, code: Code, text: str) -> Asked:
    """A request whose bytes say nothing: answered by the id under which it lies."""
    empty = Request(RequestId(raw.id), "", SessionId(""), 0, "", "", raw.received_at, now)
    return Asked(empty, None, code, text)
