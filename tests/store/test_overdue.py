"""What should have been ordered by now and was not, and what the journal has told of it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from boms_tui.model.definition import Deadlines, Process
from boms_tui.model.ids import ProcessId
from boms_tui.model.trigger import CronStart, ProcessStart
from tests.store.house import NOW, TODAY, YESTERDAY, House, a_process, a_revision, a_run, an_entry

HOUR = timedelta(hours=1)
AT_SEVEN = datetime(2026, 11, 20, 19, tzinfo=UTC)
CLOSE, VAR = ProcessId("trading/close"), ProcessId("risk/var")
close = a_process(CLOSE, start=(CronStart("0 18 * * *"),), deadlines=Deadlines(start_by=time(18, 45)))
var = a_process(VAR, start=(ProcessStart(CLOSE),), deadlines=Deadlines(finish_by=time(19)), title="Value at risk")


def apply(house: House, process: Process, number: int, at: datetime) -> None:
    house.commit(revisions=(replace(a_revision(process, number), applied_at=at),))


def overdue(house: House, now: datetime = AT_SEVEN) -> list[str]:
    return [str(one) for one in house.reader.overdue(now)]


def test_what_has_no_run_by_its_deadline_is_overdue(house: House) -> None:
    house.define(close, var)
    assert overdue(house, AT_SEVEN - timedelta(seconds=1)) == [f"{CLOSE}@{TODAY}"]
    assert overdue(house) == [f"{VAR}@{TODAY}", f"{CLOSE}@{TODAY}"]
    house.commit(runs=(a_run(CLOSE), a_run(VAR, YESTERDAY)))
    (one,) = house.reader.overdue(AT_SEVEN)
    assert (one.process, one.at, one.title) == (VAR, AT_SEVEN, "Value at risk")


def test_what_was_applied_after_its_deadline_is_not(house: House) -> None:
    apply(house, close, 1, AT_SEVEN)
    apply(house, var, 1, NOW)
    apply(house, var, 2, AT_SEVEN + HOUR)
    assert overdue(house, AT_SEVEN + 2 * HOUR) == [f"{VAR}@{TODAY}"]


def test_the_journal_says_what_it_has_called_late(house: House) -> None:
    names = [f"risk/{number}@{TODAY}" for number in range(1_200)]
    rows = [an_entry(name, action="late" if number % 2 else "order") for number, name in enumerate(names)]
    house.commit(journal=rows)
    assert house.leader.told_late(names[:4]) == {names[1], names[3]}
    assert house.leader.told_late(names) == set(names[1::2])
    assert house.leader.told_late(["risk/none@2026-11-20"]) == set()
