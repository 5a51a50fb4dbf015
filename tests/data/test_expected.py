"""The scheduler's rules alone bring a night to what expected.yaml says: the first one, and one after it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from boms_tui.model.ids import RunId
from boms_tui.model.records import Attempt
from boms_tui.model.states import ATTEMPT_LIVE, RunState
from tests.data.sample import expected, in_force
from tests.model.night import Night

EXPECTED = expected()
TO_MONDAY = timedelta(days=3)
"""The first night is a Friday's."""


def test_a_first_night_and_the_next_end_as_expected() -> None:
    catalogue = in_force()
    night = Night(*catalogue.processes.values(), beside=catalogue)
    for _ in range(2):
        runs = have_a_night(night)
        assert {process: night.run(run).state for process, run in runs.items()} == {
            process: RunState(said["state"]) for process, said in EXPECTED["runs"].items()
        }
        for process, run in runs.items():
            assert night.states(run) == expected_tasks(night.states(run), EXPECTED["runs"][process])
        night.wait(TO_MONDAY)


def have_a_night(night: Night) -> dict[str, RunId]:
    """Order, act as expected, and go on until nothing moves; the runs of that date by process."""
    known = set(night.snapshot.runs)
    for process in EXPECTED["order"]:
        night.order(process)
    for act in EXPECTED["acts"]:
        run_on(night)
        person_does(night, act)
    run_on(night)
    return {run.process: run.id for run in night.snapshot.runs.values() if run.id not in known}


def run_on(night: Night) -> None:
    """End what runs and wait for what is in backoff, until only a person can move anything."""
    for _ in range(1_000):
        live = [attempt for attempt in night.snapshot.attempts.values() if attempt.state in ATTEMPT_LIVE]
        for attempt in live:
            night.end(attempt.run, attempt.task, fails(attempt))
        if not live:
            launched = len(night.launched)
            night.wait(timedelta(minutes=1))
            if len(night.launched) == launched:
                return
    raise AssertionError("the night has no end")


def fails(attempt: Attempt) -> int:
    """The exit code: 1 for an attempt that is expected to fail."""
    process = attempt.run.partition("@")[0]
    states = EXPECTED["runs"][process].get("attempts", {}).get(attempt.task, ["succeeded"])
    return int(states[attempt.number - 1] == "failed")


def person_does(night: Night, act: Mapping[str, Any]) -> None:
    """The act, on a run that nothing but a person can move."""
    process, _, task = act["target"].partition(":")
    run = max(run.id for run in night.snapshot.runs.values() if run.process == process)
    assert night.run(run).state is RunState.STALLED
    assert (night.states(run)[task] == "failed") is (act["when"] == "failed")
    verdict = night.ask(act["verb"], f"{run}:{task}", reason=act["reason"])
    assert verdict.code == "ok", verdict


def expected_tasks(names: Mapping[str, str], said: Mapping[str, Any]) -> dict[str, str]:
    return {name: said.get("tasks", {}).get(name, "succeeded") for name in names}
