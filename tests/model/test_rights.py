"""Rights by place, by the roles that tasks ask for, and by what is lent for a time."""

from datetime import timedelta

import pytest

from boms_tui.model.access import access_of, allowed_at
from boms_tui.model.definition import Manual, Role
from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ids import ProcessId
from boms_tui.model.people import User
from boms_tui.model.picture import Catalogue
from boms_tui.model.rights import covers, may
from boms_tui.model.trigger import EventStart
from tests.model.night import EVENING, Night, process, task

RUN = "ops/pair@2026-11-20.1"
HOUR = timedelta(hours=1)
DESKS = Catalogue(
    roles={
        "night-shift": Role("night-shift", inherits=("operator",), scopes=("ops/*",)),
        "cashier": Role("cashier", inherits=("operator",), scopes=("ops/pair:pay*",)),
    }
)


def a_night(*, owner: str = "operator", **authorised: tuple[str, ...]) -> Night:
    kept = task("pay", "one", authorised=authorised)
    return Night(process("ops/pair", task("one"), kept, owner=owner), beside=DESKS)


def lend(night: Night, role: str, until: str = "2026-11-20T14:00") -> str:
    return night.ask("users", "viewer", given={"do": "lend", "roles": role, "until": until}).code


@pytest.mark.parametrize(
    ("scope", "place", "expected"),
    [
        ("*", "", True),
        ("*", "ops/pair:pay", True),
        ("ops/*", "", False),
        ("ops/*", "ops/pair", True),
        ("ops/*", "ops/pair:pay", True),
        ("ops/*", "risk/var", False),
        ("ops/pair:pay*", "ops/pair:payout", True),
        ("ops/pair:pay*", "ops/pair:one", False),
        ("ops/pair:pay*", "ops/pair", False),
        ("ops/*:pay", "ops/pair:pay", True),
    ],
)
def test_what_a_scope_covers(scope: str, place: str, *, expected: bool) -> None:
    assert covers(scope, place) is expected


def test_a_role_may_hold_for_some_tasks_alone() -> None:
    assert may(["cashier"], "retry", "ops/pair:payout", DESKS.roles)
    assert not may(["cashier"], "retry", "ops/pair:one", DESKS.roles)
    assert not may(["cashier"], "order", "ops/pair", DESKS.roles)


def test_an_event_is_posted_by_those_who_may_act_on_all_who_receive_it() -> None:
    receiver = process("ops/late", task("one"), start=(EventStart("go"), EventStart("both")))
    night = Night(receiver, process("risk/var", task("one"), start=(EventStart("both"),)), beside=DESKS)
    night.snapshot.users["asha"] = User("asha", ("night-shift",), EVENING)
    assert night.ask("event", "go", by="asha").code == "ok"
    refused = night.ask("event", "both", by="asha")
    assert (refused.code, refused.reason) == (
        "not-authorised", "asha may not event on risk/var; it takes operator",
    )  # fmt: skip
    assert night.ask("event", "both", by="operator").code == "ok"


# what tasks reserve
def test_a_task_may_reserve_a_verb() -> None:
    night = a_night(retry=("supervisor",))
    run = night.order("ops/pair")
    night.end(run, "one")
    night.end(run, "pay", code=1)
    refused = night.ask("retry", f"{run}:pay", by="operator")
    assert (refused.code, refused.reason) == (
        "not-authorised", "operator may not retry on ops/pair:pay: ops/pair:pay reserves it for supervisor",
    )  # fmt: skip
    assert night.ask("retry", f"{run}:pay", by="supervisor").code == "ok"


def test_who_may_not_kill_a_task_does_not_cancel_its_run_while_it_lives() -> None:
    night = a_night(kill=("supervisor",))
    run = night.order("ops/pair")
    assert night.ask("cancel", run, by="operator", given={"leave": "yes"}).code == "ok"
    second = night.order("ops/pair")
    night.end(run, "one")
    night.end(second, "one")
    assert night.states(second)["pay"] == "starting"
    assert night.ask("cancel", second, by="operator").code == "not-authorised"
    assert night.ask("cancel", second, by="supervisor").code == "ok"


def test_a_missed_run_has_no_task_that_is_reserved() -> None:
    night = a_night(kill=("supervisor",))
    night.tell(OccurrenceDue(ProcessId("ops/pair"), EVENING, missed=True))
    assert night.ask("cancel", RUN, by="operator").code == "ok"


def test_who_may_not_order_one_of_its_tasks_does_not_order_the_process() -> None:
    night = a_night(order=("supervisor",))
    assert night.ask("order", "ops/pair", by="operator").code == "not-authorised"
    assert night.ask("order", "ops/pair", by="supervisor").code == "ok"


def test_a_task_runs_only_for_those_it_is_reserved_for_or_by_their_yes() -> None:
    night = a_night(run=("supervisor",))
    night.ask("order", "ops/pair", by="operator")
    night.end(RUN, "one")
    assert night.closed(RUN, "pay") == {
        "right": "it acts for operator, and is reserved for supervisor: somebody who may has to confirm it"
    }
    assert night.ask("confirm", f"{RUN}:pay", by="operator").code == "not-authorised"
    assert night.ask("confirm", f"{RUN}:pay", by="supervisor").code == "ok"
    assert night.states(RUN)["pay"] == "starting"


