"""A second person: by policy or by task, for what people ask and for what tasks do by themselves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from boms_tui.model.acts.approve import digest_of
from boms_tui.model.approval import LASTS, Approval, ApprovalState
from boms_tui.model.definition import Manual, Policy, Role
from boms_tui.model.facts import Asked, OccurrenceDue
from boms_tui.model.ids import ProcessId, RequestId, SessionId
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Verdict
from boms_tui.model.request import Request
from boms_tui.model.snapshot import Snapshot
from tests.model.night import EVENING, Night, process, task

RUN = "ops/pair@2026-11-20.1"
RISKY = Policy("production", ("skip", "kill", "users"), ("ops/*",))


class Desk:
    """A night in which people ask and approve, each in a session of their own."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.asked: dict[str, Asked] = {}
        self._count = 0

    def ask(self, verb: str, target: str, by: str, given: dict[str, str] | None = None, **brings: Any) -> str:
        """The id of a request that was put before the rules."""
        self._count += 1
        session = Session(SessionId(f"of-{by}"), by, b"", self.night.now, self.night.now + timedelta(hours=9))
        request = Request(
            RequestId(f"r{self._count}"), "test", session.id, self._count, verb, target, self.night.now,
            self.night.now + timedelta(minutes=5), "because", None, given or {},
        )  # fmt: skip
        self.asked[request.id] = Asked(request, session, **brings)
        self.night.tell(self.asked[request.id])
        return request.id

    def approve(self, request: str, by: str, *, answer: str = "yes", digest: str = "", **brings: Any) -> Verdict:
        known = self.night.snapshot.approvals.get(RequestId(request))
        given = {"answer": answer, "digest": digest or (known.digest if known else "")}
        mine = self.ask("approve", request, by, given, about=self.asked.get(request), **brings)
        return self.night.verdicts[mine]

    def waiting(self) -> list[Approval]:
        return list(self.night.snapshot.approvals.values())


def a_desk(policy: Policy | None = RISKY, **changes: object) -> Desk:
    beside = Catalogue(policies={} if policy is None else {policy.id: policy})
    night = Night(process("ops/pair", task("one"), task("two", "one", **changes)), beside=beside)
    night.snapshot.users["second"] = User("second", ("operator",), EVENING)
    night.ask("order", "ops/pair", by="admin")
    return Desk(night)


def test_what_a_policy_names_waits_for_a_second_person() -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    assert asked not in desk.night.verdicts
    (waiting,) = desk.waiting()
    assert (waiting.by, waiting.verb, waiting.rule) == ("operator", "skip", "policy production")
    assert waiting.digest == digest_of(desk.asked[asked])
    assert desk.night.said("skip-asked")[-1].after == "waits for a second person"
    verdict = desk.approve(asked, "second")
    assert (verdict.code, verdict.reason) == ("ok", f"skip {RUN}:two is applied")
    assert desk.night.verdicts[RequestId(asked)].code == "ok"
    assert desk.night.states(RUN)["two"] == "skipped"
    done = desk.night.said("skipped")[-1]
    assert (done.actor, done.request, done.reason) == (
        "operator",
        asked,
        "skipped by operator: because (approved by second)",
    )
    assert desk.waiting() == []


@pytest.mark.parametrize(
    ("by", "brings", "text"),
    [
        ("operator", {}, "operator asked for it: it takes a second person"),
        ("viewer", {}, "viewer may not skip on ops/pair:two; it takes operator"),
        ("second", {"authors": frozenset({"second"})}, "second wrote the definition: it takes somebody else"),
    ],
)
def test_who_is_no_second_person(by: str, brings: dict[str, Any], text: str) -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    verdict = desk.approve(asked, by, **brings)
    assert (verdict.code, verdict.reason) == ("not-authorised", text)
    assert len(desk.waiting()) == 1
    assert desk.night.states(RUN)["two"] == "waiting"


def test_the_same_session_under_another_name_is_no_second_person() -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    known = desk.night.snapshot.approvals[RequestId(asked)]
    desk.night.snapshot.approvals[known.id] = replace(known, session="of-second")
    assert desk.approve(asked, "second").code == "not-authorised"


def test_a_yes_is_to_exactly_what_was_asked() -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    assert desk.approve(asked, "second", digest="0" * 64).code == "stale"
    other = replace(desk.asked[asked], request=replace(desk.asked[asked].request, target=f"{RUN}:one"))
    desk.asked[asked] = other
    assert desk.approve(asked, "second").code == "not-found"
    del desk.asked[asked]
    assert desk.approve(asked, "second").code == "not-found"
    assert desk.night.states(RUN)["two"] == "waiting"


def test_a_no_refuses_it() -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    assert desk.approve(asked, "second", answer="no").code == "ok"
    verdict = desk.night.verdicts[RequestId(asked)]
    assert (verdict.code, verdict.reason) == ("denied", "second said no")
    assert desk.night.states(RUN)["two"] == "waiting"
    assert desk.approve(asked, "admin").code == "not-found"


def test_nobody_in_time_is_the_end_of_it() -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    desk.night.wait(LASTS)
    assert desk.night.verdicts[RequestId(asked)].code == "expired"
    assert desk.approve(asked, "second").code == "not-found"
    assert desk.night.states(RUN)["two"] == "waiting"


def test_what_has_changed_meanwhile_is_refused_as_if_it_were_asked_now() -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    desk.night.ask("users", "operator", given={"do": "disable"})
    assert desk.approve(asked, "second").reason.endswith("is rejected: operator may not act any more")
    assert desk.night.verdicts[RequestId(asked)].code == "not-authorised"
    assert desk.night.states(RUN)["two"] == "waiting"


