"""Names as people type them: a process, a date of it, or any ending that means one thing only (SEMANTICS S23)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import cast

import pytest

from boms_tui.commands.naming import Names
from boms_tui.commands.ports import Reader
from boms_tui.errors import UsageError
from boms_tui.model.definition import Command, Process, Task
from boms_tui.model.ids import ProcessId, RunId, TaskName, parse_run_id
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import TaskRun

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
TASKS = ("load-prices", "load-trades", "check")
PROCESSES = ("settlement/eod-margin", "settlement/payouts", "risk/margin", "risk/limits", "old/limits")
RUNS = (
    "settlement/eod-margin@2026-11-20.2",
    "settlement/eod-margin@2026-11-20.1",
    "settlement/eod-margin@2026-11-19.1",
    "risk/margin@2026-11-20.1",
    "settlement/payouts@2026-11-18.1",
)


class FewRuns:
    """A reader that knows a few names, the newest run first."""

    def catalogue(self) -> Catalogue:
        tasks = {TaskName(name): Task(TaskName(name), Command(("true",))) for name in TASKS}
        return Catalogue(processes={ProcessId(name): Process(ProcessId(name), tasks) for name in PROCESSES})

    def find_runs(self, text: str) -> Sequence[RunId]:
        return [RunId(run) for run in RUNS if run.endswith(text)]

    def latest_run(self, process: ProcessId, business_date: date | None = None) -> RunId | None:
        for run in RUNS:
            parts = parse_run_id(run)
            assert parts is not None
            if parts[0] == process and business_date in {None, parts[1]}:
                return RunId(run)
        return None

    def picture(self, run: RunId) -> Picture:
        return Picture(tasks=tuple(TaskRun(run, TaskName(name)) for name in TASKS))


NAMES = Names(cast("Reader", FewRuns()), NOW)


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("settlement/eod-margin@2026-11-20.1", "settlement/eod-margin@2026-11-20.1"),
        ("settlement/eod-margin@2026-11-20", "settlement/eod-margin@2026-11-20.2"),
        ("settlement/eod-margin", "settlement/eod-margin@2026-11-20.2"),
        ("eod-margin", "settlement/eod-margin@2026-11-20.2"),
        ("eod-margin@2026-11-19", "settlement/eod-margin@2026-11-19.1"),
        ("eod-margin@2026-11-20.1", "settlement/eod-margin@2026-11-20.1"),
        ("d-margin", "settlement/eod-margin@2026-11-20.2"),
        ("margin", "risk/margin@2026-11-20.1"),
        ("@2026-11-19.1", "settlement/eod-margin@2026-11-19.1"),
        ("18.1", "settlement/payouts@2026-11-18.1"),
    ],
)
def test_a_run_by_any_name_that_means_only_it(text: str, run: str) -> None:
    assert NAMES.run(text) == run


@pytest.mark.parametrize(
    ("text", "says", "next_step"),
    [
        ("nothing", "no such run: nothing", "boms runs"),
        ("settlement/payout", "no such run: settlement/payout", "did you mean settlement/payouts?"),
        ("risk/margn@2026-11-20", "no such run", "did you mean risk/margin@2026-11-20?"),
        ("limits", "limits may be any of 2", "risk/limits, old/limits"),
        ("payouts", "settlement/payouts has no run for 2026-11-20", "settlement/payouts@2026-11-18.1"),
        ("risk/limits", "risk/limits has no run for 2026-11-20", "boms order risk/limits"),
        ("risk/margin@2026-11-20.9", "no such run", "its newest run is risk/margin@2026-11-20.1"),
        ("risk/limits@2026-11-20.9", "no such run", "boms order risk/limits"),
        ("margin@2026-13-01", "not a date: 2026-13-01", "YYYY-MM-DD"),
        ("2026-11-20.1", "may be any of 2", "risk/margin@2026-11-20.1"),
    ],
)
def test_a_name_that_means_nothing_or_too_much_is_refused_with_the_candidates(
    text: str, says: str, next_step: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        NAMES.run(text)
    assert next_step in caught.value.next_step


@pytest.mark.parametrize(
    ("text", "next_step"), [("risk/limit", "did you mean risk/limits?"), ("x", "`boms plan` lists them")]
)
def test_a_process_that_does_not_exist_is_refused_with_the_nearest(text: str, next_step: str) -> None:
    with pytest.raises(UsageError, match=f"no such process: {text}") as caught:
        NAMES.process(text)
    assert caught.value.next_step == next_step


def test_where_nothing_is_defined_the_next_step_is_to_apply() -> None:
    class Nothing(FewRuns):
        def catalogue(self) -> Catalogue:
            return Catalogue()

    names = Names(cast("Reader", Nothing()), NOW)
    for look_up in (names.process, names.run):
        with pytest.raises(UsageError, match="no such") as caught:
            look_up("desk/mine")
        assert "boms apply" in caught.value.next_step


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("eod-margin:load-prices", "settlement/eod-margin@2026-11-20.2:load-prices"),
        ("eod-margin@2026-11-19:prices", "settlement/eod-margin@2026-11-19.1:load-prices"),
        ("risk/margin@2026-11-20.1:check", "risk/margin@2026-11-20.1:check"),
    ],
)
def test_a_task_by_its_runs_name_and_its_own(text: str, ref: str) -> None:
    assert NAMES.task(text) == ref
    assert NAMES.run_or_task(text) == ref


@pytest.mark.parametrize("text", ["eod-margin", "eod-margin:", "eod-margin:no-such", "eod-margin:s"])
def test_a_task_that_is_not_named_or_not_there_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        NAMES.task(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("settlement/", "settlement/"),
        ("payouts", "settlement/payouts"),
        ("eod-margin@2026-11-19", "settlement/eod-margin@2026-11-19.1"),
        ("payouts@2026-11-25", "settlement/payouts@2026-11-25"),
        ("eod-margin@2026-11-20.1", "settlement/eod-margin@2026-11-20.1"),
        ("eod-margin:check", "settlement/eod-margin@2026-11-20.2:check"),
    ],
)
def test_a_hold_is_placed_on_a_folder_a_process_a_run_or_a_task(text: str, target: str) -> None:
    assert NAMES.held(text) == target
