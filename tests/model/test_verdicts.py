"""What the checks of an attempt found: how it ends by them, and that each verdict is written once."""

from boms_tui.model.facts import Checked, Exited, How, TookOver
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.model.states import AttemptState
from tests.model.night import EVENING, Night, process, task


def verdict(attempt: AttemptId, phase: Phase, place: int = 0, *, passed: bool = True) -> CheckVerdict:
    return CheckVerdict(attempt, phase, place, f"check {place}", passed, "what it saw", EVENING)


def a_night() -> tuple[Night, AttemptId]:
    night = Night(process("ops/checked", task("only"), task("next", "only")))
    run = night.order("ops/checked")
    return night, night.attempt(run, "only").id


def test_what_passed_before_the_start_is_kept_once_however_often_it_is_told() -> None:
    night, attempt = a_night()
    told = Checked(attempt, (verdict(attempt, Phase.BEFORE),))
    decision = night.tell(told, told)
    assert decision.checks == told.checks
    assert not night.tell(told)
    night.tell(TookOver())
    assert not night.tell(told)


def test_a_check_before_the_start_that_failed_ends_the_attempt_without_a_launch() -> None:
    night, attempt = a_night()
    found = (verdict(attempt, Phase.BEFORE), verdict(attempt, Phase.BEFORE, 1, passed=False))
    decision = night.tell(Exited(attempt, How.CHECK_FAILED, None, None, night.now, checks=found))
    assert decision.checks == found
    (ended,) = decision.attempts
    assert (ended.state, ended.reason) == (AttemptState.CHECK_FAILED, "check failed: check 1: what it saw")
    assert night.states("ops/checked@2026-11-20.1") == {"only": "failed", "next": "waiting"}
    assert not night.tell(Exited(attempt, How.CHECK_FAILED, None, None, night.now, checks=found)).checks


def test_a_check_after_a_good_end_that_failed_makes_it_check_failed() -> None:
    night, attempt = a_night()
    found = (verdict(attempt, Phase.AFTER, passed=False), verdict(attempt, Phase.AFTER, 1, passed=False))
    decision = night.tell(Exited(attempt, How.EXITED, 0, None, night.now, checks=found))
    (ended,) = decision.attempts
    assert (ended.state, ended.exit_code) == (AttemptState.CHECK_FAILED, 0)
    assert ended.reason == "check failed: check 0: what it saw (+1 more)"
    assert decision.checks == found


def test_checks_that_pass_leave_a_good_end_as_it_is() -> None:
    night, attempt = a_night()
    decision = night.tell(
        Checked(attempt, (verdict(attempt, Phase.BEFORE),)),
        Exited(attempt, How.EXITED, 0, None, night.now, checks=(verdict(attempt, Phase.AFTER),)),
    )
    assert [one.phase for one in decision.checks] == [Phase.BEFORE, Phase.AFTER]
    assert night.states("ops/checked@2026-11-20.1") == {"only": "succeeded", "next": "starting"}


def test_a_check_does_not_outweigh_a_bad_exit_code() -> None:
    night, attempt = a_night()
    found = (verdict(attempt, Phase.AFTER, passed=False),)
    (ended,) = night.tell(Exited(attempt, How.EXITED, 3, None, night.now, checks=found)).attempts
    assert (ended.state, ended.reason) == (AttemptState.FAILED, "exit code 3")


def test_verdicts_before_the_start_are_not_written_again_with_the_end() -> None:
    night, attempt = a_night()
    passed = verdict(attempt, Phase.BEFORE)
    night.tell(Checked(attempt, (passed,)))
    failed = verdict(attempt, Phase.BEFORE, passed=False)
    decision = night.tell(Exited(attempt, How.CHECK_FAILED, None, None, night.now, checks=(failed,)))
    assert not decision.checks
    assert decision.attempts[0].state is AttemptState.CHECK_FAILED


def test_checks_of_what_has_ended_or_is_not_known_are_dropped() -> None:
    night, attempt = a_night()
    night.tell(Exited(attempt, How.EXITED, 0, None, night.now))
    assert not night.tell(Checked(attempt, (verdict(attempt, Phase.BEFORE),)))
    assert not night.tell(Checked(AttemptId("ops/other@2026-11-20.1:a.1"), ()))


def test_processes_that_outlive_an_attempt_are_counted_and_said() -> None:
    night, attempt = a_night()
    (ended,) = night.tell(Exited(attempt, How.EXITED, 1, None, night.now, remain=2)).attempts
    assert (ended.remain, ended.reason) == (2, "exit code 1; processes remain: 2")


def test_a_kill_that_left_processes_behind_says_so() -> None:
    night, attempt = a_night()
    night.ask("kill", "ops/checked@2026-11-20.1:only", by="operator")
    (ended,) = night.tell(Exited(attempt, How.KILLED, None, 9, night.now, remain=1)).attempts
    assert ended.reason == "killed by operator; processes remain: 1"
