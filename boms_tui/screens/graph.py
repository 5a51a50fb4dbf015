"""Where the tasks of a dependency graph stand in its layered picture. Pure; the same graph gives the same picture."""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rich.cells import cell_len

GAP = 2
SWEEPS = 8
NEIGHBOURHOOD = 150
"""From this many tasks on, only those near the cursor are drawn."""


@dataclass(slots=True, eq=False)
class Node:
    """A task, or where `name` is empty a bend of an edge that passes a layer. `x` is the column of its edges."""

    name: str
    layer: int
    above: list["Node"] = field(default_factory=list)
    below: list["Node"] = field(default_factory=list)
    x: int = 0

    @property
    def width(self) -> int:
        return cell_len(self.name) + 2 if self.name else 1

    @property
    def left(self) -> int:
        return self.x - self.width // 2


def layered(after: Mapping[str, Sequence[str]]) -> list[list[Node]]:
    """The layers of the picture, each from left to right with its columns; `after` is in topological order."""
    layers = _layers(after)
    _order(layers)
    _place(layers)
    return layers


def neighbourhood(after: Mapping[str, Sequence[str]], centre: str, hops: int = 2) -> dict[str, tuple[str, ...]]:
    """The part of a graph within `hops` edges of a task."""
    linked: dict[str, set[str]] = {name: set(before) for name, before in after.items()}
    for name, before in after.items():
        for predecessor in before:
            linked[predecessor].add(name)
    near = {centre}
    for _ in range(hops):
        near |= {other for name in near for other in linked[name]}
    return {name: tuple(b for b in before if b in near) for name, before in after.items() if name in near}


def _layers(after: Mapping[str, Sequence[str]]) -> list[list[Node]]:
    nodes: dict[str, Node] = {}
    for name, before in after.items():
        nodes[name] = Node(name, max((nodes[item].layer + 1 for item in before), default=0))
    layers: list[list[Node]] = [[] for _ in range(max((node.layer for node in nodes.values()), default=-1) + 1)]
    for node in nodes.values():
        layers[node.layer].append(node)
    bends: dict[tuple[str, int], Node] = {}
    for name, before in after.items():
        for predecessor in before:
            source = _reach(nodes[predecessor], nodes[name].layer - 1, bends, layers)
            source.below.append(nodes[name])
            nodes[name].above.append(source)
    return layers


def _reach(source: Node, layer: int, bends: dict[tuple[str, int], Node], layers: Sequence[list[Node]]) -> Node:
    """The bend of `source` in a layer below it, made with those between; edges of one source share them."""
    reached = source
    for depth in range(source.layer + 1, layer + 1):
        bend = bends.get((source.name, depth))
        if bend is None:
            bend = bends[source.name, depth] = Node("", depth, above=[reached])
            reached.below.append(bend)
            layers[depth].append(bend)
        reached = bend
    return reached


def _order(layers: list[list[Node]]) -> None:
    """Sort each layer by the middle of its neighbours, down and up in turn, and keep the best of it."""
    best, least = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for index in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            beside = layers[index - 1 if down else index + 1]
            places = {node: place for place, node in enumerate(beside)}
            own = {node: place for place, node in enumerate(layers[index])}
            layers[index].sort(key=lambda node: _middle(node, places, own, down=down))
        found = _crossings(layers)
        if found < least:
            best, least = [list(layer) for layer in layers], found
    layers[:] = best


def _middle(node: Node, places: Mapping[Node, int], own: Mapping[Node, int], *, down: bool) -> float:
    linked = node.above if down else node.below
    return sum(places[other] for other in linked) / len(linked) if linked else own[node]


def _crossings(layers: Sequence[Sequence[Node]]) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        places = {node: place for place, node in enumerate(lower)}
        seen: list[int] = []
        for node in upper:
            ends = sorted(places[other] for other in node.below)
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _place(layers: Sequence[Sequence[Node]]) -> None:
    for layer in layers:
        _spread(layer, [0.0] * len(layer))
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            _spread(layer, [_wish(node, down=down) for node in layer])
    shift = min((node.left for layer in layers for node in layer), default=0)
    for layer in layers:
        for node in layer:
            node.x -= shift


def _wish(node: Node, *, down: bool) -> float:
    linked = node.above if down else node.below
    return sum(other.x for other in linked) / len(linked) if linked else node.x


def _spread(layer: Sequence[Node], wishes: Sequence[float]) -> None:
    """Columns as near to the wishes as the labels' widths allow: isotonic regression by pooling neighbours."""
    offsets = [0]
    for one, other in pairwise(layer):
        offsets.append(offsets[-1] + one.width - one.width // 2 + GAP + other.width // 2)
    blocks: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=False):
        total, size = wish - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / size:
            total, size = total + blocks[-1][0], size + blocks[-1][1]
            blocks.pop()
        blocks.append((total, size))
    columns = (round(total / size) for total, size in blocks for _ in range(size))
    for node, column, offset in zip(layer, columns, offsets, strict=False):
        node.x = column + offset
