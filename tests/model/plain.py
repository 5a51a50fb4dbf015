"""Who holds what and who starts, said the plainest way: a walk over all ready tasks in the order of their rank."""

from collections import Counter

from boms_tui.model.ids import TaskName
from boms_tui.model.needs import Need, Needs, needs_of, units_of
from boms_tui.model.ranks import Line, Rank, place_of
from boms_tui.model.records import Attempt, TaskRun
from boms_tui.model.snapshot import Snapshot, TaskKey
from boms_tui.model.states import TaskState


def needs(snapshot: Snapshot, one: TaskRun | Attempt) -> Needs:
    run = snapshot.runs[one.run]
    return needs_of(snapshot.definitions[run.process, run.revision].tasks[TaskName(one.task)])


def held(snapshot: Snapshot) -> Counter[str]:
    """The units of each resource and lock that open attempts hold."""
    taken: Counter[str] = Counter()
    for attempt in snapshot.attempts.values():
        taken.update(dict(needs(snapshot, attempt)))
    return taken


def left(snapshot: Snapshot, name: str) -> int:
    return (units_of(snapshot.catalogue, name) or 0) - held(snapshot)[name]


def in_rank(snapshot: Snapshot) -> list[tuple[Rank, Line]]:
    """Where all ready tasks stand, the first first."""
    ready = [one for tasks in snapshot.tasks.values() for one in tasks.values() if one.state is TaskState.READY]
    runs = [snapshot.runs[one.run] for one in ready]
    places = [
        place_of(snapshot.definitions[run.process, run.revision], one) for run, one in zip(runs, ready, strict=True)
    ]
    return sorted((rank, line) for line, rank in places)


def starters(snapshot: Snapshot) -> list[TaskKey]:
    """Whom `contest.starters` ought to choose, worked out without lines, heaps and short cuts."""
    slots = {pool: number - snapshot.used[pool] for pool, number in snapshot.pools.items()}
    over: dict[str, int] = {}
    kept: set[str] = set()
    stuck: set[Line] = set()
    chosen: list[TaskKey] = []

    def lacking(need: Need) -> bool:
        return over.setdefault(need.name, left(snapshot, need.name)) < need.units

    for rank, line in in_rank(snapshot):
        if line in stuck:
            continue
        if slots[line.pool] > 0 and not any(map(lacking, line.needs)):
            slots[line.pool] -= 1
            kept_back = line.needs
            chosen.append((rank.run, rank.task))
        else:
            stuck.add(line)
            kept_back = tuple(need for need in line.needs if lacking(need) or need.name not in kept)
            kept.update(need.name for need in kept_back)
        for name, units in kept_back:
            over[name] -= units
    return chosen
