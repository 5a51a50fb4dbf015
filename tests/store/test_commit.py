"""A decision is written whole or not at all, by the epoch that leads, over the versions it was made from."""

from dataclasses import replace

import pytest

from boms_tui.model.decision import Decision, LoginAnswer
from boms_tui.model.ids import RequestId
from boms_tui.model.lease import ConflictError, DeposedError
from boms_tui.model.records import Answer, Verdict
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.views import BoardQuery
from boms_tui.store.leader import Leader
from tests.store.house import (
    MARGIN,
    NOW,
    TODAY,
    House,
    a_process,
    a_request,
    a_revision,
    a_run,
    a_shipment,
    a_task,
    a_user,
    an_attempt,
    an_entry,
    next_version,
)  # fmt: skip


def states(house: House) -> dict[str, str]:
    return {task.ref: task.state.value for task in house.leader.picture([TODAY]).tasks}


def test_a_thousand_transitions_are_one_commit(house: House) -> None:
    tasks = house.order(a_run(), *(f"task-{number}" for number in range(1_000)))
    house.commit(
        tasks=tuple(next_version(task, state=TaskState.RUNNING) for task in tasks),
        journal=tuple(an_entry(task.ref, before="waiting", after="running") for task in tasks),
    )
    assert set(states(house).values()) == {"running"}
    assert house.reader.pulse().sequence == 1_001


def test_a_record_at_another_version_is_a_conflict_and_nothing_is_written(house: House) -> None:
    run = a_run()
    first, second = house.order(run, "first", "second")
    house.commit(tasks=(next_version(first, state=TaskState.READY),))
    before = house.reader.pulse().sequence
    stale = (next_version(second, state=TaskState.READY), next_version(first, state=TaskState.SKIPPED))
    with pytest.raises(ConflictError, match="task_run"):
        house.commit(runs=(next_version(run, state=RunState.RUNNING),), tasks=stale)
    assert states(house) == {first.ref: "ready", second.ref: "waiting"}
    assert house.reader.board(BoardQuery())[0].run == run
    assert house.reader.pulse().sequence == before


def test_a_record_that_was_never_inserted_is_a_conflict(house: House) -> None:
    with pytest.raises(ConflictError, match="run"):
        house.commit(runs=(a_run(version=2),))


def test_a_second_insert_of_a_record_is_a_conflict(house: House) -> None:
    house.commit(runs=(a_run(),))
    with pytest.raises(ConflictError, match="run"):
        house.commit(runs=(a_run(occurrence="another"),))


def test_an_occurrence_makes_one_run(house: House) -> None:
    house.commit(runs=(a_run(occurrence="cron:2026-11-20T18:30"),))
    with pytest.raises(ConflictError, match="run"):
        house.commit(runs=(a_run(number=2, occurrence="cron:2026-11-20T18:30"),))
    house.commit(runs=(a_run("risk/limits", occurrence="cron:2026-11-20T18:30"),))
    assert house.leader.latest_number(MARGIN, TODAY) == 1


def test_an_attempt_is_inserted_once(house: House) -> None:
    (task,) = house.order(a_run(), "load")
    house.commit(attempts=(an_attempt(task),))
    with pytest.raises(ConflictError, match="attempt"):
        house.commit(attempts=(an_attempt(task, pid=7),))
    house.commit(attempts=(an_attempt(task, 2),))
    assert [attempt.number for attempt in house.reader.attempts(task.run)] == [1, 2]


def test_a_task_of_a_run_that_is_not_there_is_a_conflict(house: House) -> None:
    with pytest.raises(ConflictError, match="task_run"):
        house.commit(tasks=(a_task(a_run(), "load"),))


def test_a_decision_that_fails_at_its_end_leaves_nothing(house: House) -> None:
    house.inbox.submit(a_request("r-1"))
    answered = Verdict(RequestId("r-1"), Answer.APPLIED, "applied", "", NOW)
    unasked = Verdict(RequestId("r-9"), Answer.APPLIED, "applied", "", NOW)
    run = a_run()
    with pytest.raises(ConflictError, match="request"):
        house.commit(
            runs=(run,),
            tasks=(a_task(run, "load"),),
            users=(a_user("meera"),),
            revisions=(a_revision(a_process(MARGIN)),),
            verdicts=(answered, unasked),
        )
    assert house.reader.board(BoardQuery()) == []
    assert house.leader.users() == []
    assert house.reader.current() == ()
    assert house.reader.verdict(RequestId("r-1")) is None
    assert [waiting.id for waiting in house.leader.pending(10)] == ["r-1"]
    assert house.reader.pulse().sequence == 0


