"""Requests: every check in its order, and one verdict each."""

from datetime import timedelta

import pytest

from boms_tui.model.asked import ACTS
from boms_tui.model.definition import Role
from boms_tui.model.facts import Asked
from boms_tui.model.ids import RequestId, SessionId
from boms_tui.model.records import Answer, Session, User
from boms_tui.model.request import Request
from boms_tui.model.rights import BUILT_IN, grants, may, verbs_of
from boms_tui.model.verbs import VERBS
from tests.model.night import EVENING, Night, process, task


def failed_night() -> tuple[Night, str]:
    night = Night(process("ops/pair", task("one"), task("two", "one")))
    run = night.order("ops/pair")
    night.end(run, "one", code=1)
    return night, run


def test_every_verb_has_an_act() -> None:
    assert set(ACTS) == set(VERBS)


def test_the_second_of_two_equal_retries_is_stale() -> None:
    night, run = failed_night()
    seen = night.task(run, "one").version
    assert night.ask("retry", f"{run}:one", seen=seen).code == "ok"
    second = night.ask("retry", f"{run}:one", seen=seen)
    assert (second.answer, second.code) == (Answer.REJECTED, "stale")
    assert second.reason.endswith("it is starting now")
    assert night.task(run, "one").attempts == 2


def test_a_request_is_never_applied_after_its_expiry() -> None:
    night, run = failed_night()
    session = Session(SessionId("s"), "admin", b"", night.now, night.now + timedelta(hours=1))
    late = Request(
        RequestId("late"), "test", session.id, 1, "retry", f"{run}:one", EVENING, EVENING + timedelta(minutes=5), "why"
    )
    night.now += timedelta(minutes=6)
    night.tell(Asked(late, session))
    assert night.verdicts["late"].answer is Answer.EXPIRED
    assert night.states(run)["one"] == "failed"


def test_a_disabled_person_has_no_effect() -> None:
    night, run = failed_night()
    night.ask("users", "operator", given={"do": "disable"})
    assert night.ask("retry", f"{run}:one", by="operator").code == "not-authorised"
    assert night.states(run)["one"] == "failed"


def test_what_proof_refused_is_answered_with_its_code_and_changes_nothing() -> None:
    night, run = failed_night()
    request = Request(RequestId("x"), "test", SessionId("s"), 1, "retry", f"{run}:one", EVENING, EVENING, "why")
    night.tell(Asked(request, None, "bad-signature", "forged"))
    assert night.verdicts["x"].code == "bad-signature"
    assert night.states(run)["one"] == "failed"


@pytest.mark.parametrize(
    ("verb", "target", "code"),
    [
        ("dance", "ops/pair", "unknown-verb"),
        ("retry", "ops/nothing@2026-11-20.1:one", "not-found"),
        ("retry", "RUN", "not-found"),
        ("retry", "RUN:two", "wrong-state"),
        ("kill", "RUN:one", "wrong-state"),
        ("confirm", "RUN:two", "wrong-state"),
        ("resolve", "RUN:one", "wrong-state"),
        ("order", "ops/nothing", "not-found"),
        ("release", "RUN", "wrong-state"),
        ("hold", "ops/pair@2026-13-01", "not-found"),
    ],
)
def test_refusals_have_codes(verb: str, target: str, code: str) -> None:
    night, run = failed_night()
    before = night.states(run)
    assert night.ask(verb, target.replace("RUN", run)).code == code
    assert night.states(run) == before


def test_a_reason_is_required_where_the_table_says_so() -> None:
    night, run = failed_night()
    assert night.ask("retry", f"{run}:one", reason=" ").code == "reason-required"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"date": "tomorrow"}, "not a date"),
        ({"parameter.region": "west"}, "has no parameter region"),
    ],
)
def test_an_order_with_a_wrong_parameter_is_refused(given: dict[str, str], text: str) -> None:
    night, _ = failed_night()
    verdict = night.ask("order", "ops/pair", given=given)
    assert verdict.code == "bad-parameter"
    assert text in verdict.reason


@pytest.mark.parametrize("role", BUILT_IN)
@pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: verb.name)
def test_the_least_role_of_each_verb(role: str, verb: object) -> None:
    name = getattr(verb, "name", "")
    order = {"viewer": 0, "operator": 1, "supervisor": 2, "admin": 3}
    least = VERBS[name].role
    expected = role in {"author", "admin"} if least == "author" else order.get(role, 0) >= order[least]
    assert may((role,), name, "ops/pair", {}) is expected


def test_a_role_of_the_organisation_holds_within_its_scopes() -> None:
    defined = {
        "settlement": Role("settlement", inherits=("operator",), scopes=("settlement/*",)),
        "night": Role("night", inherits=("settlement", "viewer")),
    }
    assert grants(["night"], defined)["operator"] == ("settlement/*",)
    assert may(["night"], "retry", "settlement/margin", defined)
    assert not may(["night"], "retry", "risk/var", defined)
    assert not may(["night"], "users", "", defined)
    assert "retry" in verbs_of(["night"], defined)


def test_roles_that_inherit_in_a_circle_end() -> None:
    defined = {"a": Role("a", inherits=("b",)), "b": Role("b", inherits=("a", "operator"))}
    assert may(["a"], "retry", "x/y", defined)


def test_users_are_added_changed_and_the_last_admin_stays() -> None:
    night, _ = failed_night()
    session = Session(SessionId("s"), "admin", b"", night.now, night.now + timedelta(hours=1))
    add = Request(
        RequestId("add"), "test", session.id, 1, "users", "nina", night.now, night.now + timedelta(minutes=5),
        parameters={"do": "add", "roles": "operator"},
    )  # fmt: skip
    night.tell(Asked(add, session, secret_hash="hashed"))
    nina = night.snapshot.users["nina"]
    assert (nina.roles, nina.must_change, nina.password_hash) == (("operator",), True, "hashed")
    assert night.ask("users", "nina", given={"do": "roles", "roles": "wizard"}).code == "bad-parameter"
    assert night.ask("users", "admin", given={"do": "disable"}).code == "wrong-state"
    assert night.ask("users", "nina", given={"do": "roles", "roles": "admin"}).code == "ok"
    assert night.ask("users", "admin", given={"do": "disable"}).code == "ok"
    assert night.ask("users", "nobody", given={"do": "enable"}, by="nina").code == "not-found"


def test_each_request_leaves_a_row_in_the_journal() -> None:
    night, run = failed_night()
    night.ask("retry", f"{run}:one", by="viewer")
    night.ask("skip", f"{run}:one", by="operator", reason="known defect")
    refused = next(entry for entry in night.journal if entry.action == "retry-rejected")
    assert (refused.actor, refused.object, refused.after) == ("viewer", f"{run}:one", "not-authorised")
    skipped = next(entry for entry in night.journal if entry.action == "skipped")
    assert (skipped.actor, skipped.before, skipped.after) == ("operator", "failed", "skipped")
    assert "known defect" in skipped.reason
    assert skipped.request


def test_a_user_without_a_password_cannot_be_added() -> None:
    night, _ = failed_night()
    assert night.ask("users", "nina", given={"do": "add"}).code == "bad-parameter"
    assert isinstance(night.snapshot.users.get("nina"), User | None)
    assert "nina" not in night.snapshot.users