@pytest.mark.parametrize(
    ("owner", "state"), [("supervisor", "starting"), ("operator", "waiting"), ("admin", "starting")]
)
def test_a_scheduled_run_has_the_rights_of_its_owner_role(owner: str, state: str) -> None:
    night = a_night(owner=owner, run=("supervisor",))
    night.tell(OccurrenceDue(ProcessId("ops/pair"), EVENING))
    night.end(RUN, "one")
    assert night.states(RUN)["pay"] == state


def test_a_manual_task_is_answered_by_those_it_is_reserved_for() -> None:
    asks = task("ask", work=Manual("All well?"), authorised={"run": ("supervisor",)})
    night = Night(process("ops/pair", asks))
    night.ask("order", "ops/pair", by="operator")
    assert night.ask("confirm", f"{RUN}:ask", by="operator").code == "not-authorised"
    assert night.ask("confirm", f"{RUN}:ask", by="supervisor").code == "ok"


# what is lent
def test_what_is_lent_ends_by_itself() -> None:
    night = a_night()
    assert night.ask("order", "ops/pair", by="viewer").code == "not-authorised"
    assert lend(night, "night-shift") == "ok"
    assert night.said("user-lend")[-1].after == "viewer,night-shift until 2026-11-20T14:00Z"
    assert night.ask("order", "ops/pair", by="viewer").code == "ok"
    night.now += HOUR
    assert night.ask("order", "ops/pair", by="viewer").code == "not-authorised"


def test_a_run_of_somebody_whose_role_has_ended_starts_nothing_more() -> None:
    night = Night(process("ops/pair", task("one"), task("pay")), slots=1, beside=DESKS)
    lend(night, "operator")
    night.ask("order", "ops/pair", by="viewer")
    assert night.states(RUN)["pay"] == "ready"
    night.now += HOUR
    night.end(RUN, "one")
    assert night.states(RUN)["pay"] == "waiting"
    assert night.closed(RUN, "pay")["right"].startswith("it acts for viewer, who may not order it any more")


@pytest.mark.parametrize("until", ["", "soon", "2026-11-20T13:00", "9999-12-31T23:59"])
def test_what_is_lent_has_an_end_to_come(until: str) -> None:
    assert lend(a_night(), "operator", until) == "bad-parameter"


def test_what_is_lent_is_taken_back_and_lent_anew() -> None:
    night = a_night()
    lend(night, "operator")
    assert lend(night, "operator", "2026-11-20T15:00") == "ok"
    assert len(night.snapshot.users["viewer"].lent) == 1
    assert night.ask("users", "viewer", given={"do": "take-back", "roles": "operator"}).code == "ok"
    assert night.ask("order", "ops/pair", by="viewer").code == "not-authorised"
    assert night.ask("users", "viewer", given={"do": "take-back", "roles": "operator"}).code == "wrong-state"


def test_a_role_is_granted_beside_those_there_are() -> None:
    night = a_night()
    assert night.ask("users", "viewer", given={"do": "grant", "roles": "cashier,viewer"}).code == "ok"
    assert night.snapshot.users["viewer"].roles == ("viewer", "cashier")


# who may, and why
def test_why_somebody_may() -> None:
    night = a_night()
    lend(night, "night-shift")
    found = list(access_of(night.snapshot.users["viewer"], DESKS.roles, night.now))
    assert [(one.grant.role, one.grant.scope, one.grant.through, one.until is not None) for one in found] == [
        ("viewer", "*", (), False),
        ("operator", "ops/*", ("night-shift",), True),
        ("viewer", "ops/*", ("night-shift", "operator"), True),
    ]
    assert "retry" in found[1].verbs
    assert not list(access_of(night.snapshot.users["viewer"], DESKS.roles, night.now + HOUR))[1:]


def test_who_may_do_what_at_a_place() -> None:
    night = a_night(retry=("supervisor",))
    definition = night.snapshot.catalogue.processes[ProcessId("ops/pair")]
    night.ask("users", "operator", given={"do": "disable"})
    users = night.snapshot.users.values()
    of_task = {one.user: one.verbs for one in allowed_at("ops/pair:pay", definition, users, DESKS.roles, night.now)}
    assert of_task.keys() == {"admin", "author", "supervisor", "viewer"}
    assert "retry" in of_task["supervisor"]
    assert "order" not in of_task["supervisor"]
    assert of_task["viewer"] == ()
    lend(night, "operator")
    of_task = {one.user: one.verbs for one in allowed_at("ops/pair:pay", definition, users, DESKS.roles, night.now)}
    assert "skip" in of_task["viewer"]
    assert "retry" not in of_task["viewer"]
    of_process = {one.user: one.verbs for one in allowed_at("ops/pair", definition, users, DESKS.roles, night.now)}
    assert "order" in of_process["viewer"]


def test_what_is_told_of_rights_is_what_is_decided_by() -> None:
    """A task that runs for some alone is confirmed by them; holding its process is nobody's privilege."""
    night = a_night(run=("supervisor",), hold=("supervisor",))
    definition = night.snapshot.catalogue.processes[ProcessId("ops/pair")]
    users = night.snapshot.users.values()

    def of(place: str) -> tuple[str, ...]:
        return next(
            one.verbs for one in allowed_at(place, definition, users, DESKS.roles, night.now) if one.user == "operator"
        )

    assert not {"confirm", "hold"} & set(of("ops/pair:pay"))
    assert "hold" in of("ops/pair")
    assert night.ask("hold", "ops/pair", by="operator").code == "ok"
