"""The first deliverable: two tasks, a real runtime, killed with -9, and nothing lost or doubled."""

from collections import Counter
from pathlib import Path

from boms_tui.model.ids import RunId
from boms_tui.model.states import RunState
from tests.runtime.house import House, wait_until


def two_tasks(house: House) -> str:
    one = house.witness_command(f"gate={house.folder / 'gate'}")
    return f"""
process: ops/pair
tasks:
  one: {{command: {one}}}
  two: {{after: [one], command: {house.witness_command()}}}
"""


def a_run_under_way(house: House) -> RunId:
    """Of the two tasks, the first one runs."""
    house.apply(two_tasks(house))
    house.start_runtime()
    run = house.order("ops/pair")
    wait_until(lambda: house.states(run)["one"] == "running", "the first task to run")
    return run


def test_two_tasks_run_in_order(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        run = a_run_under_way(house)
        (tmp_path / "gate").touch()
        view = house.wait_for(run)
        assert view.run.state is RunState.SUCCEEDED
        assert [(attempt, what) for attempt, _, what in house.witnessed()] == [
            (f"{run}:one.1", "start"), (f"{run}:one.1", "end 0"), (f"{run}:two.1", "start"), (f"{run}:two.1", "end 0"),
        ]  # fmt: skip
        output = house.client.output(view.attempts[next(iter(view.attempts))].id)
        assert output is not None
        assert output.tail == b"at work\n"


def test_a_runtime_killed_with_9_finds_its_tasks_again(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        run = a_run_under_way(house)
        ((_, pid, _),) = wait_until(house.witnessed, "its first word")
        house.kill_runtime()
        house.start_runtime()
        wait_until(lambda: house.states(run)["one"] == "running", "the task to be adopted")
        assert house.witnessed() == [(f"{run}:one.1", pid, "start")]
        (tmp_path / "gate").touch()
        assert house.wait_for(run).run.state is RunState.SUCCEEDED
        starts = Counter(attempt for attempt, _, what in house.witnessed() if what == "start")
        assert starts == {f"{run}:one.1": 1, f"{run}:two.1": 1}


def test_on_one_machine_a_runtime_of_another_name_finds_the_tasks_of_the_one_before(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        run = a_run_under_way(house)
        house.kill_runtime()
        house.node = "there"
        house.start_runtime()
        (tmp_path / "gate").touch()
        assert house.wait_for(run).run.state is RunState.SUCCEEDED
        assert [attempt.node for attempt in house.store.reader.attempts(run)] == ["here", "there"]


def test_a_task_that_ends_while_the_runtime_is_down_keeps_its_true_code(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        gate = tmp_path / "gate"
        command = house.witness_command("code=7", f"gate={gate}")
        house.apply(f"process: ops/one\ntasks:\n  only: {{command: {command}}}\n")
        house.start_runtime()
        run = house.order("ops/one")
        wait_until(house.witnessed, "the task to start")
        house.kill_runtime()
        gate.touch()
        wait_until(lambda: len(house.witnessed()) == 2, "the task to end")
        house.start_runtime()
        view = house.wait_for(run, RunState.STALLED)
        (attempt,) = view.attempts.values()
        assert (attempt.state.value, attempt.exit_code, attempt.number) == ("failed", 7, 1)


def test_a_process_without_a_zone_is_in_that_of_the_home(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "boms.toml").write_text('timezone = "Asia/Kolkata"\n')
    with House(tmp_path) as house:
        house.apply("process: ops/one\ntasks:\n  only: {command: [/bin/true]}\n")
        (definition,) = house.store.reader.catalogue().processes.values()
        assert definition.timezone == "Asia/Kolkata"
