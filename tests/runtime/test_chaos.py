"""The runtime killed with -9 wherever it hurts; the witness, a file that BOMS never reads, is the judge."""

import random
from collections import Counter
from pathlib import Path

import pytest

from boms_tui.model.ids import RunId
from boms_tui.model.states import RunState
from tests.runtime.house import House, wait_until

FAILPOINTS = ("before-commit", "after-commit", "before-launch", "published", "spawned", "after-launch")


def a_night(house: House) -> str:
    """Three layers of tasks, one that fails on its first attempt and is retried by policy, one that fails for good."""
    quick = house.witness_command("seconds=0.05")
    layers = [
        f"  a{n}: {{command: {quick}}}\n  b{n}: {{after: [a{n}, a{(n + 1) % 4}], command: {quick}}}\n" for n in range(4)
    ]
    return (
        "process: ops/night\non_failure: continue\ntasks:\n"
        + "".join(layers)
        + f"  bad: {{after: [b0], command: {house.witness_command('code=3')}, retries: 1, retry_delay: 1s}}\n"
        + f"  answer: {{after: [bad: failed], command: {quick}}}\n"
        + f"  join: {{after: [b0, b1, b2, b3], command: {quick}}}\n"
    )


def judge(house: House, run: RunId) -> None:
    """What must hold at the end, whatever happened on the way."""
    view = house.wait_for(run)
    assert view.run.state is RunState.FAILED
    states: dict[str, str] = {name: task.state.value for name, task in view.tasks.items()}
    assert states.pop("bad") == "failed"
    assert set(states.values()) == {"succeeded"}
    witnessed = house.witnessed()
    starts = Counter(attempt for attempt, _, what in witnessed if what == "start")
    assert max(starts.values()) == 1, starts
    codes = {attempt: int(what.split()[1]) for attempt, _, what in witnessed if what.startswith("end")}
    recorded = {
        attempt.id: attempt.exit_code for attempt in house.store.reader.attempts(run) if attempt.exit_code is not None
    }
    assert recorded == codes
    ended = [attempt.removeprefix(f"{run}:").rpartition(".")[0] for attempt in codes]
    assert Counter(ended)["bad"] == 2
    assert all(count == 1 for name, count in Counter(ended).items() if name != "bad")


@pytest.mark.parametrize("failpoint", FAILPOINTS)
@pytest.mark.parametrize("hit", [1, 4])
def test_killed_at_a_failpoint(tmp_path: Path, failpoint: str, hit: int) -> None:
    with House(tmp_path) as house:
        house.apply(a_night(house))
        house.start_runtime(slots=4)
        run = house.order("ops/night")
        house.kill_runtime()
        house.spawn_runtime(slots=4, environment={"BOMS_FAILPOINT": f"{failpoint}:{hit}"})
        wait_until(lambda: house.has_died() or house.run(run).run.ended_at, f"the runtime to die at {failpoint}")
        assert house.has_died() or hit > 1
        house.restart_runtime(slots=4)
        judge(house, run)


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    with House(tmp_path) as house:
        house.apply(a_night(house))
        house.start_runtime(slots=3)
        run = house.order("ops/night")
        for _ in range(5):
            moment = len(house.witnessed()) + chance.randint(1, 4)
            wait_until(lambda: len(house.witnessed()) >= moment or house.run(run).run.ended_at, "something to happen")  # noqa: B023
            house.kill_runtime()
            house.start_runtime(slots=3)
        judge(house, run)


def test_the_spool_is_left_alone_by_sigterm(tmp_path: Path) -> None:
    """SIGTERM gives the lease back at once and leaves the tasks running."""
    import signal

    with House(tmp_path) as house:
        gate = tmp_path / "gate"
        house.apply(f"process: ops/one\ntasks:\n  only: {{command: {house.witness_command(f'gate={gate}')}}}\n")
        house.start_runtime()
        run = house.order("ops/one")
        wait_until(house.witnessed, "the task to start")
        assert house.kill_runtime(signal.SIGTERM) == 0
        assert not house.store.reader.pulse().led
        house.start_runtime()
        gate.touch()
        assert house.wait_for(run).run.state is RunState.SUCCEEDED
        assert len(house.witnessed()) == 2
