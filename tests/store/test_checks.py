"""Verdicts of checks: written with the decision that they belong to, and read in the order they were made."""

from boms_tui.model.ids import AttemptId, TaskName, attempt_id
from boms_tui.model.records import CheckVerdict, Phase
from tests.store.house import MARGIN, NOW, House, a_run

RUN = a_run(number=1).id
LATER = a_run(number=11).id
LOAD = TaskName("load")


def a_verdict(attempt: AttemptId, phase: Phase = Phase.BEFORE, place: int = 0, *, passed: bool = True) -> CheckVerdict:
    return CheckVerdict(attempt, phase, place, "file in/pröbe.csv", passed, "in/pröbe.csv: 7 bytes", NOW)


def test_verdicts_are_read_by_run_and_task_in_the_order_they_were_made(house: House) -> None:
    first, tenth = attempt_id(RUN, LOAD, 2), attempt_id(RUN, LOAD, 10)
    found = [
        a_verdict(first), a_verdict(first, place=1), a_verdict(first, Phase.AFTER, passed=False), a_verdict(tenth),
    ]  # fmt: skip
    others = [a_verdict(attempt_id(run, task, 1)) for run, task in (
        (RUN, TaskName("load-prices")), (LATER, LOAD), (a_run(f"{MARGIN}-2").id, LOAD),
    )]  # fmt: skip
    house.commit(checks=tuple(reversed(found + others)))
    assert house.reader.checks(RUN, LOAD) == found
    assert house.reader.checks(RUN) == [*found, others[0]]
    assert house.reader.checks(LATER) == [others[1]]
    assert house.reader.checks(RUN, TaskName("loa")) == []
