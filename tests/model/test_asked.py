"""Requests: every check in its order, and one verdict each."""

from datetime import timedelta

import pytest

from boms_tui.model.asked import ACTS
from boms_tui.model.definition import Role
from boms_tui.model.facts import Asked, Unproved
from boms_tui.model.ids import RequestId, SessionId
from boms_tui.model.people import Session, User
from boms_tui.model.records import Answer
from boms_tui.model.request import Request
from boms_tui.model.rights import BUILT_IN, Grant, grants, may, verbs_of
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
    night.tell(Unproved(RequestId("x"), "bad-signature", "forged"))
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
        ({"date": "tomorrow"}, "not a business date"),
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
    assert Grant("operator", "settlement/*", ("night", "settlement")) in grants(["night"], defined)
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


def test_a_session_only_goes_forward_within_one_decision_too() -> None:
    night, run = failed_night()
    session = Session(SessionId("s"), "admin", b"", night.now, night.now + timedelta(hours=1))
    soon = night.now + timedelta(minutes=5)
    asks = [
        Asked(Request(RequestId(f"n{n}"), "test", session.id, n, "hold", run, night.now, soon, "why"), session)
        for n in (7, 5, 8)
    ]
    decision = night.tell(*asks)
    assert [night.verdicts[f"n{n}"].code for n in (7, 5, 8)] == ["ok", "replayed", "wrong-state"]
    (after,) = decision.sessions
    assert (after.last_sequence, after.version) == (8, 2)


def test_both_last_admins_cannot_go_in_one_decision() -> None:
    night, _ = failed_night()
    night.ask("users", "operator", given={"do": "roles", "roles": "admin"})
    session = Session(SessionId("s"), "admin", b"", night.now, night.now + timedelta(hours=1))
    soon = night.now + timedelta(minutes=5)
    asks = [
        Asked(
            Request(
                RequestId(name), "test", session.id, n, "users", name, night.now, soon, parameters={"do": "disable"}
            ),
            session,
        )
        for n, name in enumerate(("operator", "admin"), 1)
    ]
    night.tell(*asks)
    assert night.verdicts["operator"].code == "ok"
    assert night.verdicts["admin"].code == "wrong-state"


def test_a_reset_password_ends_the_sessions_before_it() -> None:
    night, run = failed_night()
    old = Session(SessionId("old"), "operator", b"", night.now, night.now + timedelta(hours=1))
    night.now += timedelta(minutes=1)
    soon = night.now + timedelta(minutes=5)
    admin = Session(SessionId("s"), "admin", b"", night.now, night.now + timedelta(hours=1))
    reset = Request(
        RequestId("reset"), "test", admin.id, 1, "users", "operator", night.now, soon, parameters={"do": "reset"}
    )
    night.tell(Asked(reset, admin, secret_hash="new"))
    night.tell(Asked(Request(RequestId("x"), "test", old.id, 1, "retry", f"{run}:one", night.now, soon, "why"), old))
    assert night.verdicts["x"].code == "session-ended"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "tomorrow", "2026-02-30"])
def test_dates_that_nobody_trades_on_are_refused(day: str) -> None:
    night, _ = failed_night()
    assert night.ask("order", "ops/pair", given={"date": day}).code == "bad-parameter"
    assert night.ask("hold", f"ops/pair@{day}").code == "not-found"
    assert night.ask("hold", "ops/pair", given={"until": "0001-01-01T00:00:00+05:00"}).code == "bad-parameter"


def test_a_run_that_is_being_cancelled_only_ends() -> None:
    night = Night(process("ops/two", task("one"), task("two")))
    run = night.order("ops/two")
    night.end(run, "one")
    night.ask("cancel", run)
    assert night.ask("rerun", f"{run}:one").code == "wrong-state"
    assert night.states(run)["one"] == "succeeded"


def test_an_ended_run_is_not_opened_again_beside_a_newer_one() -> None:
    from boms_tui.model.definition import OnFailure

    night = Night(process("ops/one", task("only", on_failure=OnFailure.CONTINUE)))
    first = night.order("ops/one")
    night.end(first, "only", code=1)
    second = night.order("ops/one")
    verdict = night.ask("retry", f"{first}:only")
    assert (verdict.code, second in verdict.reason) == ("wrong-state", True)
    night.end(second, "only")
    assert night.ask("retry", f"{first}:only").code == "ok"
