"""A store that went back in time: nothing starts until an administrator has looked."""

import pytest

from boms_tui.model.facts import Strayed
from boms_tui.model.ids import AttemptId
from boms_tui.model.states import RunState
from tests.model.night import Night, process, task

WHY = "the store ends at row 90, this node has seen row 120"
FACT = Strayed(
    WHY, ((AttemptId("ops/pair@2026-11-20.1:two.1"), "ended with 0"), (AttemptId("x@2026-11-20.1:y.1"), "?"))
)


def a_night() -> tuple[Night, str]:
    night = Night(process("ops/pair", task("one"), task("two", "one")), process("top", task("only")))
    return night, night.order("ops/pair")


def test_nothing_starts_while_it_stands_and_exits_are_still_recorded() -> None:
    night, run = a_night()
    night.tell(FACT)
    night.end(run, "one")
    assert night.states(run) == {"one": "succeeded", "two": "waiting"}
    assert night.closed(run, "two") == {"hold:/": f"everything is held by runtime: {WHY}"}
    other = night.ask("order", "top").target
    assert night.run(other).state is RunState.STALLED
    assert night.why(other)["hold:/"].who_can_free == "admin"


def test_what_was_found_is_on_record_once() -> None:
    night, _ = a_night()
    night.tell(FACT, FACT)
    night.tell(FACT)
    (row,) = night.said("store-strayed")
    assert (row.actor, row.object, row.after, row.reason) == ("runtime", "/", "held", WHY)
    assert [(found.object, found.reason) for found in night.said("stray-attempt")] == list(FACT.found)
    assert len(night.snapshot.holds) == 1


def test_another_reason_is_another_hold() -> None:
    night, _ = a_night()
    night.tell(FACT, Strayed("its rows are others"))
    assert len(night.said("store-strayed")) == 2
    assert {hold.reason for hold in night.snapshot.holds.values()} == {WHY, "its rows are others"}
    assert night.ask("release", "/", by="admin").code == "ok"
    assert not night.snapshot.holds


def test_an_administrator_releases_it_and_nobody_else() -> None:
    night, run = a_night()
    night.tell(FACT)
    night.end(run, "one")
    assert night.ask("release", "/", by="supervisor").code == "not-authorised"
    assert night.ask("release", "/", by="admin").code == "ok"
    assert night.states(run)["two"] == "starting"
    assert night.ask("release", "/", by="admin").code == "wrong-state"


@pytest.mark.parametrize(("by", "code"), [("operator", "not-authorised"), ("supervisor", "ok"), ("admin", "ok")])
def test_a_supervisor_may_hold_everything(by: str, code: str) -> None:
    night, _ = a_night()
    assert night.ask("hold", "/", by=by).code == code
    second = night.ask("order", "top").target
    assert night.states(second) == {"only": "waiting" if code == "ok" else "starting"}
    if code == "ok":
        assert night.ask("release", "/", by="operator").code == "not-authorised"
        assert night.ask("release", "/", by="supervisor").code == "ok"
        assert night.states(second) == {"only": "starting"}


def test_a_ready_task_goes_back_to_waiting() -> None:
    night = Night(process("ops/two", task("one"), task("two")), slots=1)
    run = night.order("ops/two")
    night.tell(FACT)
    assert night.states(run) == {"one": "starting", "two": "waiting"}
    night.end(run, "one")
    assert night.states(run)["two"] == "waiting"
