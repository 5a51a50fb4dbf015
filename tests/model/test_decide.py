"""What follows from what: runs, tasks, failures and people, under a clock that the test moves."""

from datetime import timedelta

import pytest

from boms_tui.model.condition import Dependency, Milestone, Outcome, RelativeDate
from boms_tui.model.definition import Manual, OnFailure, RetryPolicy
from boms_tui.model.facts import How, OccurrenceDue
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.states import AttemptState, RunState, TaskState
from boms_tui.model.trigger import ProcessStart
from tests.model.night import DAY, EVENING, Night, after, process, task


def two_tasks() -> Night:
    return Night(process("ops/pair", task("one"), task("two", "one")))


def test_an_order_starts_what_waits_for_nothing() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    assert run == "ops/pair@2026-11-20.1"
    assert night.run(run).state is RunState.RUNNING
    assert night.states(run) == {"one": "starting", "two": "waiting"}
    assert night.launched == [f"{run}:one.1"]


def test_a_dependent_starts_in_the_decision_that_ends_its_predecessor() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    night.start(run, "one")
    assert night.states(run)["one"] == "running"
    night.end(run, "one")
    assert night.states(run) == {"one": "succeeded", "two": "starting"}
    night.end(run, "two")
    assert night.run(run).state is RunState.SUCCEEDED
    assert night.run(run).ended_at == EVENING


def test_a_failure_stalls_the_run_until_a_person_retries() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    night.end(run, "one", code=3)
    assert night.run(run).state is RunState.STALLED
    assert night.run(run).reason == "one failed: exit code 3"
    assert night.states(run)["two"] == "waiting"
    assert night.ask("retry", f"{run}:one", by="operator").code == "ok"
    assert night.run(run).state is RunState.RUNNING
    assert night.launched[-1] == f"{run}:one.2"


def test_a_retry_by_policy_waits_its_delay() -> None:
    policy = RetryPolicy(retries=2, delay=timedelta(seconds=10), backoff=2)
    night = Night(process("ops/flaky", task("only", retry=policy)))
    run = night.order("ops/flaky")
    night.end(run, "only", code=1)
    assert night.states(run) == {"only": "backoff"}
    assert night.run(run).state is RunState.RUNNING
    night.wait(timedelta(seconds=9))
    assert night.states(run) == {"only": "backoff"}
    night.wait(timedelta(seconds=1))
    assert night.states(run) == {"only": "starting"}
    night.end(run, "only", code=1)
    night.wait(timedelta(seconds=20))
    night.end(run, "only", code=1)
    assert night.states(run) == {"only": "failed"}
    assert night.task(run, "only").attempts == 3


@pytest.mark.parametrize("verb", ["skip", "force-ok"])
def test_skip_and_force_ok_let_dependents_go_and_stay_distinguishable(verb: str) -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    night.end(run, "one", code=1)
    assert night.ask(verb, f"{run}:one").code == "ok"
    assert night.states(run) == {"one": "skipped" if verb == "skip" else "forced-ok", "two": "starting"}


def test_continue_rules_out_what_needed_the_failed_task_and_a_retry_brings_it_back() -> None:
    night = Night(
        process("ops/go-on", task("bad", on_failure=OnFailure.CONTINUE), task("needs", "bad"), task("far", "needs"))
    )
    run = night.order("ops/go-on")
    night.end(run, "bad", code=1)
    assert night.states(run) == {"bad": "failed", "needs": "not-needed", "far": "not-needed"}
    assert night.run(run).state is RunState.FAILED
    assert night.ask("retry", f"{run}:bad").code == "ok"
    assert night.run(run).state is RunState.RUNNING
    assert night.states(run) == {"bad": "starting", "needs": "waiting", "far": "waiting"}
    for name in ("bad", "needs", "far"):
        night.end(run, name)
    assert night.run(run).state is RunState.SUCCEEDED


def test_fail_starts_nothing_new_but_the_branches_that_answer_the_failure() -> None:
    night = Night(
        process(
            "ops/stop",
            task("bad", on_failure=OnFailure.FAIL),
            task("other"),
            task("behind-other", "other"),
            task("tell", after=after("bad", when=Outcome.FAILED)),
            task("clean", after=after("other", "bad", when=Outcome.FINISHED)),
        )
    )
    run = night.order("ops/stop")
    night.end(run, "bad", code=1)
    assert night.states(run)["tell"] == "starting"
    assert night.states(run)["behind-other"] == "not-needed"
    night.end(run, "other")
    assert night.states(run)["clean"] == "starting"
    night.end(run, "tell")
    night.end(run, "clean")
    assert night.run(run).state is RunState.FAILED


