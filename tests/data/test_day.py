"""The scheduler's rules make a trading day of the exposure in market hours: from 09:15, whatever a round comes to."""

from datetime import UTC, datetime, timedelta

from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ids import ProcessId
from boms_tui.model.states import ATTEMPT_LIVE, RunState
from tests.data.sample import in_force
from tests.model.night import Night

INTRADAY = ProcessId("risk/intraday")
OPENS = datetime(2026, 11, 23, 3, 45, tzinfo=UTC)
"""Monday 09:15 in India."""
QUARTER = timedelta(minutes=15)


def test_a_round_every_quarter_of_an_hour_until_the_market_closes() -> None:
    night = opened()
    for number in range(40):
        end_round(night, code=int(number == 3))
        night.wait(QUARTER)
    runs = sorted(night.snapshot.runs.values(), key=lambda run: run.number)
    assert [run.started_at for run in runs] == [OPENS + number * QUARTER for number in range(26)]
    assert [run.number for run in runs if run.state is not RunState.SUCCEEDED] == [4]
    assert [entry.reason for entry in night.said("cycle-ended")] == ["the next round would start after 15:30"]


def test_after_an_outage_the_rounds_begin_late() -> None:
    night = opened(missed=2 * QUARTER)
    end_round(night)
    night.wait(QUARTER)
    started = [run.started_at for run in night.snapshot.runs.values() if run.started_at is not None]
    assert started == [OPENS + 2 * QUARTER, OPENS + 3 * QUARTER]


def opened(missed: timedelta = timedelta()) -> Night:
    """Monday morning; `missed` is how late the scheduler comes."""
    catalogue = in_force()
    night = Night(*catalogue.processes.values(), beside=catalogue)
    night.wait(OPENS + missed - night.now)
    night.tell(OccurrenceDue(INTRADAY, OPENS, missed=bool(missed)))
    return night


def end_round(night: Night, code: int = 0) -> None:
    for attempt in [one for one in night.snapshot.attempts.values() if one.state in ATTEMPT_LIVE]:
        night.end(attempt.run, attempt.task, code)
