"""free: one gate, named, for one start."""

from datetime import timedelta

import pytest

from boms_tui.model.condition import Outcome
from boms_tui.model.definition import Manual, OnFailure, RetryPolicy
from boms_tui.model.facts import TookOver
from boms_tui.model.states import RunState
from boms_tui.model.trigger import CronStart
from tests.model.night import DAY, Night, after, process, task


def pair(**changes: object) -> tuple[Night, str]:
    night = Night(process("ops/pair", task("one"), task("two", "one", **changes)))
    return night, night.order("ops/pair")


def free(night: Night, about: str, gate: str, *, by: str = "operator") -> tuple[str, str]:
    verdict = night.ask("free", about, by=by, given={"gate": gate}, reason="the desk said so")
    return verdict.code, verdict.reason


def test_a_freed_dependency_is_open_and_says_who_and_why_until_the_start() -> None:
    night, run = pair()
    night.ask("hold", f"{run}:two")
    assert free(night, f"{run}:two", "dependency:one") == ("ok", "")
    gate = night.why(run, "two")["dependency:one"]
    assert (gate.open, gate.detail) == (True, "freed by operator: the desk said so")
    night.ask("release", f"{run}:two")
    assert night.states(run) == {"one": "starting", "two": "starting"}
    night.start(run, "two")
    assert night.task(run, "two").freed == {}


def test_the_journal_has_the_gate_and_the_reason() -> None:
    night, run = pair()
    free(night, f"{run}:two", "dependency:one")
    (row,) = night.said("freed")
    assert (row.actor, row.object, row.before, row.after, row.reason) == (
        "operator", f"{run}:two", "closed", "dependency:one", "the desk said so",
    )  # fmt: skip
    assert row.request


def test_a_free_is_used_up_by_one_start() -> None:
    night, run = pair(retry=RetryPolicy(retries=1))
    free(night, f"{run}:two", "dependency:one")
    night.end(run, "two", code=1)
    night.wait(timedelta(minutes=2))
    assert night.states(run)["two"] == "waiting"
    assert night.closed(run, "two") == {"dependency:one": "one is starting"}


def test_an_attempt_that_proves_void_was_no_start() -> None:
    night, run = pair()
    free(night, f"{run}:two", "dependency:one")
    night.void(run, "two")
    assert night.launched[-1] == f"{run}:two.2"
    assert night.task(run, "two").freed == {"dependency:one": "operator: the desk said so"}


def test_only_the_named_gate_is_lifted() -> None:
    night = Night(process("ops/join", task("a"), task("b"), task("join", "a", "b")))
    run = night.order("ops/join")
    free(night, f"{run}:join", "dependency:a")
    assert night.closed(run, "join") == {"dependency:b": "b is starting"}
    night.end(run, "b")
    assert night.states(run) == {"a": "starting", "b": "succeeded", "join": "starting"}


def test_an_impossible_dependency_can_be_freed() -> None:
    night = Night(
        process("ops/well", task("work"), task("slow"), task("tell", after=after("work", when=Outcome.FAILED)))
    )
    run = night.order("ops/well")
    night.end(run, "work")
    assert night.states(run)["tell"] == "not-needed"
    assert free(night, f"{run}:tell", "dependency:work failed") == ("ok", "")
    assert night.states(run)["tell"] == "starting"


def test_what_an_ended_run_did_not_need_can_be_freed_and_opens_it_again() -> None:
    night = Night(process("ops/on", task("bad", on_failure=OnFailure.CONTINUE), task("next", "bad")))
    run = night.order("ops/on")
    night.end(run, "bad", code=1)
    assert night.run(run).state is RunState.FAILED
    assert free(night, f"{run}:next", "dependency:bad") == ("ok", "")
    assert (night.run(run).state, night.states(run)["next"]) == (RunState.RUNNING, "starting")


def test_a_run_starts_before_its_time_and_beside_another_once_both_gates_are_freed() -> None:
    night = Night(process("ops/late", task("one"), start=(CronStart("30 18 * * *"),)))
    first = night.order("ops/late")
    night.ask("hold", f"ops/late@{DAY}")
    night.ask("release", f"ops/late@{DAY}")
    second = night.ask("order", "ops/late").target
    assert night.closed(second) == {"overlap": f"{first} is running and comes first"}
    assert free(night, second, "overlap") == ("ok", "")
    assert night.states(second) == {"one": "starting"}
    assert night.run(second).freed == {}


def test_a_start_time_can_be_freed() -> None:
    night = Night(process("ops/late", task("one"), start=(CronStart("30 18 * * *"),), timezone="Asia/Kolkata"))
    night.now -= timedelta(hours=2)
    assert night.ask("hold", f"ops/late@{DAY}").code == "ok"
    run = f"ops/late@{DAY}.1"
    assert night.closed(run)["start-time"] == "starts at 18:30 IST"
    assert free(night, run, "start-time") == ("ok", "")
    night.ask("release", run)
    assert night.states(run) == {"one": "starting"}


def test_what_was_freed_survives_a_change_of_leader() -> None:
    night, run = pair()
    night.ask("hold", f"{run}:two")
    free(night, f"{run}:two", "dependency:one")
    night.tell(TookOver())
    assert not night.why(run, "two")["hold:" + f"{run}:two"].open
    night.ask("release", f"{run}:two")
    assert night.states(run)["two"] == "starting"


