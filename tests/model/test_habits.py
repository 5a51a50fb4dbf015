"""What is learned of runs that ended: how long their tasks took."""

from datetime import timedelta

from boms_tui.model.definition import Manual, OnFailure
from boms_tui.model.habits import MOST, typical
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.records import Habit
from tests.model.night import Night, process, task

LOAD = ProcessId("ops/load")
MINUTE = timedelta(minutes=1)


def took(night: Night) -> dict[str, tuple[int, ...]]:
    """The durations on record, in minutes."""
    habit = night.snapshot.habits.get(LOAD)
    return (
        {} if habit is None else {name: tuple(one // 60_000 for one in all_) for name, all_ in habit.durations.items()}
    )


def play(night: Night, run: str, name: str, minutes: float, code: int = 0) -> None:
    night.start(run, name)
    night.now += minutes * MINUTE
    night.end(run, name, code)


def test_each_run_that_ends_leaves_how_long_its_tasks_took() -> None:
    night = Night(process("ops/load", task("one"), task("two", "one")))
    for minutes in (3, 5):
        run = night.order("ops/load")
        play(night, run, "one", minutes)
        assert night.snapshot.habits.get(LOAD) is None or len(took(night)["one"]) == 1
        play(night, run, "two", 1)
    assert took(night) == {"one": (3, 5), "two": (1, 1)}
    assert night.snapshot.habits[LOAD].version == 2


def test_a_failed_run_leaves_what_succeeded_in_it() -> None:
    night = Night(process("ops/load", task("one"), task("two", "one", on_failure=OnFailure.CONTINUE)))
    run = night.order("ops/load")
    play(night, run, "one", 3)
    play(night, run, "two", 2, code=1)
    assert night.run(run).state.value == "failed"
    assert took(night) == {"one": (3,)}


def test_a_cancelled_run_leaves_nothing() -> None:
    night = Night(process("ops/load", task("one"), task("two", "one")))
    run = night.order("ops/load")
    play(night, run, "one", 3)
    night.ask("cancel", run)
    night.end(run, "two", 9)
    assert night.run(run).state.value == "cancelled"
    assert took(night) == {}


def test_what_no_program_did_takes_no_time() -> None:
    night = Night(process("ops/load", task("one"), task("ask", "one", work=Manual("ok?")), task("last", "ask")))
    run = night.order("ops/load")
    night.ask("hold", f"{run}:one")
    play(night, run, "one", 3)
    night.now += MINUTE
    night.ask("confirm", f"{run}:ask")
    night.ask("kill", f"{run}:last")
    night.end(run, "last", 9)
    night.ask("skip", f"{run}:last")
    assert night.run(run).state.value == "succeeded"
    assert took(night) == {"one": (3,)}


def test_a_run_without_anything_to_learn_writes_nothing() -> None:
    night = Night(process("ops/load", task("ask", work=Manual("ok?"))))
    run = night.order("ops/load")
    assert night.ask("confirm", f"{run}:ask").code == "ok"
    assert night.snapshot.habits == {}


def test_the_newest_nine_are_kept_and_a_task_that_is_gone_is_forgotten() -> None:
    night = Night(process("ops/load", task("one")))
    gone = {TaskName("one"): tuple(range(MOST)), TaskName("gone"): (7,)}
    night.snapshot.habits[LOAD] = Habit(LOAD, gone, version=4)
    run = night.order("ops/load")
    play(night, run, "one", 1)
    assert night.snapshot.habits[LOAD] == Habit(LOAD, {TaskName("one"): (*range(1, MOST), 60_000)}, version=5)


def test_a_clock_that_was_set_back_makes_no_task_end_before_it_started() -> None:
    night = Night(process("ops/load", task("one")))
    run = night.order("ops/load")
    play(night, run, "one", -30)
    assert took(night) == {"one": (0,)}


def test_the_typical_duration_is_the_middle_one() -> None:
    habit = Habit(LOAD, {TaskName("one"): (9_000, 1_000, 5_000), TaskName("two"): (1_000, 3_000)})
    assert typical(habit) == {"one": timedelta(seconds=5), "two": timedelta(seconds=3)}
