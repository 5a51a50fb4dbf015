"""On whose behalf a run starts its tasks, looked at again for every attempt."""

from dataclasses import replace

import pytest

from boms_tui.model.definition import Manual, Role
from boms_tui.model.facts import OccurrenceDue, TookOver
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.states import RunState
from tests.model.night import EVENING, Night, process, task

RUN = "ops/pair@2026-11-20.1"


def a_night(owner: str = "operator") -> Night:
    night = Night(process("ops/pair", task("one"), task("two", "one"), owner=owner))
    night.ask("order", "ops/pair", by="operator")
    return night


def test_a_disabled_persons_run_starts_nothing_more_until_somebody_confirms() -> None:
    night = a_night()
    night.ask("users", "operator", given={"do": "disable"})
    night.end(RUN, "one")
    assert night.closed(RUN, "two") == {
        "right": "it acts for operator, whose account is disabled: somebody who may has to confirm it"
    }
    assert night.run(RUN).state is RunState.STALLED
    assert night.ask("confirm", f"{RUN}:two", by="operator").code == "not-authorised"
    assert night.ask("confirm", f"{RUN}:two", by="supervisor").code == "ok"
    assert night.states(RUN)["two"] == "starting"


def test_a_confirmation_is_used_up_by_one_start() -> None:
    night = a_night()
    night.ask("users", "operator", given={"do": "disable"})
    night.end(RUN, "one")
    night.ask("confirm", f"{RUN}:two", by="supervisor")
    assert night.why(RUN, "two")["right"].detail.startswith("confirmed by supervisor; it acts for operator")
    night.end(RUN, "two", code=1)
    night.ask("retry", f"{RUN}:two", by="supervisor")
    assert "right" in night.closed(RUN, "two")


def test_a_ready_task_is_closed_again_and_opens_when_the_account_does() -> None:
    night = Night(process("ops/pair", task("one"), task("two")), slots=1)
    night.ask("order", "ops/pair", by="operator")
    assert night.states(RUN)["two"] == "ready"
    night.ask("users", "operator", given={"do": "disable"})
    assert night.states(RUN)["two"] == "waiting"
    night.ask("users", "operator", given={"do": "enable"})
    night.end(RUN, "one")
    assert night.states(RUN)["two"] == "starting"


def test_who_may_no_longer_order_the_process_starts_nothing_of_it() -> None:
    night = a_night()
    night.ask("users", "operator", given={"do": "roles", "roles": "viewer"})
    night.end(RUN, "one")
    assert night.closed(RUN, "two")["right"].startswith("it acts for operator, who may not order it any more")


def test_who_has_no_account_any_more_starts_nothing() -> None:
    night = a_night()
    del night.snapshot.users["operator"]
    night.end(RUN, "one")
    assert night.closed(RUN, "two")["right"].startswith("it acts for operator, who has no account any more")


@pytest.mark.parametrize(("owner", "state"), [("operator", "starting"), ("desk", "starting"), ("nobody", "waiting")])
def test_a_scheduled_run_acts_for_its_owner_role_as_long_as_there_is_one(owner: str, state: str) -> None:
    night = Night(process("ops/pair", task("one"), owner=owner), beside=Catalogue(roles={"desk": Role("desk")}))
    night.tell(OccurrenceDue(ProcessId("ops/pair"), EVENING))
    assert night.states(RUN) == {"one": state}
    night.tell(TookOver())
    assert night.states(RUN) == {"one": state}


def test_a_person_named_like_a_role_is_still_a_person() -> None:
    night = Night(process("ops/pair", task("one")), process("ops/other", task("one")), slots=1)
    night.tell(OccurrenceDue(ProcessId("ops/pair"), EVENING))
    second = night.ask("order", "ops/other", by="operator").target
    night.ask("users", "operator", given={"do": "disable"})
    assert "right" not in night.closed(RUN, "one")
    assert "right" in night.closed(second, "one")


def test_a_role_that_loses_its_scope_closes_the_gate() -> None:
    night = Night(
        process("ops/pair", task("one"), task("two", "one")),
        beside=Catalogue(roles={"desk": Role("desk", ("operator",))}),
    )
    night.snapshot.users["mina"] = replace(night.snapshot.users["viewer"], name="mina", roles=("desk",))
    night.ask("order", "ops/pair", by="mina")
    night.redefine(roles=[Role("desk", ("operator",), ("risk/*",))])
    night.end(RUN, "one")
    assert "right" in night.closed(RUN, "two")


def test_a_manual_task_is_a_persons_anyway_and_what_asks_for_nothing_is_not_confirmed() -> None:
    night = Night(process("ops/pair", task("sign", work=Manual("ok?")), task("one")))
    night.ask("order", "ops/pair", by="operator")
    night.ask("users", "operator", given={"do": "disable"})
    assert night.states(RUN)["sign"] == "confirm"
    night.ask("users", "operator", given={"do": "enable"})
    night.end(RUN, "one", code=1)
    night.ask("hold", RUN)
    night.ask("retry", f"{RUN}:one")
    assert night.ask("confirm", f"{RUN}:one").reason == f"{RUN}:one asks for no confirmation"