@pytest.mark.parametrize(
    ("gate", "code", "says"),
    [
        ("dependency:onne", "bad-parameter", "has no gate dependency:onne; did you mean dependency:one?"),
        ("moon", "bad-parameter", "has no gate moon; dependency:one or hold:RUN:two"),
        ("", "bad-parameter", "name the gate to free; dependency:one or hold:RUN:two"),
        ("hold:RUN:two", "wrong-state", "cannot be freed: release lifts it"),
        ("slot:local", "wrong-state", "slot:local is open already: 1 of 16 slots of local in use"),
        ("overlap", "bad-parameter", "has no gate overlap"),
    ],
)
def test_other_gates_are_refused_with_what_to_do(gate: str, code: str, says: str) -> None:
    night, run = pair()
    night.ask("hold", f"{run}:two")
    found, reason = free(night, f"{run}:two", gate.replace("RUN", run))
    assert found == code
    assert says.replace("RUN", run) in reason


def test_a_gate_of_the_run_is_not_one_of_its_tasks() -> None:
    night, _ = pair()
    second = night.order("ops/pair")
    assert free(night, f"{second}:one", "overlap") == (
        "bad-parameter", f"overlap is a gate of the whole run: free it on {second}",
    )  # fmt: skip
    assert "has no gate dependency:two" in free(night, f"{second}:two", "dependency:two")[1]


def test_a_started_run_has_no_gates_of_its_own() -> None:
    night, run = pair()
    night.end(run, "one", code=1)
    assert free(night, run, "dependency:one")[0] == "wrong-state"


def test_confirm_is_not_freed_and_backoff_is_ended_by_retry() -> None:
    night = Night(process("ops/ask", task("ask", confirm=True), task("again", retry=RetryPolicy(3))))
    run = night.order("ops/ask")
    night.end(run, "again", code=1)
    assert free(night, f"{run}:ask", "confirm") == ("wrong-state", "confirm cannot be freed: confirm opens it")
    assert free(night, f"{run}:again", "backoff") == ("wrong-state", "backoff cannot be freed: retry ends it")


def test_it_takes_an_operator_and_what_was_seen() -> None:
    night, run = pair()
    assert free(night, f"{run}:two", "dependency:one", by="viewer")[0] == "not-authorised"
    seen = night.task(run, "two").version
    night.ask("hold", f"{run}:two")
    night.ask("free", f"{run}:two", seen=seen, given={"gate": "dependency:one"})
    stale = night.ask("free", f"{run}:two", seen=seen, given={"gate": "dependency:one"})
    assert stale.code == "stale"


def test_an_open_gate_is_said_to_be_open() -> None:
    night, run = pair()
    night.ask("hold", f"{run}:two")
    free(night, f"{run}:two", "dependency:one")
    assert free(night, f"{run}:two", "dependency:one") == (
        "wrong-state", "dependency:one is open already: freed by operator: the desk said so",
    )  # fmt: skip


def test_a_stopped_class_of_tasks_is_opened_by_an_admin_only() -> None:
    from boms_tui.model.definition import Resource
    from boms_tui.model.picture import Catalogue

    beside = Catalogue(resources={"warehouse": Resource("warehouse", 0)})
    night = Night(process("ops/stop", task("load", resources={"warehouse": 1})), beside=beside)
    run = night.order("ops/stop")
    assert free(night, f"{run}:load", "resource:warehouse", by="supervisor") == (
        "not-authorised", "supervisor may not free resource:warehouse; it takes admin",
    )  # fmt: skip
    assert free(night, f"{run}:load", "resource:warehouse", by="admin") == ("ok", "")
    assert night.states(run) == {"load": "starting"}


def test_a_rerun_needs_a_free_of_its_own() -> None:
    night, run = pair()
    free(night, f"{run}:two", "dependency:one")
    night.end(run, "two")
    night.ask("hold", f"{run}:two")
    night.ask("rerun", f"{run}:two", given={"only": "yes"})
    assert night.closed(run, "two")["dependency:one"] == "one is starting"


def test_a_lost_attempt_used_up_what_was_freed_for_it() -> None:
    night, run = pair()
    free(night, f"{run}:two", "dependency:one")
    night.lose(run, "two")
    assert night.ask("resolve", f"{run}:two", given={"as": "rerun"}).code == "ok"
    assert night.closed(run, "two") == {"dependency:one": "one is starting"}


def test_the_answer_to_a_manual_task_uses_up_what_was_freed_for_it() -> None:
    night = Night(process("ops/sign", task("one"), task("sign", "one", work=Manual("ok?"))))
    run = night.order("ops/sign")
    assert free(night, f"{run}:sign", "dependency:one") == ("ok", "")
    assert night.ask("confirm", f"{run}:sign").code == "ok"
    assert (night.states(run)["sign"], night.task(run, "sign").freed) == ("succeeded", {})


def test_what_was_freed_and_then_skipped_is_closed_again_in_a_rerun() -> None:
    night, run = pair()
    night.ask("hold", f"{run}:two")
    free(night, f"{run}:two", "dependency:one")
    night.ask("skip", f"{run}:two")
    night.ask("release", f"{run}:two")
    night.ask("rerun", f"{run}:two", given={"only": "yes"})
    assert night.closed(run, "two") == {"dependency:one": "one is starting"}
