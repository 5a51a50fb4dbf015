"""A dependency graph as a tree in which each task appears once. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

DEEPEST = 12
"""Levels that are indented; what is deeper is drawn at this one."""


class Branch(NamedTuple):
    """One task of the tree. `twigs` is what is drawn before its sign, `others` its predecessors elsewhere."""

    name: str
    twigs: str
    others: tuple[str, ...]


def tree(after: Mapping[str, Sequence[str]]) -> tuple[Branch, ...]:
    """The tasks, each under its last predecessor or the root of all; `after` is in topological order."""
    order = {name: place for place, name in enumerate(after)}
    parents = {name: max(before, key=order.__getitem__, default="") for name, before in after.items()}
    children: dict[str, list[str]] = {"": []}
    for name in after:
        children[name] = []
    for name, parent in parents.items():
        children[parent].append(name)
    branches: list[Branch] = []
    pending: list[tuple[str, tuple[bool, ...]]] = [(name, ()) for name in reversed(children[""])]
    while pending:
        name, rails = pending.pop()
        parent = parents[name]
        last = children[parent][-1] == name
        others = tuple(sorted(set(after[name]) - {parent}, key=order.__getitem__))
        branches.append(Branch(name, _twigs(rails, last=last), others))
        pending.extend((child, (*rails, last)) for child in reversed(children[name]))
    return tuple(branches)


def _twigs(rails: tuple[bool, ...], *, last: bool) -> str:
    shown = "".join("  " if ended else "│ " for ended in rails[: DEEPEST - 1])
    return shown + ("└─" if last else "├─")
