"""How a fault is planted into the real rules, and what it is to break."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from boms_tui.model import decide
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Fact

Plant = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Planted:
    """`breaks` begins the names of the promises that it may break first. `near` is a seed that finds it soon."""

    plant: Plant
    breaks: tuple[str, ...]
    near: int = 1


def rule(kind: type[Fact], other: Callable[[Draft, Any], None]) -> Plant:
    """As if a kind of fact were followed otherwise."""
    return lambda: patch.dict(decide._RULES, {kind: other})


def instead(what: str, other: object) -> Plant:
    """Another thing in the place of one of BOMS's."""
    return lambda: patch(f"boms_tui.{what}", other)


def nothing(*_: object, **__: object) -> None: ...
