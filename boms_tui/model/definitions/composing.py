"""YAML text into blocks, from the parser's events one by one.

What is refused (anchors, aliases, tags, depth, sheer number) is refused before it costs anything.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from boms_tui.model.definitions.blocks import Block, Items, Value
from boms_tui.model.definitions.problems import Findings, Place, WrongValueError
from boms_tui.model.nearest import told

if TYPE_CHECKING:
    import yaml

MAX_DEPTH = 32
MAX_VALUES = 50_000
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Controls, and what changes the direction of text or hides in it."""
_MEANT_A_PLACEHOLDER = re.compile(r"\$\{|[\[{,:]\s*\*")


class UnreadableError(WrongValueError):
    """The rest of a file cannot be read."""

    def __init__(self, place: Place, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.place = place


def unseen(character: str) -> str:
    return f"the character U+{ord(character):04X} cannot be seen and is not allowed"


def compose(file: str, text: str, findings: Findings) -> Iterator[tuple[Block, str]]:
    """Each document of `text` that is not empty, with its part of the text; duplicate keys go to `findings`.

    Raises:
        UnreadableError: the rest of the file is not the YAML that definitions are written in.
    """
    import yaml

    try:
        yield from _Composer(file, text, findings).documents()
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(file, text, error) from None


class _Mark(Protocol):
    line: int
    column: int
    index: int


class _Event(Protocol):
    """What is read of PyYAML's events; not every kind has all of it."""

    start_mark: _Mark
    end_mark: _Mark
    anchor: str | None
    tag: str | None
    value: str
    explicit: bool


class _Composer:
    """Recursion is bounded by `MAX_DEPTH`, work by `MAX_VALUES`."""

    def __init__(self, file: str, text: str, findings: Findings) -> None:
        import yaml

        self._file = file
        self._text = text
        self._findings = findings
        self._values = 0
        self._yaml = yaml
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        self._events = cast("Iterator[_Event]", yaml.parse(text, Loader=loader))

    def documents(self) -> Iterator[tuple[Block, str]]:
        begins, body = 0, None
        for event in self._events:
            if isinstance(event, self._yaml.DocumentStartEvent):
                if body is not None:
                    yield body, self._part(begins, event.start_mark.index)
                begins = event.end_mark.index if event.explicit else begins
                body = self._root()
        if body is not None:
            yield body, self._part(begins, len(self._text))

    def _part(self, begins: int, ends: int) -> str:
        """The text of one document, without the end of its `---` line."""
        text = re.sub(r"\A\r?\n", "", self._text[begins:ends])
        return text if text.endswith("\n") else f"{text}\n"

    def _root(self) -> Block | None:
        event = next(self._events)
        value = self._value(event, 1)
        end = next(self._events)
        if end.explicit:
            self._refuse(end, "`...` ends a document", "separate documents by ---")
        if value == "":
            return None
        if not isinstance(value, Block) or not value:
            what = "a document is a mapping whose first key names its kind"
            self._refuse(event, what, "such as `process: settlement/eod-margin`")
        return value

    def _value(self, event: _Event, depth: int) -> Value:
        self._guard(event, depth)
        if isinstance(event, self._yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, self._yaml.SequenceStartEvent):
            return self._items(depth)
        return self._block(self._place(event), depth)

    def _guard(self, event: _Event, depth: int) -> None:
        self._values += 1
        if event.anchor:
            self._refuse(event, "anchors and aliases are not allowed", 'write the value out, or quote "*" and "&"')
        if event.tag is not None:
            self._refuse(event, f"tags are not allowed: {told(event.tag)}", 'quote what begins with "!"')
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        if self._values > MAX_VALUES:
            self._refuse(event, f"more than {MAX_VALUES:,} values in one file", "split it into several files")

    def _scalar(self, event: _Event) -> str:
        if match := FORBIDDEN.search(event.value):
            self._refuse(event, unseen(match[0]), "remove it")
        return event.value

    def _items(self, depth: int) -> Items:
        items = Items()
        while not isinstance(event := next(self._events), self._yaml.SequenceEndEvent):
            items.put(self._value(event, depth + 1), self._place(event))
        return items

    def _block(self, at: Place, depth: int) -> Block:
        block = Block(at)
        while not isinstance(event := next(self._events), self._yaml.MappingEndEvent):
            key, key_at = self._value(event, depth + 1), self._place(event)
            following = next(self._events)
            value, value_at = self._value(following, depth + 1), self._place(following)
            if not isinstance(key, str):
                self._refuse(event, "a key must be text", 'a placeholder wants quotes: "${run}"')
            if key in block:
                hint = f"first in line {block.keys_at[key].line}"
                self._findings.add(key_at, f"the key {told(key)} stands twice", hint)
            else:
                block.put(key, value, key_at, value_at)
        return block

    def _place(self, event: _Event) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: _Event, what: str, hint: str = "") -> NoReturn:
        raise UnreadableError(self._place(event), what, hint)


def _not_yaml(file: str, text: str, error: "yaml.MarkedYAMLError") -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    what = " ".join(part for part in ("not YAML:", error.problem, error.context) if part)
    near = "\n".join(text.splitlines()[max(line - 1, 0) : line + 1])
    hint = 'inside {} and [] a placeholder and "*" want quotes' if _MEANT_A_PLACEHOLDER.search(near) else ""
    return UnreadableError(Place(file, line + 1, column + 1), what, hint)
