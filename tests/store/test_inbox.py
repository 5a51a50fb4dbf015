"""A request that was taken in is kept once, however often it is sent."""

import pytest

from boms_tui.errors import BomsError
from boms_tui.model.decision import LoginAnswer
from boms_tui.model.ids import RequestId
from boms_tui.model.records import Answer, Verdict
from boms_tui.model.request import MAX_BODY
from boms_tui.store.content import digest
from boms_tui.store.inbox import MAX_PENDING
from tests.store.house import NOW, House, a_request


def test_requests_wait_in_the_order_they_came(house: House) -> None:
    for number in (3, 1, 2):
        house.inbox.submit(a_request(f"r-{number}", sequence=number, body=f'{{"нет":{number}}}'.encode()))
    waiting = house.leader.pending(10)
    assert [request.id for request in waiting] == ["r-3", "r-1", "r-2"]
    assert waiting[0].body == '{"нет":3}'.encode()
    assert waiting[0].signature == b"\x01\x02"
    assert [request.id for request in house.leader.pending(2)] == ["r-3", "r-1"]
    assert waiting[0].received_at <= waiting[1].received_at


def test_the_same_request_again_is_the_same_act(house: House) -> None:
    house.inbox.submit(a_request("r-1"))
    house.inbox.submit(a_request("r-1"))
    house.commit(verdicts=(Verdict(RequestId("r-1"), Answer.APPLIED, "applied", "", NOW),))
    house.inbox.submit(a_request("r-1"))
    assert house.leader.pending(10) == []


def test_another_request_with_the_same_id_is_refused(house: House) -> None:
    house.inbox.submit(a_request("r-1"))
    with pytest.raises(BomsError, match="r-1"):
        house.inbox.submit(a_request("r-1", body=b'{"other":1}'))


def test_a_session_uses_a_sequence_number_once(house: House) -> None:
    house.inbox.submit(a_request("r-1", sequence=7))
    with pytest.raises(BomsError, match="number 7"):
        house.inbox.submit(a_request("r-2", sequence=7))
    house.inbox.submit(a_request("r-3", session="s-2", sequence=7))
    assert [request.id for request in house.leader.pending(10)] == ["r-1", "r-3"]


def test_requests_without_a_session_have_no_sequence(house: House) -> None:
    house.inbox.submit(a_request("r-1", session="", sequence=0))
    house.inbox.submit(a_request("r-2", session="", sequence=0))
    assert len(house.leader.pending(10)) == 2


def test_a_large_body_is_refused(house: House) -> None:
    house.inbox.submit(a_request("r-1", body=b"x" * MAX_BODY))
    with pytest.raises(BomsError, match="too large"):
        house.inbox.submit(a_request("r-2", sequence=2, body=b"x" * (MAX_BODY + 1)))


def test_a_sign_in_has_so_many_requests_waiting_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_PENDING == 500
    monkeypatch.setattr("boms_tui.store.inbox.MAX_PENDING", 3)
    for number in range(3):
        house.inbox.submit(a_request(f"r-{number}", sequence=number))
    with pytest.raises(BomsError, match="still wait"):
        house.inbox.submit(a_request("r-3", sequence=3))
    house.inbox.submit(a_request("r-2", sequence=2))
    house.inbox.submit(a_request("r-4", session="s-2"))
    house.commit(verdicts=(Verdict(RequestId("r-0"), Answer.EXPIRED, "expired", "", NOW),))
    house.inbox.submit(a_request("r-3", sequence=3))


def test_the_same_sign_in_again_is_the_same_act(house: House) -> None:
    house.inbox.submit_login("l-1", b"sealed")
    house.inbox.submit_login("l-1", b"sealed")
    assert len(house.leader.pending_logins(10)) == 1
    assert house.reader.login_answer("l-1") is None


def test_documents_come_back_in_their_order(house: House) -> None:
    texts = ["process: a\n", "process: б\r\n", "", "process: a\n"]
    manifest = house.inbox.put_documents(texts)
    assert house.inbox.put_documents(texts) == manifest
    assert list(house.leader.documents(manifest)) == texts
    assert house.inbox.put_documents(texts[:2]) != manifest


def test_a_thousand_documents_fit_one_manifest(house: House) -> None:
    texts = [f"process: p-{number}\n" for number in range(1_100)]
    assert list(house.leader.documents(house.inbox.put_documents(texts))) == texts


@pytest.mark.parametrize(
    ("spoil", "title"),
    [
        ("DELETE FROM blob WHERE content = 'process: a'", "is not in the store"),
        ("UPDATE blob SET content = 'process: b' WHERE content = 'process: a'", "was altered"),
    ],
)
def test_a_text_is_proved_by_its_hash(house: House, spoil: str, title: str) -> None:
    manifest = house.inbox.put_documents(["process: a"])
    with house.engine.begin() as connection:
        connection.exec_driver_sql(spoil)
    with pytest.raises(BomsError, match=title):
        house.leader.documents(manifest)


def test_a_text_that_is_no_manifest_is_refused(house: House) -> None:
    house.inbox.put_documents(["process: a"])
    with pytest.raises(BomsError, match="is not a manifest"):
        house.leader.documents(digest("process: a"))


def test_the_leader_is_waited_for_until_all_have_their_answer(house: House) -> None:
    assert not house.leader.is_waited_for()
    house.inbox.submit(a_request("r-1"))
    house.inbox.submit_login("l-1", b"sealed")
    assert house.leader.is_waited_for()
    house.commit(verdicts=(Verdict(RequestId("r-1"), Answer.EXPIRED, "expired", "", NOW),))
    assert house.leader.is_waited_for()
    house.commit(logins=(LoginAnswer("l-1", "refused", "", NOW),))
    assert not house.leader.is_waited_for()
