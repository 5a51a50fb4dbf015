"""The graph of dependencies."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.graph import CycleError, cycles, levels, ordered, tangles
from boms_tui.model.ids import TaskName
from tests.model.definitions.given import process

nodes = st.sampled_from("abcdefgh")
graphs = st.dictionaries(nodes, st.lists(nodes, max_size=4, unique=True), max_size=8)


@given(graphs)
def test_a_graph_has_an_order_or_a_cycle(needs: dict[str, list[str]]) -> None:
    try:
        found = ordered(needs)
    except CycleError:
        assert cycles(needs)
    else:
        assert cycles(needs) == []
        places = {node: place for place, node in enumerate(found)}
        assert places.keys() == needs.keys()
        assert all(places[need] < places[node] for node in needs for need in needs[node] if need in needs)


@given(graphs)
def test_a_cycle_is_one_and_there_is_no_shorter_one_through_its_nodes(needs: dict[str, list[str]]) -> None:
    for cycle, tangle in zip(cycles(needs), tangles(needs), strict=True):
        assert len(set(cycle)) == len(cycle)
        assert set(cycle) <= set(tangle)
        assert all(need in needs[node] for node, need in pairwise([*cycle, cycle[0]]))
        assert len(cycle) == min(shortest_through(node, needs) for node in tangle)


def shortest_through(start: str, needs: dict[str, list[str]]) -> int:
    """The length of the shortest way from a node back to itself; by brute force."""
    frontier, steps = {start}, 0
    while steps <= len(needs):
        frontier = {need for node in frontier for need in needs.get(node, ())}
        steps += 1
        if start in frontier:
            return steps
    return len(needs) + 1


@given(st.permutations("abcdef"))
def test_without_needs_the_order_is_the_one_given(given_order: list[str]) -> None:
    assert ordered({node: [] for node in given_order}) == tuple(given_order)


def test_a_cycle_begins_with_the_first_node_given() -> None:
    assert cycles({"x": ["y"], "c": ["b"], "b": ["a"], "a": ["c"], "y": []}) == [("c", "b", "a")]


def test_the_shortest_cycle_is_found_and_each_tangle_has_one() -> None:
    needs = {"a": ["b"], "b": ["c"], "c": ["a", "b"], "x": ["x"], "y": ["x"]}
    assert tangles(needs) == [["a", "b", "c"], ["x"]]
    assert cycles(needs) == [("b", "c"), ("x",)]


def test_an_order_is_refused_where_there_is_none() -> None:
    with pytest.raises(CycleError):
        ordered({"a": ["a"]})


def test_a_great_ring_is_found_in_time() -> None:
    needs = {f"n{n}": [f"n{(n + 1) % 30_000}"] for n in range(30_000)}
    ((first, *_),) = (cycle for cycle in cycles(needs) if len(cycle) == 30_000)
    assert first == "n0"


def test_levels_count_the_tasks_before() -> None:
    text = """
process: a
tasks:
  join: {command: x, after: [left, right, "b:far"]}
  right: {command: x, after: [left]}
  left: {command: x}
  alone: {command: x}
"""
    found = levels(process(text, "a", "process: b\ntasks: {far: {command: x}}\n"))
    assert found == {TaskName("left"): 0, TaskName("right"): 1, TaskName("join"): 2, TaskName("alone"): 0}
