"""What is written is what is read, to the last character and microsecond."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boms_tui.model.approval import Approval
from boms_tui.model.decision import LoginAnswer
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, SessionId, TaskName
from boms_tui.model.people import Lent, Session, User
from boms_tui.model.records import Answer, Attempt, Habit, Hold, Revision, Run, TaskRun, Verdict
from tests.store.house import NOW, TODAY, House, a_request, a_run, a_task, a_user, an_attempt, an_entry

MIXED = "Сверка позиций · मार्जिन की गणना · 清算 · 🚀👩🏽‍💻 · e\u0301"
thorough = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40) | st.just(MIXED)
MOMENT = st.datetimes(timezones=st.just(UTC))
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(0, 2**62),
    bool: st.booleans(),
    bytes: st.binary(max_size=300),
    datetime: MOMENT,
    int | None: st.none() | st.integers(-(2**62), 2**62),
    datetime | None: st.none() | MOMENT,
    Mapping[str, str]: st.dictionaries(TEXT, TEXT, max_size=3),
    tuple[str, ...]: st.lists(TEXT, max_size=3).map(tuple),
    tuple[Lent, ...]: st.lists(st.builds(Lent, TEXT, MOMENT, TEXT, TEXT), max_size=3).map(tuple),
    Mapping[TaskName, tuple[int, ...]]: st.dictionaries(
        TEXT, st.lists(st.integers(0, 2**40), max_size=9).map(tuple), max_size=3
    ),
}
_serial = itertools.count(1)


def varied(record: Any, *kept: str) -> st.SearchStrategy[Any]:
    """The record with every field but the `kept` ones drawn anew."""
    drawn = {
        field.name: VALUES[field.type] if field.type in VALUES else st.sampled_from(field.type)
        for field in fields(record)
        if field.name not in kept
    }
    return st.fixed_dictionaries(drawn).map(lambda values: replace(record, **values))


@dataclass(frozen=True)
class Kind:
    """A kind of versioned record: one of its own, what must stay, where a decision has it, how it is read."""

    new: Callable[[House, int], Any]
    kept: tuple[str, ...]
    part: str
    read: Callable[[House, Any], Any]


def _new_task(house: House, number: int) -> TaskRun:
    return a_task(_stored(house, a_run(number=number)), f"task-{number}")


def _new_attempt(house: House, number: int) -> Attempt:
    task = _new_task(house, number)
    house.commit(tasks=(task,))
    return an_attempt(task, number)


def _new_session(house: House, number: int) -> Session:
    user = a_user(f"user-{number}")
    house.commit(users=(user,))
    return Session(SessionId(f"session-{number}"), user.name, b"", NOW, NOW)


def _stored(house: House, run: Run) -> Run:
    house.commit(runs=(run,))
    return run


def _run(house: House, run: Run) -> Run:
    return next(found for found in house.leader.picture([TODAY]).runs if found.id == run.id)


def _task(house: House, task: TaskRun) -> TaskRun:
    return next(found for found in house.leader.picture([TODAY]).tasks if found.ref == task.ref)


def _hold(house: House, hold: Hold) -> Hold:
    return next(found for found in house.leader.picture().holds if found.id == hold.id)


def _habit(house: House, habit: Habit) -> Habit:
    (found,) = (found for found in house.leader.habits() if found.process == habit.process)
    assert house.reader.habits()[habit.process] == found
    return found


def _user(house: House, user: User) -> User:
    return next(found for found in house.leader.users() if found.name == user.name)


KINDS = {
    "run": Kind(
        lambda _, number: a_run(number=number),
        ("id", "process", "business_date", "number", "occurrence", "version"), "runs", _run,
    ),
    "task": Kind(_new_task, ("run", "task", "version"), "tasks", _task),
    "attempt": Kind(
        _new_attempt, ("run", "task", "number", "version"), "attempts",
        lambda house, attempt: house.reader.attempts(attempt.run, attempt.task)[0],
    ),
    "hold": Kind(
        lambda _, number: Hold(f"hold-{number}", "settlement/", "meera", "", NOW), ("id", "released_at", "version"),
        "holds", _hold,
    ),
    "user": Kind(lambda _, number: a_user(f"person-{number}"), ("name", "version"), "users", _user),
    "approval": Kind(
        lambda _, number: Approval(RequestId(f"start-{number}"), "run", "", "", "", "", "", "", "", NOW),
        ("id", "verb", "version"), "approvals", lambda house, approval: house.reader.approval(approval.id),
    ),
    "habit": Kind(lambda _, number: Habit(ProcessId(f"ops/load-{number}")), ("process", "version"), "habits", _habit),
    "session": Kind(
        _new_session, ("id", "user", "version"), "sessions", lambda house, session: house.leader.session(session.id)
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@thorough
@given(data=st.data())
def test_a_record_and_its_next_version_come_back_as_they_were(house: House, kind: Kind, data: st.DataObject) -> None:
    record = kind.new(house, next(_serial))
    first = data.draw(varied(record, *kind.kept))
    house.commit(**{kind.part: (first,)})
    assert kind.read(house, first) == first
    second = replace(data.draw(varied(record, *kind.kept)), version=2)
    house.commit(**{kind.part: (second,)})
    assert kind.read(house, second) == second


@thorough
@given(data=st.data())
def test_a_revision_comes_back_as_it_was(house: House, data: st.DataObject) -> None:
    number = next(_serial)
    base = Revision("contact", f"desk-{number}", 1, "", "", "", NOW)
    revision = data.draw(varied(base, "kind", "id", "number"))
    house.commit(revisions=(revision, replace(revision, number=2)))
    assert house.reader.revisions("contact", revision.id) == (replace(revision, number=2), revision)


@thorough
@given(data=st.data())
def test_a_verdict_comes_back_as_it_was(house: House, data: st.DataObject) -> None:
    name = f"request-{next(_serial)}"
    house.inbox.submit(a_request(name, session=name))
    verdict = data.draw(varied(Verdict(RequestId(name), Answer.APPLIED, "", "", NOW), "request"))
    house.commit(verdicts=(verdict,))
    assert house.reader.verdict(RequestId(name)) == verdict


@thorough
@given(data=st.data())
def test_a_sign_ins_answer_comes_back_as_it_was(house: House, data: st.DataObject) -> None:
    name = f"login-{next(_serial)}"
    house.inbox.submit_login(name, b"sealed")
    answer = data.draw(varied(LoginAnswer(name, "", "", NOW), "login", "session"))
    answer = replace(answer, session=data.draw(st.none() | TEXT.map(SessionId)))
    house.commit(logins=(answer,))
    assert house.reader.login_answer(name) == answer


@thorough
@given(data=st.data())
def test_a_journal_row_comes_back_as_it_was(house: House, data: st.DataObject) -> None:
    entry = data.draw(varied(an_entry("x")))
    house.commit(journal=(entry,))
    assert house.reader.journal(after=house.reader.pulse().sequence - 1)[0].entry == entry


def test_what_no_engine_can_keep_is_mended_before_it_is_sealed(house: House) -> None:
    entry = an_entry("a\0b", reason="lone \ud800 half", at=NOW.astimezone(timezone(timedelta(hours=5, minutes=30))))
    house.commit(journal=(entry,))
    (row,) = house.reader.journal()
    assert (row.entry.object, row.entry.reason, row.entry.at) == ("ab", "lone ? half", NOW)


def test_a_time_without_a_zone_is_refused(house: House) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        house.commit(runs=(a_run(ordered_at=naive),))
    assert house.reader.latest_run(a_run().process) is None


def test_readers_are_not_given_password_hashes(house: House) -> None:
    house.commit(users=(a_user("meera"),))
    (row,) = house.reader.users()
    assert (row.name, row.roles, row.version) == ("meera", ("operator",), 1)
    assert "argon2" not in repr(row)


def test_text_of_attempts_that_are_not_there(house: House) -> None:
    assert house.reader.output(AttemptId("a/b@2026-11-20.1:load.1")) is None
    assert house.reader.attempts(RunId("a/b@2026-11-20.1"), TaskName("load")) == []
    assert house.leader.session(SessionId("nobody")) is None
