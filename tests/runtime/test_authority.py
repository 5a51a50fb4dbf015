"""Who is asking: sign-ins and signatures, against a real store and the code that leads it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters

from boms_tui import clock
from boms_tui.commands import sealed
from boms_tui.commands.client import Client
from boms_tui.commands.session import MemoryKeeper, Ticket
from boms_tui.errors import MustChangeError, NotAuthorisedError
from boms_tui.model.ids import RequestId, SessionId
from boms_tui.model.records import Answer, Verdict
from boms_tui.model.request import Request
from tests.runtime.house import PASSWORD, House

ONE = "process: ops/one\ntasks:\n  only: {command: [/bin/true]}\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        made.apply(ONE)
        yield made


def someone(house: House) -> Client:
    return Client(house.store, MemoryKeeper())


def ticket(house: House) -> tuple[Client, MemoryKeeper, Ticket]:
    keeper = MemoryKeeper()
    client = Client(house.store, keeper)
    client.sign_in("admin", PASSWORD)
    kept = keeper.load()
    assert kept is not None
    return client, keeper, kept


def ask(house: House, kept: Ticket, sequence: int = 1, **changes: object) -> Request:
    now = clock.now()
    request = Request(
        RequestId(sealed.new_id()), house.store.reader.deployment(), SessionId(kept.session), sequence, "order",
        "ops/one", now, now + timedelta(minutes=5),
    )  # fmt: skip
    return replace(request, **changes)  # type: ignore[arg-type]


def answered(house: House, request: Request, seed: str, *, forge: bool = False) -> Verdict:
    envelope = sealed.sign(request, seed)
    if forge:
        envelope = replace(envelope, signature=bytes(64))
    house.store.inbox.submit(envelope)
    assert house.store.lead_for_a_moment()
    verdict = house.store.reader.verdict(request.id)
    assert verdict is not None
    return verdict


def test_the_right_password_opens_a_session_with_its_roles(house: House) -> None:
    signed_in = someone(house).sign_in("admin", PASSWORD)
    assert signed_in.roles == ("admin",)
    assert "users" in signed_in.verbs


@pytest.mark.parametrize(("user", "password"), [("admin", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_what_is_wrong_is_not_said(house: House, user: str, password: str) -> None:
    with pytest.raises(NotAuthorisedError) as refused:
        someone(house).sign_in(user, password)
    assert "wrong" in refused.value.title


def test_a_sign_in_costs_one_check_of_a_hash_whoever_it_names(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    check = PasswordHasher.verify

    def counted(self: PasswordHasher, encoded: str, password: str) -> bool:
        checked.append(encoded)
        return check(self, encoded, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    monkeypatch.setattr(PasswordHasher, "hash", lambda *_: pytest.fail("nothing is hashed"))
    for user in ("admin", "nobody", ""):
        with pytest.raises(NotAuthorisedError):
            someone(house).sign_in(user, "wrong password")
    known, *strangers = map(extract_parameters, checked)
    assert strangers == [known, known]
    _, _, kept = ticket(house)
    assert answered(house, ask(house, kept), kept.seed).answer is Answer.APPLIED
    assert len(checked) == 4


def test_a_new_user_must_change_the_password_first(house: House) -> None:
    verdict = house.client.act("users", "nina", parameters={"do": "add", "roles": "operator"}, secret="first secret")
    assert verdict.code == "ok"
    nina = someone(house)
    with pytest.raises(MustChangeError):
        nina.sign_in("nina", "first secret")
    with pytest.raises(NotAuthorisedError, match="8 characters"):
        nina.sign_in("nina", "first secret", "short")
    assert nina.sign_in("nina", "first secret", "second secret").user == "nina"
    with pytest.raises(NotAuthorisedError):
        someone(house).sign_in("nina", "first secret")
    assert someone(house).sign_in("nina", "second secret").user == "nina"


def test_ten_wrong_passwords_lock_and_an_admin_unlocks(house: House) -> None:
    house.client.act("users", "nina", parameters={"do": "add", "keep_password": "yes"}, secret="first secret")
    for _ in range(10):
        with pytest.raises(NotAuthorisedError, match="wrong"):
            someone(house).sign_in("nina", "a wrong guess")
    with pytest.raises(NotAuthorisedError, match="too many"):
        someone(house).sign_in("nina", "first secret")
    assert house.client.act("users", "nina", parameters={"do": "unlock"}).code == "ok"
    assert someone(house).sign_in("nina", "first secret").user == "nina"


def test_a_signed_request_is_applied_once_and_a_replay_refused(house: House) -> None:
    _, _, kept = ticket(house)
    first = ask(house, kept)
    assert answered(house, first, kept.seed).answer is Answer.APPLIED
    house.store.inbox.submit(sealed.sign(first, kept.seed))
    assert not house.store.reader.verdict(RequestId("nothing"))
    older = ask(house, kept, sequence=0)
    assert answered(house, older, kept.seed).code == "replayed"


def test_a_forged_signature_and_a_strange_session_are_refused(house: House) -> None:
    _, _, kept = ticket(house)
    assert answered(house, ask(house, kept), kept.seed, forge=True).code == "bad-signature"
    assert answered(house, ask(house, kept, sequence=2), sealed.new_seed()).code == "bad-signature"
    stranger = replace(kept, session="0" * 32)
    assert answered(house, ask(house, stranger), kept.seed).code == "no-session"


def test_a_request_of_another_deployment_or_after_its_expiry_is_refused(house: House) -> None:
    _, _, kept = ticket(house)
    assert answered(house, ask(house, kept, deployment="elsewhere"), kept.seed).code == "other-deployment"
    late = ask(house, kept, sequence=2, expires_at=clock.now() - timedelta(seconds=1))
    verdict = answered(house, late, kept.seed)
    assert (verdict.answer, verdict.code) == (Answer.EXPIRED, "expired")


def test_a_disabled_user_has_no_effect_even_with_a_live_session(house: House) -> None:
    house.client.act(
        "users", "nina", parameters={"do": "add", "roles": "operator", "keep_password": "yes"}, secret="first secret"
    )
    nina = someone(house)
    nina.sign_in("nina", "first secret")
    assert house.client.act("users", "nina", parameters={"do": "disable"}).code == "ok"
    keeper_request = nina.act("users", "nina", parameters={"do": "enable"})
    assert keeper_request.code == "not-authorised"
    with pytest.raises(NotAuthorisedError, match="wrong"):
        someone(house).sign_in("nina", "first secret")


def test_no_password_lies_in_the_store_in_clear(house: House) -> None:
    secret = "a canary that sings"
    house.client.act("users", "nina", parameters={"do": "add", "keep_password": "yes"}, secret=secret)
    someone(house).sign_in("nina", secret)
    for file in house.home.path.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file


def test_weak_new_passwords_are_refused(house: House) -> None:
    for weak in ("short", "password", "nina-nina"):
        assert house.client.act("users", "nina", parameters={"do": "add"}, secret=weak).code == "bad-parameter"


def test_a_changed_password_ends_the_sessions_opened_with_the_old_one(house: House) -> None:
    house.client.act(
        "users", "nina", parameters={"do": "add", "roles": "operator", "keep_password": "yes"}, secret="first secret"
    )
    old = someone(house)
    old.sign_in("nina", "first secret")
    assert someone(house).sign_in("nina", "first secret", "second secret").user == "nina"
    assert old.act("users", "nina", parameters={"do": "enable"}).code == "session-ended"


def test_the_old_password_is_no_new_one(house: House) -> None:
    house.client.act("users", "nina", parameters={"do": "add"}, secret="first secret")
    with pytest.raises(NotAuthorisedError, match="old one"):
        someone(house).sign_in("nina", "first secret", "first secret")
