"""One decision, one new version of each record: the store sees a single row of whatever was changed how often."""

from dataclasses import replace
from datetime import timedelta

from boms_tui.model.facts import Asked
from boms_tui.model.ids import RequestId, RunId, SessionId, TaskName
from boms_tui.model.layer import Layer, replaced
from boms_tui.model.people import Session
from boms_tui.model.records import TaskRun
from boms_tui.model.request import Request
from tests.model.night import Night, process, task

ONE = TaskRun(RunId("r"), TaskName("one"), version=7)


def test_a_durable_record_goes_up_by_one_version_however_often_it_changes() -> None:
    layer: Layer[str, TaskRun] = Layer({"one": ONE}.get)
    first = layer.edit("one", ONE, reason="a")
    second = layer.edit("one", first, tries=2)
    assert (second.version, second.reason, second.tries) == (8, "a", 2)
    assert layer.get("one") is second
    assert layer.values() == (second,)


def test_a_new_record_stays_the_first_version() -> None:
    layer: Layer[str, TaskRun] = Layer(lambda _: None)
    new = layer.add("one", replace(ONE, version=1))
    assert layer.edit("one", new, reason="a").version == 1


def test_replaced_is_replace() -> None:
    assert replaced(ONE, reason="x", tries=3) == replace(ONE, reason="x", tries=3)


def asks(night: Night, *wanted: tuple[str, str, dict[str, str]]) -> list[Asked]:
    """Requests of one session that are decided together."""
    session = Session(SessionId("s"), "admin", b"", night.now, night.now + timedelta(hours=1))
    soon = night.now + timedelta(minutes=5)
    return [
        Asked(
            Request(
                RequestId(f"r{n}"), "test", session.id, n, verb, target, night.now, soon, "why", parameters=parameters
            ),
            session,
        )
        for n, (verb, target, parameters) in enumerate(wanted, 1)
    ]


def test_a_hold_that_is_placed_and_released_at_once_is_one_new_row() -> None:
    night = Night(process("ops/pair", task("one")))
    decision = night.tell(*asks(night, ("hold", "ops/pair", {}), ("release", "ops/pair", {})))
    (hold,) = decision.holds
    assert (hold.version, hold.released_at) == (1, night.now)
    assert not night.snapshot.holds


def test_a_person_who_is_changed_twice_at_once_goes_up_by_one_version() -> None:
    night = Night(process("ops/pair", task("one")))
    decision = night.tell(
        *asks(night, ("users", "viewer", {"do": "disable"}), ("users", "viewer", {"do": "roles", "roles": "operator"}))
    )
    (viewer,) = decision.users
    assert (viewer.version, viewer.disabled, viewer.roles) == (2, True, ("operator",))
