"""The layered picture: every edge can be followed, no label hides another, the same graph gives the same picture."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from boms_tui.screens.graph import neighbourhood
from boms_tui.screens.signs import PLAIN
from boms_tui.screens.tree import tree
from boms_tui.screens.wires import DOWN, GLYPHS, LEFT, RIGHT, UP, Picture, picture

Graph = dict[str, tuple[str, ...]]
ARMS = {glyph: arms for arms, glyph in GLYPHS.items() if arms not in {UP, DOWN, LEFT, RIGHT}}
STEPS = {UP: (-1, 0), DOWN: (1, 0), LEFT: (0, -1), RIGHT: (0, 1)}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Acyclic graphs in topological order, as batches have them: few predecessors, names of several lengths."""
    graph: Graph = {}
    for number in range(draw(st.integers(1, 24))):
        names = list(graph)[-10:]
        before = draw(st.lists(st.sampled_from(names), max_size=3, unique=True)) if names else []
        graph[f"t{number}{'x' * draw(st.integers(0, 9))}"] = tuple(before)
    return graph


def followed(drawn: Picture, name: str) -> set[str]:
    """The tasks that a finger reaches which follows the lines down from one; it goes straight on at a crossing."""
    place = drawn.places[name]
    width = cell_len(name) + 2
    labels = {
        (other.row, column): label
        for label, other in drawn.places.items()
        for column in range(other.column, other.column + cell_len(label) + 2)
    }
    starts = [(place.row + 1, column) for column in range(place.column, place.column + width)]
    pending = [(start, 0) for start in starts if _arms(drawn, *start) & UP]
    seen, found = set[tuple[tuple[int, int], int]](), set[str]()
    while pending:
        (row, column), came = pending.pop()
        if ((row, column), came) in seen:
            continue
        seen.add(((row, column), came))
        for arm, (down, across) in STEPS.items():
            following = (row + down, column + across)
            if not _ways(drawn, row, column, came) & arm:
                continue
            if following in labels:
                found |= {labels[following]} if arm == DOWN else set()
            elif _arms(drawn, *following):
                pending.append((following, arm))
    return found


def _arms(drawn: Picture, row: int, column: int) -> int:
    inside = 0 <= row < len(drawn.rows) and 0 <= column < drawn.width
    return ARMS.get(drawn.rows[row][column], 0) if inside else 0


def _ways(drawn: Picture, row: int, column: int, came: int) -> int:
    """Where one can go from a cell; a bus goes straight on behind a vertical that passes over it."""
    arms = _arms(drawn, row, column)
    return came if came in {LEFT, RIGHT} and arms == UP | DOWN else arms


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_every_edge_can_be_followed(graph: Graph) -> None:
    drawn = picture(graph)
    for name, before in graph.items():
        for source in before:
            assert name in followed(drawn, source), "\n".join(drawn.rows)


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_no_two_labels_overlap_and_none_hides_an_edge(graph: Graph) -> None:
    drawn = picture(graph)
    assert set(drawn.places) == set(graph)
    taken: set[tuple[int, int]] = set()
    for name, place in drawn.places.items():
        cells = {(place.row, column) for column in range(place.column, place.column + cell_len(name) + 2)}
        assert not cells & taken
        assert all(drawn.rows[row][column] == " " for row, column in cells)
        taken |= cells


@given(graphs())
@settings(max_examples=50, deadline=None)
def test_the_same_graph_gives_the_same_picture(graph: Graph) -> None:
    assert picture(graph) == picture(dict(graph))


@given(graphs())
@settings(max_examples=50, deadline=None)
def test_layers_only_go_down(graph: Graph) -> None:
    places = picture(graph).places
    assert all(places[source].row < places[name].row for name, before in graph.items() for source in before)


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_a_tree_has_each_task_once_under_its_last_predecessor(graph: Graph) -> None:
    branches = tree(graph)
    assert sorted(branch.name for branch in branches) == sorted(graph)
    for branch in branches:
        assert set(branch.others) <= set(graph[branch.name])
        assert len(branch.others) == max(0, len(graph[branch.name]) - 1)


def test_a_tree_of_a_long_chain_stays_on_the_screen() -> None:
    chain: Graph = {f"t{number}": (f"t{number - 1}",) if number else () for number in range(3_000)}
    assert max(len(branch.twigs) for branch in tree(chain)) <= 24


def test_a_diamond_looks_like_one() -> None:
    drawn = picture({"start": (), "left": ("start",), "right": ("start",), "end": ("left", "right")})
    assert [row.rstrip() for row in drawn.rows if row.strip()] == ["   ┌───┴───┐", "   └───┬───┘"]
    assert followed(drawn, "start") == {"left", "right"}
    assert followed(drawn, "left") == {"end"}


def test_a_crossing_is_no_junction() -> None:
    graph: Mapping[str, tuple[str, ...]] = {"a": (), "b": (), "c": ("b",), "d": ("a",), "e": ("a", "b")}
    drawn = picture(graph)
    assert followed(drawn, "a") >= {"d", "e"}
    assert followed(drawn, "b") >= {"c", "e"}


def test_only_what_is_near_is_drawn_of_a_large_graph() -> None:
    chain: Graph = {f"t{number}": (f"t{number - 1}",) if number else () for number in range(400)}
    assert list(neighbourhood(chain, "t200")) == ["t198", "t199", "t200", "t201", "t202"]


def test_the_picture_has_a_form_without_unicode() -> None:
    rows = picture({"a": (), "b": ("a",), "c": ("a",)}).rows
    assert all(row.translate(PLAIN).isascii() for row in rows)