def test_a_policy_reaches_as_far_as_its_scopes() -> None:
    desk = a_desk(Policy("elsewhere", ("skip",), ("risk/*", "ops/pair:one")))
    assert desk.ask("skip", f"{RUN}:two", "operator") in desk.night.verdicts
    everywhere = a_desk(Policy("people", ("users",)))
    everywhere.ask("users", "viewer", "admin", {"do": "roles", "roles": "admin"})
    assert len(everywhere.waiting()) == 1
    assert a_desk().ask("users", "viewer", "admin", {"do": "disable"}) == "r1"


def test_definitions_wait_for_somebody_who_is_not_their_author() -> None:
    desk = a_desk(None)
    desk.ask("apply", "m", "author", documents=("policy: release\ntwo_person: [apply]\nscopes: [ops/*]\n",))
    desk.night.snapshot.users["reader"] = User("reader", ("author",), EVENING)
    elsewhere = "process: risk/var\ntasks: {t: {command: run}}\n"
    assert desk.night.verdicts[RequestId(desk.ask("apply", "m", "author", documents=(elsewhere,)))].code == "ok"
    asked = desk.ask("apply", "m", "author", documents=("process: ops/new\ntasks: {t: {command: run}}\n",))
    assert "ops/new" not in desk.night.snapshot.catalogue.processes
    assert desk.approve(asked, "author").code == "not-authorised"
    assert desk.approve(asked, "second").code == "not-authorised"
    assert desk.approve(asked, "reader").code == "ok"
    assert "ops/new" in desk.night.snapshot.catalogue.processes


@pytest.mark.parametrize("text", ["policy: release\ntwo_person: [skip]\n", "role: mine\ninherits: [admin]\n"])
def test_who_may_do_what_is_not_changed_alone_where_definitions_are_not(text: str) -> None:
    desk = a_desk(Policy("release", ("apply",), ("settlement/*",)))
    desk.ask("apply", "m", "author", documents=(text,))
    assert len(desk.waiting()) == 1


# tasks
def test_a_task_starts_only_with_a_second_persons_yes() -> None:
    desk = a_desk(None, two_person=True)
    assert desk.waiting() == []
    desk.night.end(RUN, "one")
    (asked,) = desk.waiting()
    assert (asked.id, asked.verb, asked.by, asked.expires_at) == (f"{RUN}:two.1", "run", "admin", None)
    assert desk.night.closed(RUN, "two") == {"approval": "waits for a second person's yes"}
    assert desk.approve(asked.id, "admin").code == "not-authorised"
    assert desk.approve(asked.id, "viewer").code == "not-authorised"
    assert desk.approve(asked.id, "second").code == "ok"
    assert desk.night.states(RUN)["two"] == "starting"
    assert desk.night.said("approved")[-1].object == f"{RUN}:two"
    desk.night.end(RUN, "two", code=1)
    desk.night.ask("retry", f"{RUN}:two", by="operator")
    assert [one.id for one in desk.waiting()] == [f"{RUN}:two.2"], "a yes is for one start"


def test_a_no_to_a_start_may_be_overruled() -> None:
    desk = a_desk(None, two_person=True)
    desk.night.end(RUN, "one")
    (asked,) = desk.waiting()
    desk.approve(asked.id, "operator", answer="no")
    assert desk.night.closed(RUN, "two") == {"approval": "operator said no"}
    assert desk.approve(asked.id, "second").code == "ok"
    assert desk.night.states(RUN)["two"] == "starting"


def test_a_start_that_is_of_no_use_any_more_asks_nobody() -> None:
    desk = a_desk(None, two_person=True)
    desk.night.end(RUN, "one")
    assert len(desk.waiting()) == 1
    desk.night.ask("cancel", RUN, by="admin")
    assert desk.waiting() == []


def test_what_passes_a_task_over_takes_a_second_person_too() -> None:
    desk = a_desk(None, two_person=True)
    desk.ask("force-ok", f"{RUN}:two", "supervisor")
    assert [one.verb for one in desk.waiting()] == ["force-ok"]
    assert desk.ask("hold", f"{RUN}:two", "operator") in desk.night.verdicts


def test_a_manual_task_is_confirmed_by_two() -> None:
    desk = a_desk(None, two_person=True, work=Manual("All well?"))
    desk.night.end(RUN, "one")
    assert desk.waiting() == []
    asked = desk.ask("confirm", f"{RUN}:two", "operator")
    assert desk.night.states(RUN)["two"] == "confirm"
    assert desk.approve(asked, "second").code == "ok"
    assert desk.night.states(RUN)["two"] == "succeeded"


def test_a_scheduled_run_asks_too() -> None:
    night = Night(process("ops/alone", task("only", two_person=True)), beside=Catalogue(roles={"desk": Role("desk")}))
    night.tell(OccurrenceDue(ProcessId("ops/alone"), EVENING))
    desk = Desk(night)
    (asked,) = desk.waiting()
    assert asked.by == "operator", "the role it acts for"
    assert desk.approve(asked.id, "supervisor").code == "ok"
    assert night.states("ops/alone@2026-11-20.1") == {"only": "starting"}


def test_who_leads_next_knows_what_waits() -> None:
    desk = a_desk()
    asked = desk.ask("skip", f"{RUN}:two", "operator")
    again = Snapshot.of(desk.night.snapshot.catalogue, _picture(desk.night), pools={}, approvals=desk.waiting())
    assert again.approvals.keys() == {asked}
    assert again.next_due() is not None
    assert again.approvals[RequestId(asked)].state is ApprovalState.WAITING


def _picture(night: Night) -> Any:
    from boms_tui.model.picture import Picture

    snapshot = night.snapshot
    return Picture(
        runs=tuple(snapshot.runs.values()),
        tasks=tuple(one for of in snapshot.tasks.values() for one in of.values()),
        definitions=snapshot.definitions,
    )
