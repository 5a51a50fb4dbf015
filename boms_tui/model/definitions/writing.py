"""Blocks written as YAML, with a remark behind each value."""

import json
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from boms_tui.model.definitions.blocks import Block, Items, Value
from boms_tui.model.definitions.problems import Place
from boms_tui.model.text import safe, safe_lines

Remark: TypeAlias = Callable[[Place], str]
"""What is said of a value that was written at a place."""

_LONGEST = 100
_PLAIN = re.compile("[A-Za-z0-9_./](?:[A-Za-z0-9_./+@%=-]| (?=[A-Za-z0-9_./]))*")
_MEANT_AS_TEXT = frozenset({"yes", "no", "on", "off", "null"})
"""Words that other readers of YAML take for something else."""


def written(block: Block, remark: Remark, indent: str = "") -> Iterator[str]:
    """The lines of a mapping."""
    for key, value in block.items():
        yield from _entry(f"{indent}{_text(key)}:", value, block.values_at[key], remark, indent)


def _entry(head: str, value: Value, at: Place, remark: Remark, indent: str) -> Iterator[str]:
    """The lines of a key and its value."""
    match value:
        case Block() if value:
            yield head
            yield from written(value, remark, f"{indent}  ")
        case Items() if any(not isinstance(item, str) for item in value) or len(_flow(value)) > _LONGEST:
            yield head
            yield from _listed(value, remark, f"{indent}  ")
        case str() if _is_prose(value):
            style = "|" if value.endswith("\n") else "|-"
            yield f"{head} {style}  # {remark(at)}"
            yield from (f"{indent}  {line}" if line else "" for line in _lines(value))
        case _:
            yield f"{head} {_flow(value)}  # {remark(at)}"


def _listed(items: Items, remark: Remark, indent: str) -> Iterator[str]:
    """The lines of a list, each item on its own."""
    for item, at in zip(items, items.items_at, strict=True):
        if isinstance(item, Block) and item:
            first, *others = written(item, remark, f"{indent}  ")
            yield f"{indent}- {first.lstrip(' ')}"
            yield from others
        else:
            yield f"{indent}- {_flow(item)}  # {remark(at)}"


def _flow(value: Value) -> str:
    """A value on one line."""
    match value:
        case Block():
            return f"{{{', '.join(f'{_text(key)}: {_flow(inner)}' for key, inner in value.items())}}}"
        case Items():
            return f"[{', '.join(map(_flow, value))}]"
        case _:
            return _text(value)


def _text(text: str) -> str:
    """A scalar, quoted unless it can be nothing but text or a number; what steers a terminal is escaped."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _MEANT_AS_TEXT:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if safe(quoted) == quoted else "".join(map(_escaped, quoted))


def _escaped(character: str) -> str:
    return character if character.isascii() else f"\\U{ord(character):08X}"


def _is_prose(text: str) -> bool:
    """Whether a text of several lines can stand as it is."""
    lines = _lines(text)
    filled = all(line.strip(" ") for line in lines if line)
    begins_and_ends = lines[0][:1] not in {"", " "} and lines[-1] != ""
    return "\n" in text and begins_and_ends and filled and safe_lines(text) == text


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")
