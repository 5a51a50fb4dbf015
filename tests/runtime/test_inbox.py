"""Whatever lies in the inbox, the runtime answers it once and lives on."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from boms_tui import clock
from boms_tui.commands import sealed
from boms_tui.commands.client import Client
from boms_tui.commands.session import MemoryKeeper, Ticket
from boms_tui.model.ids import RequestId, SessionId
from boms_tui.model.records import Verdict
from boms_tui.model.request import Envelope, Request, decode, encode
from tests.runtime.house import PASSWORD, House

ONE = "process: ops/one\ntasks:\n  only: {command: [/bin/true]}\n"
SOON = timedelta(minutes=5)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        made.apply(ONE)
        yield made


@pytest.fixture
def kept(house: House) -> Ticket:
    keeper = MemoryKeeper()
    Client(house.store, keeper).sign_in("admin", PASSWORD)
    ticket = keeper.load()
    assert ticket is not None
    return ticket


def request(house: House, kept: Ticket, sequence: int, **changes: object) -> Request:
    now = clock.now()
    made = Request(
        RequestId(sealed.new_id()), house.store.reader.deployment(), SessionId(kept.session), sequence, "order",
        "ops/one", now, now + SOON,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def raw(name: str, body: bytes) -> Envelope:
    return Envelope(RequestId(name), "", 0, "", "", None, body, b"x" * 64, clock.now() + SOON)


def answers(house: House, *envelopes: Envelope) -> list[Verdict]:
    for envelope in envelopes:
        house.store.inbox.submit(envelope)
    assert house.store.lead_for_a_moment()
    verdicts = [house.store.reader.verdict(envelope.id) for envelope in envelopes]
    assert all(verdict is not None for verdict in verdicts)
    return [verdict for verdict in verdicts if verdict is not None]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"[" * 8_000, b"\xff\xfe", b'"x"',
        b'{"id":"a","session":[]}',
    ],
)  # fmt: skip
def test_bytes_that_are_no_request_are_refused_once(house: House, body: bytes) -> None:
    (verdict,) = answers(house, raw("b" * 32, body))
    assert verdict.code == "bad-request"


@pytest.mark.parametrize(
    ("field", "value"), [("target", 5), ("reason", 5), ("sequence", "1"), ("parameters", {"a": 1}), ("session", [])]
)
def test_a_signed_request_with_a_field_of_the_wrong_kind_is_refused(
    house: House, kept: Ticket, field: str, value: object
) -> None:
    good = request(house, kept, 1)
    fields = {**json.loads(encode(good)), field: value}
    body = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(ValueError, match="not a request"):
        decode(body, b"")
    (verdict,) = answers(house, replace(sealed.sign(good, kept.seed), body=body))
    assert verdict.code == "bad-request"


def test_a_forged_copy_of_a_request_does_not_answer_for_it(house: House, kept: Ticket) -> None:
    good = sealed.sign(request(house, kept, 1), kept.seed)
    copy = replace(good, id=RequestId("c" * 32), session="", sequence=0)
    forged, real = answers(house, copy, good)
    assert (forged.code, real.code) == ("other-deployment", "ok")


def test_an_apply_behind_another_request_of_its_session_is_answered(house: House, kept: Ticket) -> None:
    manifest = house.store.inbox.put_documents([ONE.replace("ops/one", "ops/two")])
    first = sealed.sign(request(house, kept, 1), kept.seed)
    second = sealed.sign(request(house, kept, 2, verb="apply", target=manifest), kept.seed)
    third = sealed.sign(request(house, kept, 3, target="ops/two"), kept.seed)
    assert [verdict.code for verdict in answers(house, first, second)] == ["ok", "ok"]
    assert [verdict.code for verdict in answers(house, third)] == ["ok"]


def test_what_was_asked_after_an_apply_waits_for_it(house: House, kept: Ticket) -> None:
    """Their session counts: were the later one answered first, the earlier one would be a replay."""
    manifest = house.store.inbox.put_documents([ONE.replace("ops/one", "ops/two")])
    first = sealed.sign(request(house, kept, 1, verb="apply", target=manifest), kept.seed)
    second = sealed.sign(request(house, kept, 2, target="ops/two"), kept.seed)
    assert [verdict.code for verdict in answers(house, first, second)] == ["ok", "ok"]


def test_definitions_that_are_not_in_the_store_are_refused(house: House, kept: Ticket) -> None:
    (verdict,) = answers(house, sealed.sign(request(house, kept, 1, verb="apply", target="0" * 64), kept.seed))
    assert verdict.code == "not-found"


@pytest.mark.parametrize("plain", [b"[" * 8_000, b"{}", b'{"password": 5}', b"\xff", b'{"a"'])
def test_what_is_sealed_wrongly_is_one_refused_sign_in(house: House, plain: bytes) -> None:
    from nacl.public import PublicKey, SealedBox

    key = PublicKey((house.home.keys / "login.pub").read_bytes())
    login = sealed.new_id()
    house.store.inbox.submit_login(login, bytes(SealedBox(key).encrypt(plain)))
    house.store.inbox.submit_login(garbage := sealed.new_id(), os.urandom(200))
    assert house.store.lead_for_a_moment()
    for name in (login, garbage):
        answer = house.store.reader.login_answer(name)
        assert answer is not None
        assert answer.code == "refused"


def test_a_lone_surrogate_in_a_password_is_one_refused_sign_in(house: House) -> None:
    from nacl.public import PublicKey, SealedBox

    said = {
        "deployment": house.store.reader.deployment(), "user": "admin", "password": "\ud800", "new_password": "",
        "public_key": "00" * 32,
    }  # fmt: skip
    key = PublicKey((house.home.keys / "login.pub").read_bytes())
    house.store.inbox.submit_login(login := sealed.new_id(), bytes(SealedBox(key).encrypt(json.dumps(said).encode())))
    assert house.store.lead_for_a_moment()
    answer = house.store.reader.login_answer(login)
    assert answer is not None
    assert answer.code == "refused"


def test_a_request_that_the_rules_stumble_over_is_refused_and_takes_no_other_along(
    house: House, kept: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from boms_tui.model import asked

    def stumble(*_: object) -> None:
        raise RuntimeError("a planted defect")

    monkeypatch.setitem(asked.ACTS, "hold", stumble)
    poison = sealed.sign(request(house, kept, 1, verb="hold", target="ops/one", reason="why"), kept.seed)
    good = sealed.sign(request(house, kept, 2), kept.seed)
    assert [verdict.code for verdict in answers(house, poison, good)] == ["internal", "ok"]
