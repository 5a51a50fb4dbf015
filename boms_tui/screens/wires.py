"""The layered picture drawn: labels, edges as orthogonal buses, junctions told from crossings. Pure.

Each source has one horizontal bus below its layer; sources that feed the same tasks share it. Where a bus meets the
column of a task it feeds there is a junction; elsewhere the vertical passes over.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from boms_tui.screens.graph import Node, layered

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
GLYPHS = {
    UP: "│", DOWN: "│", UP | DOWN: "│", LEFT: "─", RIGHT: "─", LEFT | RIGHT: "─",
    DOWN | RIGHT: "┌", DOWN | LEFT: "┐", UP | RIGHT: "└", UP | LEFT: "┘",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤", DOWN | LEFT | RIGHT: "┬", UP | LEFT | RIGHT: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label stands: its row, its first column, and its layer with the place in it."""

    row: int
    column: int
    layer: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The edges as rows of characters, and where the labels go. Sizes are in cells."""

    width: int
    rows: tuple[str, ...]
    places: Mapping[str, Place]
    layers: tuple[tuple[str, ...], ...]


class _Cell:
    """What runs through one cell: arms by owner, an owner being a bus or the column of a target."""

    __slots__ = ("arms", "joined")

    def __init__(self) -> None:
        self.arms: dict[Node | tuple[Node], int] = defaultdict(int)
        self.joined = False

    @property
    def glyph(self) -> str:
        every = 0
        for arms in self.arms.values():
            every |= arms
        upright = [arms for arms in self.arms.values() if arms & (UP | DOWN)]
        crossing = len(self.arms) > 1 and not self.joined and len(upright) == 1
        return GLYPHS[upright[0] if crossing else every]


_Grid = dict[tuple[int, int], _Cell]


def picture(after: Mapping[str, Sequence[str]]) -> Picture:
    """The picture of a graph given as each task's predecessors, in topological order."""
    layers = layered(after)
    grid: _Grid = defaultdict(_Cell)
    places: dict[str, Place] = {}
    row = 0
    for number, layer in enumerate(layers):
        for node in layer:
            if node.name:
                places[node.name] = Place(row, node.left, number)
            else:
                grid[row, node.x].arms[node] = UP | DOWN
        row += 1
        if number + 1 < len(layers):
            row += _wire(layer, row, grid)
    width = max((node.left + node.width for layer in layers for node in layer), default=0)
    rows = tuple("".join(_characters(grid, y, width)) for y in range(row))
    names = tuple(tuple(node.name for node in layer if node.name) for layer in layers)
    return Picture(width, rows, places, names)


def _characters(grid: _Grid, row: int, width: int) -> Iterator[str]:
    for column in range(width):
        cell = grid.get((row, column))
        yield cell.glyph if cell is not None and cell.arms else " "


def _wire(layer: Sequence[Node], top: int, grid: _Grid) -> int:
    """Draw the edges that leave a layer, from row `top` on; the number of rows they take."""
    tracks = _tracks(layer)
    depth = max(tracks.values(), default=0) + 1
    for source in layer:
        if source.below:
            _bus(source, top, top + tracks.get(source, 0), grid)
    for target in {target: None for source in layer for target in source.below}:
        highest = min(tracks.get(source, 0) for source in target.above)
        _run(grid, (target,), target.x, top + highest, top + depth, first=0)
    return depth


def _bus(source: Node, top: int, row: int, grid: _Grid) -> None:
    ends = [source.x, *(target.x for target in source.below)]
    left, right = min(ends), max(ends)
    for column in range(left, right + 1):
        arms = (LEFT if column > left else 0) | (RIGHT if column < right else 0)
        if arms:
            grid[row, column].arms[source] |= arms
    _run(grid, source, source.x, top, row, first=UP)
    for column in ends:
        grid[row, column].joined = True


def _run(grid: _Grid, owner: Node | tuple[Node], x: int, start: int, end: int, *, first: int) -> None:
    """A vertical from row `start`; a bus hangs on its last row, a target's column goes on to its label."""
    if first:
        for row in range(start, end + 1):
            grid[row, x].arms[owner] |= UP | (DOWN if row < end else 0)
        return
    for row in range(start, end):
        grid[row, x].arms[owner] |= DOWN | (UP if row > start else 0)


def _tracks(layer: Sequence[Node]) -> dict[Node, int]:
    """The row of each source's bus: the first that is free and keeps columns apart that mean different edges."""
    sources = [node for node in layer if node.below]
    wait_for = {
        source: [
            other
            for other in sources
            if other is not source and any(target.x == other.x and target not in other.below for target in source.below)
        ]
        for source in sources
    }
    tracks: dict[Node, int] = {}
    taken: dict[int, list[tuple[int, int, set[Node]]]] = defaultdict(list)
    pending = sorted(sources, key=lambda node: (_span(node)[1] - _span(node)[0], node.x))
    while pending:
        ready = [node for node in pending if all(other in tracks for other in wait_for[node])]
        node = ready[0] if ready else pending[0]
        pending.remove(node)
        track = max((tracks[other] + 1 for other in wait_for[node] if other in tracks), default=0)
        first, last = _span(node)
        fed = set(node.below)
        if first < last:
            while any(
                left <= last + 1 and first - 1 <= right and others != fed for left, right, others in taken[track]
            ):
                track += 1
            taken[track].append((first, last, fed))
        tracks[node] = track
    return tracks


def _span(source: Node) -> tuple[int, int]:
    ends = [source.x, *(target.x for target in source.below)]
    return min(ends), max(ends)
