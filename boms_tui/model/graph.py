"""The graph of dependencies: order, levels and cycles.

A graph is given as a mapping from each node to what it needs, in the author's order; needs outside it are left out.
"""

from collections import deque
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from boms_tui.model.condition import inside
from boms_tui.model.definition import Process
from boms_tui.model.ids import TaskName

if TYPE_CHECKING:
    import networkx

N = TypeVar("N", bound=str)
Needs: TypeAlias = Mapping[N, Collection[N]]

_STEPS = 500_000
"""How much of a tangle is searched for its shortest cycle: enough for any that a person could have written."""


class CycleError(ValueError):
    """A graph that has a cycle has no order."""


def ordered(needs: Needs[N]) -> tuple[N, ...]:
    """The nodes so that each comes after all it needs, otherwise in the order given.

    Raises:
        CycleError: there is no such order.
    """
    import networkx

    places = {node: place for place, node in enumerate(needs)}
    try:
        return tuple(networkx.lexicographical_topological_sort(_graph(needs), key=places.__getitem__))
    except networkx.NetworkXUnfeasible as error:
        raise CycleError("the graph has a cycle") from error


def levels(process: Process) -> dict[TaskName, int]:
    """How many tasks of the process lie before each one on its longest way from a beginning."""
    found: dict[TaskName, int] = {}
    for name, task in process.tasks.items():
        before = [found[need] for need, _ in inside(task.after) if need in found]
        found[name] = max(before, default=-1) + 1
    return found


def tangles(needs: Needs[N]) -> list[list[N]]:
    """The nodes that need each other, as groups; each in the order given. Empty where there is no cycle."""
    import networkx

    graph = _graph(needs)
    places = {node: place for place, node in enumerate(needs)}
    return sorted(
        sorted(group, key=places.__getitem__)
        for group in networkx.strongly_connected_components(graph)
        if len(group) > 1 or any(graph.has_edge(node, node) for node in group)
    )


def cycles(needs: Needs[N]) -> list[tuple[N, ...]]:
    """The shortest cycle of each tangle: each node needs the next one, the last needs the first."""
    return [_shortest(tangle, needs) for tangle in tangles(needs)]


def _graph(needs: Needs[N]) -> "networkx.DiGraph[N]":
    import networkx

    graph: networkx.DiGraph[N] = networkx.DiGraph()
    graph.add_nodes_from(needs)
    graph.add_edges_from((need, node) for node, before in needs.items() for need in before if need in needs)
    return graph


def _shortest(tangle: list[N], needs: Needs[N]) -> tuple[N, ...]:
    members = set(tangle)
    inside = {node: [need for need in needs[node] if need in members] for node in tangle}
    size = len(tangle) + sum(map(len, inside.values()))
    return min((_cycle_through(node, inside) for node in tangle[: max(_STEPS // size, 1)]), key=len)


def _cycle_through(start: N, inside: Mapping[N, list[N]]) -> tuple[N, ...]:
    """The shortest cycle through `start`."""
    needed_by: dict[N, N] = {}
    frontier = deque([start])
    while start not in needed_by:
        node = frontier.popleft()
        for need in inside[node]:
            if need not in needed_by:
                needed_by[need] = node
                frontier.append(need)
    back = [start]
    while (node := needed_by[back[-1]]) != start:
        back.append(node)
    return (start, *reversed(back[1:]))
