"""Whether the leader's memory is what a fresh load from the store would give."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import RUN_ENDED
from boms_tui.runtime.leading import Term
from boms_tui.store.leader import Leader
from tests.sim.board import Board

_INDEXES: dict[str, Callable[[Snapshot], Any]] = {
    "attempts": lambda one: one.attempts,
    "holds": lambda one: one.holds,
    "counts": lambda one: {run: +counts for run, counts in one.counts.items() if _is_open(one, run)},
    "ready": lambda one: {line: standing for line, standing in one.ranks.lines.items() if standing},
    "heads": lambda one: one.ranks.heads,
    "holders": lambda one: {name: who for name, who in one.holders.items() if who},
    "used": lambda one: +one.used,
    "open runs": lambda one: {name: sorted(runs) for name, runs in one.open_runs.items() if runs},
    "waiters": lambda one: {
        (*key, task): set(who) for key, kinds in one.waiters.items() for task, who in kinds.items() if who
    },
    "habits": lambda one: one.habits,
    "held": lambda one: {name: sorted(holds) for name, holds in one.held.items() if holds},
}


def differences(term: Term, leader: Leader, now: datetime) -> Iterator[str]:
    """What a fresh load would have otherwise."""
    kept, fresh = term.snapshot, _loaded(term.snapshot, leader)
    for name, of in _INDEXES.items():
        if of(kept) != of(fresh):
            yield f"{name} in memory are {of(kept)}, read anew {of(fresh)}"
    for run in fresh.runs:
        if kept.runs.get(run) != fresh.runs[run]:
            yield f"{run} in memory is {kept.runs.get(run)}, read anew {fresh.runs[run]}"
        elif kept.tasks[run] != fresh.tasks[run]:
            yield f"tasks of {run} in memory are {kept.tasks[run]}, read anew {fresh.tasks[run]}"
    known = set(kept.timers.all())
    for when, fact in fresh.timers.all():
        if when > now and (when, fact) not in known:
            yield f"nothing in memory waits for {when} to tell {fact}"
    for mine in kept.unended():
        if mine.id not in fresh.runs:
            yield f"{mine.id} is open in memory, and not in the store"


def outdated(term: Term, board: Board) -> Iterator[str]:
    """What is in memory at another version than in the store: a quick look for every step."""
    versions = board.versions()
    for run in term.snapshot.runs.values():
        if versions.get(run.id) != run.version:
            yield f"{run.id} is at version {run.version} in memory, {versions.get(run.id)} in the store"
        for task in term.snapshot.tasks[run.id].values():
            if versions.get(task.ref) != task.version:
                yield f"{task.ref} is at version {task.version} in memory, {versions.get(task.ref)} in the store"


def _loaded(kept: Snapshot, leader: Leader) -> Snapshot:
    return Snapshot.of(
        kept.catalogue,
        leader.picture(kept.dates),
        pools=kept.pools,
        current=kept.current,
        node=kept.node,
        epoch=kept.epoch,
        site=kept.site,
        users=kept.users.values(),
        habits=leader.habits(),
    )


def _is_open(snapshot: Snapshot, run: Any) -> bool:
    return snapshot.runs[run].state not in RUN_ENDED
