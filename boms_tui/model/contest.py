"""Who of the ready tasks starts: slots, units and locks go out in the order of rank.

Nobody is overtaken for ever. A task that waits for a unit or a lock lets pass whoever does not need it, and nobody who
does; and what it needs beside and could have is kept for the first who waits for that. Of those who need the same,
only the first counts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush
from math import inf
from typing import NamedTuple

from boms_tui.model.needs import Needs, units_of
from boms_tui.model.overlay import Overlay
from boms_tui.model.ranks import Line, Rank
from boms_tui.model.records import TaskRun
from boms_tui.model.snapshot import TaskKey


class Turn(NamedTuple):
    """One ready task whose turn it is. `durable` says that it was ready before this decision, too."""

    rank: Rank
    line: Line
    durable: bool


class Turns:
    """The ready tasks by rank. Whoever waits ends the turns of the line, whoever starts lets the next one come."""

    def __init__(self, draft: Overlay) -> None:
        self._draft = draft
        self._ranks = draft.snapshot.ranks
        self._place = 0
        self._coming = [Turn(rank, line, durable=False) for line, rank in draft.newly_ready()]
        self._stuck: set[Line] = set()
        heapify(self._coming)

    def __iter__(self) -> Iterator[Turn]:
        return self

    def __next__(self) -> Turn:
        while (turn := self._next()) is not None:
            if turn.line not in self._stuck:
                return turn
        raise StopIteration

    def most(self, pool: str) -> int:
        """How many of a pool can have a turn at the most."""
        return self._ranks.waiting[pool] + sum(turn.line.pool == pool for turn in self._coming)

    def starts(self, turn: Turn) -> None:
        if turn.durable:
            self._let_come(turn.rank, turn.line)

    def waits(self, turn: Turn) -> None:
        self._stuck.add(turn.line)

    def _next(self) -> Turn | None:
        heads, coming = self._ranks.heads, self._coming
        while self._place < len(heads) and (not coming or heads[self._place][0] <= coming[0].rank):
            rank, line = heads[self._place]
            self._place += 1
            if not self._draft.is_changed(rank.run, rank.task):
                return Turn(rank, line, durable=True)
            self._let_come(rank, line)
        return heappop(coming) if coming else None

    def _let_come(self, rank: Rank, line: Line) -> None:
        """Give the next of a line its turn, where this decision has not changed it."""
        standing = self._ranks.lines[line]
        for place in range(bisect_right(standing, rank), len(standing)):
            following = standing[place]
            if not self._draft.is_changed(following.run, following.task):
                heappush(self._coming, Turn(following, line, durable=True))
                return


class Left:
    """What is left of each resource and lock, turn by turn. Below nothing, nobody behind gets any of it."""

    def __init__(self, draft: Overlay) -> None:
        self._draft = draft
        self._left: dict[str, int] = {}
        self._kept: set[str] = set()

    def of(self, name: str) -> int:
        if name not in self._left:
            self._left[name] = (units_of(self._draft.catalogue, name) or 0) - self._draft.taken(name)
        return self._left[name]

    def suffices(self, needs: Needs) -> bool:
        return all(self.of(need.name) >= need.units for need in needs)

    def take(self, needs: Needs) -> None:
        for need in needs:
            self._left[need.name] = self.of(need.name) - need.units

    def keep(self, needs: Needs) -> None:
        """One who waits: what it lacks is closed behind it, the rest kept where it is the first to wait for that."""
        for need in needs:
            if self.of(need.name) < need.units or need.name not in self._kept:
                self._kept.add(need.name)
                self._left[need.name] -= need.units


def starters(draft: Overlay) -> list[TaskRun]:
    """The ready tasks that start now, the first in rank first."""
    free = {pool: slots - draft.used(pool) for pool, slots in draft.snapshot.pools.items()}
    return [draft.task(rank.run, rank.task) for rank in _chosen(draft, free)]


def served(draft: Overlay) -> set[TaskKey]:
    """The ready tasks that lack no unit and no lock: a slot is all they wait for."""
    return {(rank.run, rank.task) for rank in _chosen(draft, dict.fromkeys(draft.snapshot.pools, inf))}


def _chosen(draft: Overlay, free: Mapping[str, float]) -> list[Rank]:
    """Give out `free` slots of each pool, and what units and locks there are, in the order of rank."""
    left, turns, free = Left(draft), Turns(draft), dict(free)
    chosen: list[Rank] = []
    most = sum(min(slots, turns.most(pool)) for pool, slots in free.items() if slots > 0)
    while len(chosen) < most and (turn := next(turns, None)) is not None:
        pool, needs = turn.line
        if free.get(pool, 0) > 0 and left.suffices(needs):
            free[pool] -= 1
            left.take(needs)
            turns.starts(turn)
            chosen.append(turn.rank)
        else:
            left.keep(needs)
            turns.waits(turn)
    return chosen


def left_for(draft: Overlay, rank: Rank) -> Left:
    """What is left when a task of that rank has its turn, once all before it that can start have started."""
    left, turns = Left(draft), Turns(draft)
    for turn in turns:
        if turn.rank >= rank:
            break
        left.keep(turn.line.needs)
        turns.waits(turn)
    return left


def ahead_of(draft: Overlay, rank: Rank, name: str) -> tuple[int, Rank | None]:
    """How many wait for a resource or a lock before that rank, and the first of them."""
    lines = [standing for line, standing in draft.snapshot.ranks.lines.items() if line.wants(name)]
    durable = [next((one for one in line if not draft.is_changed(one.run, one.task)), None) for line in lines]
    came, left = (
        [one for line, one in places if one < rank and line.wants(name)]
        for places in (draft.newly_ready(), draft.formerly_ready())
    )
    count = sum(bisect_left(line, rank) for line in lines) + len(came) - len(left)
    return count, min((one for one in (*durable, *came) if one is not None and one < rank), default=None)