def test_a_deposed_leader_writes_nothing(house: House) -> None:
    successor = Leader(house.engine)
    epoch = successor.take("node-2", successor.lease(), NOW, {})
    assert epoch == house.epoch + 1
    with pytest.raises(DeposedError):
        house.commit(runs=(a_run(),))
    with pytest.raises(DeposedError):
        house.ship(a_shipment(an_attempt(a_task(a_run(), "load")).id, b"x"))
    assert house.reader.board(BoardQuery()) == []
    assert house.reader.output(an_attempt(a_task(a_run(), "load")).id) is None
    successor.commit(Decision(runs=(a_run(),), journal=(an_entry("x"),)), epoch)
    assert house.reader.journal()[0].epoch == epoch


def test_a_leader_that_gave_its_lease_back_writes_nothing(house: House) -> None:
    house.leader.give_back(house.epoch, NOW)
    with pytest.raises(DeposedError):
        house.commit(runs=(a_run(),))


def test_a_leader_goes_on_after_a_conflict(house: House) -> None:
    with pytest.raises(ConflictError):
        house.commit(runs=(a_run(version=2),))
    house.commit(runs=(a_run(),))
    assert house.reader.pulse().sequence == 1


def test_who_leads_once_more_goes_on_where_another_left_off(house: House) -> None:
    """As a command does that leads for a moment, sees a runtime come and go, and leads again."""
    house.commit(journal=(an_entry("x"),))
    other = Leader(house.engine)
    epoch = other.take("node-2", other.lease(), NOW, {})
    assert epoch is not None
    other.commit(Decision(journal=(an_entry("y"),)), epoch)
    again = house.leader.take("node-1", house.leader.lease(), NOW, {})
    assert again is not None
    house.leader.commit(Decision(journal=(an_entry("z"),)), again)
    assert [sealed.entry.object for sealed in house.reader.journal()] == ["x", "y", "z"]


def test_a_request_gets_one_verdict(house: House) -> None:
    house.inbox.submit(a_request("r-1"))
    verdict = Verdict(RequestId("r-1"), Answer.REJECTED, "stale", "it has changed", NOW, "running", "a/b@2026-11-20.1")
    house.commit(verdicts=(verdict,))
    assert house.leader.pending(10) == []
    with pytest.raises(ConflictError, match="verdict already"):
        house.commit(verdicts=(replace(verdict, answer=Answer.APPLIED),))
    assert house.reader.verdict(RequestId("r-1")) == verdict


def test_an_answered_sign_in_is_erased(house: House) -> None:
    house.inbox.submit_login("l-1", b"sealed-1")
    house.inbox.submit_login("l-2", b"sealed-2")
    assert [(login.id, login.sealed) for login in house.leader.pending_logins(10)] == [
        ("l-1", b"sealed-1"),
        ("l-2", b"sealed-2"),
    ]
    house.commit(logins=(LoginAnswer("l-1", "refused", "", NOW),))
    assert [login.id for login in house.leader.pending_logins(10)] == ["l-2"]
    with pytest.raises(ConflictError, match="sign-in"):
        house.commit(logins=(LoginAnswer("l-1", "ok", "", NOW),))
    with house.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, sealed FROM login ORDER BY id").all()
    assert [(name, sealed is None) for name, sealed in rows] == [("l-1", True), ("l-2", False)]


def test_a_users_password_hash_is_replaced(house: House) -> None:
    user = a_user("meera")
    house.commit(users=(user,))
    house.commit(users=(next_version(user, password_hash="$argon2id$new", must_change=True),))
    (kept,) = house.leader.users()
    assert (kept.password_hash, kept.must_change, kept.version) == ("$argon2id$new", True, 2)


def test_a_revision_is_never_replaced(house: House) -> None:
    house.commit(revisions=(a_revision(a_process(MARGIN)),))
    with pytest.raises(ConflictError, match="revision"):
        house.commit(revisions=(a_revision(a_process(MARGIN, "other")),))
    assert len(house.reader.revisions("process", MARGIN)) == 1