def test_a_failed_branch_is_not_needed_when_all_goes_well() -> None:
    night = Night(process("ops/well", task("work"), task("tell", after=after("work", when=Outcome.FAILED))))
    run = night.order("ops/well")
    night.end(run, "work")
    assert night.states(run) == {"work": "succeeded", "tell": "not-needed"}
    assert night.run(run).state is RunState.SUCCEEDED


def test_a_manual_task_asks_and_the_answer_ends_it() -> None:
    night = Night(process("ops/sign", task("sign", work=Manual("Totals match?")), task("pay", "sign")))
    run = night.order("ops/sign")
    assert night.states(run) == {"sign": "confirm", "pay": "waiting"}
    assert night.run(run).state is RunState.STALLED
    assert night.launched == []
    assert night.ask("confirm", f"{run}:sign", reason="").code == "ok"
    assert night.states(run) == {"sign": "succeeded", "pay": "starting"}


def test_a_manual_task_that_is_declined_has_failed() -> None:
    night = Night(process("ops/sign", task("sign", work=Manual("Totals match?"))))
    run = night.order("ops/sign")
    assert night.ask("confirm", f"{run}:sign", given={"answer": "no"}).code == "ok"
    assert night.states(run) == {"sign": "failed"}


def test_confirm_is_one_gate_among_the_others() -> None:
    night = Night(process("ops/careful", task("first"), task("pay", "first", confirm=True)))
    run = night.order("ops/careful")
    assert night.ask("confirm", f"{run}:pay").code == "ok"
    assert night.states(run)["pay"] == "waiting"
    night.end(run, "first")
    assert night.states(run)["pay"] == "starting"
    night.void(run, "pay")
    assert night.states(run)["pay"] == "starting", "what never ran uses up no confirmation"
    night.start(run, "pay")
    assert night.task(run, "pay").confirmed_by == ""


def test_a_held_task_starts_on_release() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    assert night.ask("hold", f"{run}:two").code == "ok"
    night.end(run, "one")
    assert night.states(run)["two"] == "waiting"
    assert night.run(run).state is RunState.STALLED
    assert "held by admin" in night.run(run).reason
    assert night.ask("release", f"{run}:two").code == "ok"
    assert night.states(run)["two"] == "starting"


@pytest.mark.parametrize("target", ["ops/pair", "ops/"])
def test_a_hold_on_a_process_or_a_folder_covers_runs_ordered_later(target: str) -> None:
    night = two_tasks()
    assert night.ask("hold", target).code == "ok"
    run = night.order("ops/pair")
    assert night.run(run).state is RunState.STALLED
    assert night.ask("release", target).code == "ok"
    assert night.states(run)["one"] == "starting"


def test_a_hold_until_a_time_lifts_itself() -> None:
    night = two_tasks()
    until = (EVENING + timedelta(minutes=10)).isoformat()
    assert night.ask("hold", "ops/pair", given={"until": until}).code == "ok"
    run = night.order("ops/pair")
    assert night.run(run).state is RunState.WAITING
    night.wait(timedelta(minutes=10))
    assert night.states(run)["one"] == "starting"


def test_hold_of_a_coming_occurrence_orders_it_now_with_its_start_time_and_the_hold() -> None:
    from boms_tui.model.trigger import CronStart

    night = Night(process("ops/late", task("one"), start=(CronStart("30 18 * * *"),)))
    assert night.ask("hold", f"ops/late@{DAY}").code == "ok"
    run = night.run("ops/late@2026-11-20.1")
    due = EVENING.replace(hour=18, minute=30)
    assert run.not_before == due
    night.now = due
    night.tell(*night.snapshot.due(due), OccurrenceDue(ProcessId("ops/late"), due))
    assert list(night.snapshot.runs) == [run.id]
    assert night.run(run.id).state is RunState.STALLED
    assert night.ask("release", run.id).code == "ok"
    assert night.states(run.id) == {"one": "starting"}


def test_slots_go_to_the_highest_priority_first() -> None:
    night = Night(
        process("ops/many", *(task(f"t{number}", priority=number) for number in range(5))),
        slots=2,
    )
    run = night.order("ops/many")
    assert night.launched == [f"{run}:t4.1", f"{run}:t3.1"]
    night.end(run, "t4")
    assert night.launched[-1] == f"{run}:t2.1"


