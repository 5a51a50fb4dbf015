"""Who starts, against the plainest way to say it: a walk over all ready tasks in the order of their rank."""

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from boms_tui.model.contest import starters
from boms_tui.model.definition import Lock, LockMode, Process, Resource, Task
from boms_tui.model.draft import Draft
from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.ranks import Rank, Ranks, place_of
from boms_tui.model.records import TaskRun
from boms_tui.model.states import TaskState
from tests.model import plain
from tests.model.night import EVENING, Night, process, task

POOLS = ("local", "remote")
RESOURCES = {"warehouse": 3, "gateway": 1}
LOCKS = ("positions", "prices")

amounts = st.dictionaries(st.sampled_from(sorted(RESOURCES)), st.integers(1, 3), max_size=2)
modes = st.dictionaries(st.sampled_from(LOCKS), st.sampled_from(LockMode), max_size=2)


kinds = st.tuples(amounts, modes, st.sampled_from(POOLS))


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Tasks of one process that wait for nothing, of up to four kinds of need."""
    offered = draw(st.lists(kinds, min_size=1, max_size=4))
    return [
        task(
            f"t{number}",
            pool=pool,
            priority=draw(st.integers(0, 3)),
            resources={name: min(units, RESOURCES[name]) for name, units in resources.items()},
            locks=tuple(Lock(name, mode) for name, mode in locks.items()),
        )
        for number in range(draw(st.integers(1, 14)))
        for resources, locks, pool in [draw(st.sampled_from(offered))]
    ]


def a_night(flow: Process, local: int, remote: int) -> Night:
    night = Night(flow, beside=Catalogue(resources={name: Resource(name, units) for name, units in RESOURCES.items()}))
    night.snapshot.pools = {"local": local, "remote": remote}
    return night


def ready_of(night: Night, run: RunId) -> list[TaskRun]:
    return [one for one in night.snapshot.tasks[run].values() if one.state is TaskState.READY]


@settings(max_examples=400, deadline=None)
@given(made=tasks(), slots=st.tuples(st.integers(1, 4), st.integers(1, 4)), data=st.data())
def test_the_lines_choose_whom_a_plain_walk_would(
    made: list[Task], slots: tuple[int, int], data: st.DataObject
) -> None:
    night = a_night(process("ops/all", *made), 1, 1)
    run = night.run(night.order("ops/all"))
    changed = data.draw(st.sets(st.sampled_from([one.name for one in made])))
    while ready := ready_of(night, run.id):
        night.snapshot.pools = {"local": night.snapshot.used["local"] + slots[0], "remote": slots[1]}
        draft = Draft(night.snapshot, night.now)
        for one in ready:
            if one.task in changed:
                draft.edit_task(one, reason="looked at again")
        assert [(one.run, one.task) for one in starters(draft)] == plain.starters(night.snapshot)
        night.snapshot.pools = {"local": 1, "remote": 1}
        ending = next(iter(night.snapshot.attempts), None)
        assert ending is not None, "something is always under way while anything is ready"
        night.wait(timedelta(seconds=40))
        night.end(*ending)


@settings(max_examples=300, deadline=None)
@given(made=tasks(), order=st.randoms(use_true_random=False))
def test_everything_has_its_turn_and_nobody_is_overbooked(made: list[Task], order: Random) -> None:
    night = a_night(process("ops/all", *made), 2, 1)
    run = night.order("ops/all")
    while night.snapshot.attempts:
        assert all(plain.left(night.snapshot, name) >= 0 for name in plain.held(night.snapshot))
        keys = sorted(night.snapshot.attempts)
        night.end(*order.choice(keys))
    assert set(night.states(run).values()) == {"succeeded"}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 9)), max_size=60))
def test_lines_are_sorted_and_their_heads_are_the_first_of_each(steps: list[tuple[bool, int, int]]) -> None:
    flow = process("ops/lines", *(task(f"t{n}", pool=f"p{n % 3}") for n in range(10)))
    ranks, standing = Ranks(), set()
    for adds, seconds, number in steps:
        ready_at = EVENING + timedelta(seconds=seconds)
        place = place_of(flow, TaskRun(RunId("r"), TaskName(f"t{number}"), TaskState.READY, ready_at=ready_at))
        if adds and place not in standing:
            ranks.add(*place)
            standing.add(place)
        elif place in standing:
            ranks.remove(*place)
            standing.discard(place)
    lines: dict[object, list[Rank]] = {}
    for line, rank in standing:
        lines.setdefault(line, []).append(rank)
    assert {line: sorted(line_ranks) for line, line_ranks in lines.items()} == ranks.lines
    assert ranks.heads == sorted((min(line_ranks), line) for line, line_ranks in ranks.lines.items())
    assert +ranks.waiting == Counter(line.pool for line, _ in standing)


class Looked(Draft):
    """A draft that counts how many ready tasks are looked at."""

    looks = 0

    def is_changed(self, run: RunId, task: TaskName) -> bool:
        self.looks += 1
        return super().is_changed(run, task)


def test_a_busy_line_costs_one_look_whatever_its_length() -> None:
    many = process("ops/long", *(task(f"t{n}", locks=(Lock("positions"),)) for n in range(2_000)))
    night = a_night(many, 16, 1)
    night.order("ops/long")
    draft = Looked(night.snapshot, night.now)
    assert starters(draft) == []
    assert draft.looks == 1
