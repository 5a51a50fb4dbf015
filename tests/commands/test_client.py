"""The client as the console uses it: views, effects, sign-in and acts against a real store and runtime."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from boms_tui import clock
from boms_tui.commands.client import Client
from boms_tui.commands.session import MemoryKeeper
from boms_tui.commands.wiring import Store
from boms_tui.config import home as home_of
from boms_tui.errors import BomsError, MustChangeError, NoAnswerError, NotAuthorisedError, UsageError
from boms_tui.model.ids import ProcessId, RunId, TaskName
from boms_tui.model.records import Answer
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.views import BoardQuery
from tests.commands.house import PASSWORD, House, until

if TYPE_CHECKING:
    from boms_tui.screens.gateway import Gateway


def client_of(house: House, timeout: float = 20) -> Iterator[Client]:
    store = Store(home_of(str(house.path)))
    try:
        yield Client(store, MemoryKeeper(), timeout=timeout)
    finally:
        store.close()


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    """A client of the house whose runtime leads, signed in as its operator."""
    for found in client_of(house):
        found.sign_in("operator", PASSWORD)
        yield found
    house.end_all()


@pytest.fixture
def lonely(quiet_house: House) -> Iterator[Client]:
    """A client of a house in which nobody leads."""
    yield from client_of(quiet_house, timeout=0.5)


def order(client: Client, process: str, date: str) -> RunId:
    verdict = client.act("order", process, parameters={"date": date})
    assert verdict.answer is Answer.APPLIED
    return RunId(verdict.target)


def wait_for(client: Client, run: RunId, state: RunState) -> None:
    until(lambda: client.run(run).run.state is state)


def test_it_is_the_consoles_gateway(client: Client) -> None:
    gateway: Gateway = client
    assert gateway.pulse().led


def test_a_run_is_seen_with_its_tasks_attempts_and_gates(client: Client) -> None:
    run = order(client, "night/bad", "2026-03-02")
    wait_for(client, run, RunState.STALLED)
    view = client.run(run)
    assert list(view.tasks) == ["breaks", "follows", "alone"]
    assert {name: attempt.exit_code for name, attempt in view.attempts.items()} == {"breaks": 7, "alone": 0}
    (row,) = client.board(BoardQuery(runs=frozenset({run})))
    assert row.counts == {TaskState.FAILED: 1, TaskState.WAITING: 1, TaskState.SUCCEEDED: 1}
    assert run in client.changed_runs(0)
    assert client.changed_runs(client.pulse().sequence) == set()


def test_a_task_is_seen_with_whom_to_call_what_to_do_and_what_happened(client: Client) -> None:
    run = order(client, "night/asks", "2026-03-03")
    until(lambda: client.task(f"{run}:question").task.state is TaskState.CONFIRM)
    view = client.task(f"{run}:question")
    assert [contact.id for contact in view.contacts] == ["desk", "oncall"]
    assert view.instructions == "Call the desk."
    assert [row.entry.action for row in view.journal] == ["asked"]
    waiting = client.task(f"{run}:answer")
    assert [(gate.name, gate.open) for gate in waiting.gates] == [("dependency:question", False)]


def test_what_is_not_there_is_said(client: Client) -> None:
    run = order(client, "night/good", "2026-03-04")
    with pytest.raises(UsageError, match="has no task third"):
        client.task(f"{run}:third")
    with pytest.raises(UsageError, match="no such process"):
        client.process(ProcessId("night/none"))
    with pytest.raises(BomsError, match="no run"):
        client.run(RunId("night/none@2026-03-04.1"))


def test_an_effect_says_what_is_freed_and_what_stays_blocked(client: Client) -> None:
    run = order(client, "night/bad", "2026-03-05")
    wait_for(client, run, RunState.STALLED)
    assert client.effect("skip", f"{run}:breaks").frees == ("follows",)
    retry = client.effect("retry", f"{run}:breaks")
    assert (retry.frees, retry.then, retry.blocked) == (("breaks",), ("follows",), ())
    assert client.effect("order", "night/none").refusal


def test_an_effect_of_an_order_knows_of_holds_and_of_the_runs_there_are(client: Client) -> None:
    run = order(client, "night/asks", "2026-03-05")
    client.act("hold", "night/asks", reason="wait")
    again = client.effect("order", "night/asks", {"date": "2026-03-05"})
    held = client.effect("order", "night/asks", {"date": "2026-03-06"})
    lifted = client.effect("release", "night/asks").refusal
    client.act("release", "night/asks", reason="over")
    client.act("cancel", run, reason="over")
    assert again.blocked[0][0] == "night/asks@2026-03-05.2"
    assert held.blocked == (("night/asks@2026-03-06.1", "night/asks is held by operator: wait"),)
    assert lifted == ""
    assert client.effect("release", "night/asks").refusal == "night/asks is not held"
    assert client.effect("release", "night/").refusal == "night/ is not held"


def test_a_stale_screen_is_refused_with_what_changed(client: Client) -> None:
    run = order(client, "night/bad", "2026-03-06")
    wait_for(client, run, RunState.STALLED)
    seen = client.task(f"{run}:breaks").task.version
    assert client.act("retry", f"{run}:breaks", version_seen=seen, reason="again").answer is Answer.APPLIED
    stale = client.act("retry", f"{run}:breaks", version_seen=seen, reason="again")
    assert (stale.answer, stale.code) == (Answer.REJECTED, "stale")


def test_the_journal_comes_newest_first(client: Client) -> None:
    order(client, "night/good", "2026-03-09")
    newest = client.journal(limit=5)
    sequences = [row.sequence for row in newest]
    assert sequences == sorted(sequences, reverse=True)
    assert len(sequences) == 5
    about = client.journal(about="night/good@2026-03-09.1", limit=3)
    assert 1 <= len(about) <= 3


def test_processes_contacts_users_and_roles(client: Client) -> None:
    assert "night/good" in [row.id for row in client.processes()]
    assert client.process(ProcessId("night/good")).applied_by == "admin"
    assert {contact.id for contact in client.contacts()} == {"desk", "oncall"}
    assert [row.name for row in client.users()] == ["admin", "operator", "supervisor", "viewer"]
    assert list(client.roles()) == ["viewer", "operator", "author", "supervisor", "admin"]


def test_a_process_says_when_it_is_ordered_next(client: Client) -> None:
    view = client.process(ProcessId("day/good"))
    assert view.next_start is not None
    assert view.next_start > clock.now()
    at = view.next_start.astimezone(ZoneInfo(view.definition.timezone))
    assert (f"{at:%H:%M}", at.weekday() < 5) == ("18:00", True)
    assert client.process(ProcessId("night/good")).next_start is None


def test_holds_are_read_whatever_they_are_on(client: Client) -> None:
    for place in ("night/long", "day/"):
        assert client.act("hold", place, reason="a look first").answer is Answer.APPLIED
    assert {hold.object for hold in client.holds()} >= {"night/long", "day/"}
    for place in ("night/long", "day/"):
        assert client.act("release", place, reason="looked").answer is Answer.APPLIED
    assert not {hold.object for hold in client.holds()} & {"night/long", "day/"}


def test_a_process_shows_the_templates_under_it_the_nearest_first(quiet_house: House, lonely: Client) -> None:
    base, nightly = "template: base\n", "template: nightly\nextends: base\n"
    one, two = (
        f"process: night/{name}\nextends: {template}\ntasks: {{t: {{command: run}}}}\n"
        for name, template in (("one", "nightly"), ("two", "base"))
    )
    assert quiet_house.apply("---\n".join((one, two, nightly, base))).code == 0
    found = [lonely.process(ProcessId(name)).templates for name in ("night/one", "night/two")]
    assert found == [("nightly", "base"), ("base",)]


def test_the_output_of_an_attempt_is_read_by_its_id(client: Client) -> None:
    run = order(client, "night/good", "2026-03-10")
    wait_for(client, run, RunState.SUCCEEDED)
    output = client.output(client.run(run).attempts[TaskName("first")].id)
    assert output is not None
    assert (output.tail, output.size, output.dropped) == (b"one\ntwo\n", 8, 0)


def test_signing_out_ends_what_may_be_done(client: Client) -> None:
    assert client.signed_in() is not None
    client.sign_out()
    assert client.signed_in() is None
    with pytest.raises(NotAuthorisedError, match="nobody is signed in"):
        client.act("order", "night/good")


def test_a_first_password_must_be_changed_and_a_weak_one_asked_for_again(lonely: Client) -> None:
    lonely.sign_in("admin", PASSWORD)
    verdict = lonely.act(
        "users", "asha", parameters={"do": "add", "roles": "viewer"}, secret="initial password"
    )  # fmt: skip
    assert verdict.answer is Answer.APPLIED
    with pytest.raises(MustChangeError):
        lonely.sign_in("asha", "initial password")
    with pytest.raises(MustChangeError, match="8 characters"):
        lonely.sign_in("asha", "initial password", "short")
    assert lonely.sign_in("asha", "initial password", "battery staple").roles == ("viewer",)


def test_without_a_runtime_an_act_ends_with_no_answer(lonely: Client) -> None:
    lonely.sign_in("operator", PASSWORD)
    with pytest.raises(NoAnswerError, match="no runtime answers"):
        lonely.act("order", "night/good")


def test_a_request_that_is_too_long_is_refused_here(client: Client) -> None:
    with pytest.raises(UsageError, match="longer than 8192 bytes"):
        client.act("order", "night/good", reason="x" * 9_000)