def test_an_unknown_attempt_is_never_retried_by_itself() -> None:
    night = Night(process("ops/lost", task("only", retry=RetryPolicy(retries=5))))
    run = night.order("ops/lost")
    night.start(run, "only")
    night.lose(run, "only")
    assert night.states(run) == {"only": "unknown"}
    assert night.run(run).state is RunState.STALLED
    night.wait(timedelta(days=1))
    assert night.states(run) == {"only": "unknown"}
    assert len(night.launched) == 1


@pytest.mark.parametrize(
    ("said", "state"), [("ok", "forced-ok"), ("failed", "failed"), ("rerun", "starting"), ("running", "running")]
)
def test_a_person_resolves_what_nobody_can_prove(said: str, state: str) -> None:
    night = Night(process("ops/lost", task("only")))
    run = night.order("ops/lost")
    night.lose(run, "only")
    assert night.ask("resolve", f"{run}:only", by="operator", given={"as": said}).code == "not-authorised"
    assert night.ask("resolve", f"{run}:only", by="supervisor", given={"as": said}).code == "ok"
    assert night.states(run) == {"only": state}


def test_late_evidence_settles_an_unknown_attempt() -> None:
    night = Night(process("ops/lost", task("only")))
    run = night.order("ops/lost")
    night.lose(run, "only")
    night.end(run, "only")
    assert night.states(run) == {"only": "succeeded"}


def test_a_void_attempt_is_started_again_without_using_a_retry() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    night.void(run, "one")
    assert night.launched == [f"{run}:one.1", f"{run}:one.2"]
    assert night.task(run, "one").tries == 1


def test_a_killed_task_failed_and_is_not_retried_by_itself() -> None:
    night = Night(process("ops/kill", task("only", retry=RetryPolicy(retries=3))))
    run = night.order("ops/kill")
    night.start(run, "only")
    assert night.ask("kill", f"{run}:only", by="operator").code == "ok"
    assert night.killed == [f"{run}:only.1"]
    assert night.states(run) == {"only": "killing"}
    night.end(run, "only", how=How.KILLED)
    assert night.states(run) == {"only": "failed"}
    assert night.task(run, "only").reason == "killed by operator"


def test_an_exit_that_wins_the_race_against_kill_counts() -> None:
    night = Night(process("ops/kill", task("only")))
    run = night.order("ops/kill")
    night.ask("kill", f"{run}:only")
    night.end(run, "only")
    assert night.states(run) == {"only": "succeeded"}


def test_cancel_kills_what_lives_and_ends_when_that_ended() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    night.start(run, "one")
    assert night.ask("cancel", run).code == "ok"
    assert night.states(run) == {"one": "killing", "two": "cancelled"}
    assert night.run(run).state is RunState.RUNNING
    night.end(run, "one", how=How.KILLED)
    assert night.run(run).state is RunState.CANCELLED
    assert night.states(run)["one"] == "cancelled"


def test_cancel_with_leave_lets_live_tasks_finish() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    night.start(run, "one")
    assert night.ask("cancel", run, given={"leave": "yes"}).code == "ok"
    assert night.killed == []
    night.end(run, "one")
    assert night.run(run).state is RunState.CANCELLED
    assert night.states(run) == {"one": "succeeded", "two": "cancelled"}


def test_rerun_from_a_task_takes_what_follows_it_along() -> None:
    night = Night(process("ops/abc", task("a"), task("b", "a"), task("c", "b")))
    run = night.order("ops/abc")
    for name in ("a", "b", "c"):
        night.end(run, name)
    assert night.ask("rerun", f"{run}:b").code == "ok"
    assert night.states(run) == {"a": "succeeded", "b": "starting", "c": "waiting"}
    assert night.run(run).state is RunState.RUNNING
    night.end(run, "b")
    night.end(run, "c")
    assert night.task(run, "b").attempts == 2
    assert night.ask("rerun", f"{run}:b", given={"only": "yes"}).code == "ok"
    assert night.states(run)["c"] == "succeeded"


def test_a_second_run_of_a_process_queues_behind_the_first() -> None:
    night = two_tasks()
    first, second = night.order("ops/pair"), night.order("ops/pair")
    assert night.run(second).state is RunState.WAITING
    night.ask("cancel", first)
    night.end(first, "one", how=How.KILLED)
    assert night.states(second)["one"] == "starting"


def test_a_gate_on_another_process_opens_when_that_has_succeeded() -> None:
    night = Night(
        process("risk/limits", task("calc")),
        process("settle/pay", task("pay"), after=after("risk/limits")),
    )
    pay = night.order("settle/pay")
    assert night.run(pay).state is RunState.STALLED
    assert night.run(pay).reason == "nothing will order risk/limits@2026-11-20"
    limits = night.order("risk/limits")
    assert night.run(pay).state is RunState.WAITING
    night.end(limits, "calc")
    assert night.states(pay) == {"pay": "starting"}


