"""What a document says before it is typed: text, mappings and lists that know where each part was written."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from boms_tui.model.definitions.problems import Place

Path: TypeAlias = Sequence[str | int]


class Block(dict[str, "Value"]):
    """A mapping with the places of its keys and values."""

    __slots__ = ("at", "keys_at", "values_at")

    def __init__(self, at: Place) -> None:
        super().__init__()
        self.at = at
        self.keys_at: dict[str, Place] = {}
        self.values_at: dict[str, Place] = {}

    def put(self, key: str, value: "Value", key_at: Place, value_at: Place) -> None:
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at


class Items(list["Value"]):
    """A list with the places of its items."""

    __slots__ = ("items_at",)

    def __init__(self) -> None:
        super().__init__()
        self.items_at: list[Place] = []

    def put(self, value: "Value", at: Place) -> None:
        self.append(value)
        self.items_at.append(at)


Value: TypeAlias = str | Block | Items


def merged(base: Block, over: Block, *, without: str = "") -> Block:
    """`base` with `over` laid upon it: mappings merge by key, all else is replaced. `without` is a key of `base`."""
    result = Block(over.at)
    for key, value in base.items():
        if key != without:
            result.put(key, value, base.keys_at[key], base.values_at[key])
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(value, Block) and isinstance(below, Block)
        result.put(key, merged(below, value) if both else value, over.keys_at[key], over.values_at[key])  # type: ignore[arg-type]
    return result


def without(block: Block, path: Path) -> Block:
    """`block` without the value at `path`; a list that the path leads into goes as a whole, so that none moves up."""
    key, *rest = path
    result = Block(block.at)
    for name, value in block.items():
        inner = without(value, rest) if name == key and rest and isinstance(value, Block) else value
        if name != key or inner is not value:
            result.put(name, inner, block.keys_at[name], block.values_at[name])
    return result


def leaves(block: Block, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value, Place]]:
    """Each value that no key lies under, with its path and its place; a list is one value."""
    for key, value in block.items():
        if isinstance(value, Block) and value:
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value, block.values_at[key]


def place_of(block: Block, path: Path) -> Place:
    """Where the value at `path` stands, or the nearest one around it that was written down."""
    place, value = block.at, _as_value(block)
    for step in path:
        inner = _step(value, step)
        if inner is None:
            break
        value, place = inner
    return place


def key_place_of(block: Block, path: Path) -> Place:
    """Where the key stands that `path` ends with."""
    *above, key = path
    inner = value_at(block, above)
    return inner.keys_at[str(key)] if isinstance(inner, Block) and key in inner else place_of(block, path)


def value_at(block: Block, path: Path) -> Value | None:
    """The value at `path`; None where nothing stands there."""
    value = _as_value(block)
    for step in path:
        inner = _step(value, step)
        if inner is None:
            return None
        value = inner[0]
    return value


def _as_value(block: Block) -> Value:
    return block


def _step(value: Value, step: str | int) -> tuple[Value, Place] | None:
    match value, step:
        case Block(), str() if step in value:
            return value[step], value.values_at[step]
        case Items(), int() if step < len(value):
            return value[step], value.items_at[step]
    return None