def test_a_gate_on_a_task_of_another_process_opens_with_that_task() -> None:
    night = Night(
        process("risk/var", task("publish"), task("report", "publish")),
        process("settle/pay", task("pay", "risk/var:publish")),
    )
    var, pay = night.order("risk/var"), night.order("settle/pay")
    assert night.states(pay) == {"pay": "waiting"}
    assert night.run(pay).state is RunState.RUNNING
    night.end(var, "publish")
    assert night.states(pay) == {"pay": "starting"}


def test_the_previous_business_date_is_read_of_that_date() -> None:
    yesterday = Dependency(process=ProcessId("ref/prices"), date=RelativeDate.PREVIOUS)
    night = Night(process("ref/prices", task("load")), process("ops/use", task("use"), after=(yesterday,)))
    today = night.order("ref/prices")
    night.end(today, "load")
    use = night.order("ops/use")
    assert night.run(use).state is RunState.STALLED
    before = night.order("ref/prices", {"date": "2026-11-19"})
    night.end(before, "load")
    assert night.states(use) == {"use": "starting"}


def test_if_planned_opens_where_nothing_plans_the_other() -> None:
    maybe = Dependency(process=ProcessId("ref/prices"), if_planned=True)
    night = Night(process("ref/prices", task("load")), process("ops/use", task("use"), after=(maybe,)))
    assert night.states(night.order("ops/use")) == {"use": "starting"}


def test_a_newer_run_in_progress_closes_the_gate() -> None:
    night = Night(process("ref/prices", task("load")), process("ops/use", task("use"), after=after("ref/prices")))
    first = night.order("ref/prices")
    night.end(first, "load")
    night.order("ref/prices")
    use = night.order("ops/use")
    assert night.run(use).state is RunState.WAITING


def test_success_orders_what_starts_by_it_once() -> None:
    night = Night(
        process("a/up", task("work")),
        process("a/down", task("work"), start=(ProcessStart(ProcessId("a/up")),)),
    )
    up = night.order("a/up")
    night.end(up, "work")
    assert night.run("a/down@2026-11-20.1").state is RunState.RUNNING
    night.ask("rerun", up)
    night.end(up, "work")
    assert len(night.snapshot.runs) == 2


def test_an_occurrence_makes_one_run_and_a_late_one_is_missed() -> None:
    night = two_tasks()
    due = OccurrenceDue(ProcessId("ops/pair"), EVENING)
    night.tell(due)
    night.tell(due)
    assert len(night.snapshot.runs) == 1
    night.tell(OccurrenceDue(ProcessId("ops/pair"), EVENING - timedelta(hours=2), missed=True))
    assert night.run("ops/pair@2026-11-20.2").state is RunState.MISSED
    assert night.journal[-1].action == "missed"


def test_an_exit_that_comes_before_running_was_recorded_is_a_normal_path() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    night.end(run, "one")
    assert night.states(run)["one"] == "succeeded"


def test_the_same_end_told_twice_counts_once() -> None:
    from boms_tui.model.facts import Exited

    night = two_tasks()
    run = night.order("ops/pair")
    ended = Exited(night.attempt(run, "one").id, How.EXITED, 0, None, night.now)
    night.tell(ended, ended)
    decision = night.tell(ended)
    assert not decision
    assert night.task(run, "one").attempts == 1


def test_a_start_that_failed_and_a_timeout_are_outcomes_of_their_own() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    decision = night.tell()
    assert not decision
    night.end(run, "one", how=How.TIMEOUT)
    assert night.task(run, "one").reason.startswith("ran longer than")
    night.ask("retry", f"{run}:one")
    attempt = night.attempt(run, "one")
    assert attempt.state is AttemptState.STARTING
    night.end(run, "one", how=How.START_FAILED)
    assert night.states(run)["one"] == TaskState.FAILED.value


def test_a_task_of_an_unserved_pool_says_so() -> None:
    night = Night(process("ops/win", task("only", pool="windows")))
    run = night.order("ops/win")
    assert night.run(run).state is RunState.STALLED
    assert "no runtime serves the pool windows" in night.run(run).reason


def test_only_tasks_of_the_definition_are_run() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    verdict = night.ask("retry", f"{run}:{TaskName('three')}")
    assert (verdict.answer.value, verdict.code) == ("rejected", "not-found")


def test_a_join_of_many_is_ruled_out_when_the_run_fails() -> None:
    tasks = [task("bad", on_failure=OnFailure.FAIL), *(task(f"t{n}") for n in range(6))]
    night = Night(process("ops/join", *tasks, task("join", *(f"t{n}" for n in range(6)))))
    run = night.order("ops/join")
    night.end(run, "bad", code=1)
    assert night.states(run)["join"] == "not-needed"


def test_a_forgotten_date_leaves_nothing_behind_and_can_be_read_again() -> None:
    night = Night(process("ref/prices", task("load")), process("ops/use", task("use"), after=after("ref/prices")))
    night.end(night.order("ref/prices"), "load")
    use = night.order("ops/use")
    night.end(use, "use")
    night.snapshot.dates.add(DAY)
    night.snapshot.forget([DAY])
    left = night.snapshot
    assert not left.runs
    assert not left.tasks
    assert not left.numbers
    assert not left.waiters
    assert not left.occurrences
    assert not left.dates


def test_still_running_has_the_attempt_looked_for_and_other_words_settle_it() -> None:
    night = Night(process("ops/lost", task("only")))
    run = night.order("ops/lost")
    night.lose(run, "only")
    assert night.ask("resolve", f"{run}:only", given={"as": "running"}).code == "ok"
    assert night.watched == [f"{run}:only.1"]
    night.lose(run, "only")
    assert night.ask("resolve", f"{run}:only", given={"as": "rerun"}).code == "ok"
    assert night.attempt(run, "only").number == 2
    night.end(run, "only")
    assert not night.snapshot.attempts


def test_an_attempt_resolved_as_ok_stays_unknown_and_holds_nothing() -> None:
    night = Night(process("ops/lost", task("only")))
    run = night.order("ops/lost")
    night.lose(run, "only")
    unknown = night.attempt(run, "only")
    night.ask("resolve", f"{run}:only", given={"as": "ok"})
    assert night.run(run).state is RunState.SUCCEEDED
    assert unknown.is_open
    assert not night.snapshot.attempts


def test_attempts_that_keep_proving_void_are_tried_less_and_less_often() -> None:
    night = two_tasks()
    run = night.order("ops/pair")
    for _ in range(3):
        night.void(run, "one")
    assert night.states(run)["one"] == "starting"
    night.void(run, "one")
    assert night.states(run)["one"] == "backoff"
    assert "never ran, 4 times" in night.task(run, "one").reason
    night.wait(timedelta(seconds=2))
    assert night.states(run)["one"] == "starting"


def test_a_branch_that_answers_a_failure_goes_on_to_its_end() -> None:
    night = Night(
        process(
            "ops/stop",
            task("bad", on_failure=OnFailure.FAIL),
            task("clean", after=after("bad", when=Outcome.FAILED)),
            task("tell", "clean"),
            task("other", "bad"),
        )
    )
    run = night.order("ops/stop")
    night.end(run, "bad", code=1)
    assert night.states(run) == {"bad": "failed", "clean": "starting", "tell": "waiting", "other": "not-needed"}
    night.end(run, "clean")
    assert night.states(run)["tell"] == "starting"


@pytest.mark.parametrize(
    "start",
    [
        ProcessStart(ProcessId("a/z")),
        ProcessStart(ProcessId("a/z"), TaskName("work")),
        ProcessStart(ProcessId("a/z"), TaskName("work"), milestone=Milestone(meter=50)),
    ],
)
def test_who_waits_for_a_run_still_to_be_ordered_hears_when_it_no_longer_will_be(start: ProcessStart) -> None:
    maybe = Dependency(process=ProcessId("a/y"), if_planned=True)
    night = Night(
        process("a/z", task("work", on_failure=OnFailure.CONTINUE)),
        process("a/y", task("work"), start=(start,)),
        process("a/x", task("work"), after=(maybe,)),
        process("a/w", task("work"), after=after("a/y")),
    )
    z, x, w = night.order("a/z"), night.order("a/x"), night.order("a/w")
    assert night.run(x).state is RunState.WAITING
    night.end(z, "work", code=1)
    assert night.states(x) == {"work": "starting"}
    assert night.run(w).state is RunState.STALLED


def test_many_missed_occurrences_cost_in_proportion() -> None:
    night = two_tasks()
    facts = [OccurrenceDue(ProcessId("ops/pair"), EVENING - timedelta(minutes=n), missed=True) for n in range(1, 401)]
    decision = night.tell(*facts)
    assert len(decision.runs) == 400


def test_a_manual_task_needs_no_pool() -> None:
    night = Night(process("ops/sign", task("sign", work=Manual("ok?"), pool="elsewhere")))
    assert night.states(night.order("ops/sign")) == {"sign": "confirm"}
