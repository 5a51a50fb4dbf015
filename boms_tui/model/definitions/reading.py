"""Files of definitions into documents."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from boms_tui.model.definitions.blocks import Block
from boms_tui.model.definitions.composing import FORBIDDEN, UnreadableError, compose, unseen
from boms_tui.model.definitions.problems import Findings, Place
from boms_tui.model.nearest import did_you_mean, told
from boms_tui.model.records import Revision

Key: TypeAlias = tuple[str, str]
"""The kind and id of a document."""
InForce: TypeAlias = Mapping[Key, Revision]
MAX_BYTES = 1 << 20
KINDS = ("process", "template", "calendar", "contact", "role", "resource", "policy")
LATER_KINDS = ("connection",)
_REFUSED = (
    (re.compile("\t"), "a tab", r'indent with spaces; "\t" in quotes is a tab'),
    (re.compile("^%", re.MULTILINE), "a % directive", "remove it"),
    (FORBIDDEN, "", "remove it"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of definitions, as bytes. `name` is what errors call it."""

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `text` is its part of the file, as it is stored and exported."""

    kind: str
    id: str
    body: Block
    text: str

    @property
    def place(self) -> Place:
        return self.body.values_at[self.kind]


def read(sources: Sequence[Source], findings: Findings) -> list[Document]:
    """The documents of all `sources`; what cannot be read is left out and told to `findings`."""
    documents: list[Document] = []
    for source in sources:
        try:
            documents.extend(_documents(source, findings))
        except UnreadableError as error:
            findings.add(error.place, error.what, error.hint)
    return documents


def stored(revision: Revision) -> Document:
    """The document that a revision was made from."""
    source = Source(f"{revision.kind} {revision.id} revision {revision.number}", revision.source.encode())
    (document,) = read([source], Findings())
    return document


def _documents(source: Source, findings: Findings) -> Iterator[Document]:
    for body, text in compose(source.name, _decoded(source), findings):
        document = _named(body, text, findings)
        if document is not None:
            yield document


def _named(body: Block, text: str, findings: Findings) -> Document | None:
    """The document whose kind the first key of `body` names."""
    kind = next(iter(body))
    place, name = body.keys_at[kind], body[kind]
    if kind in LATER_KINDS:
        findings.add(place, f"not supported yet: {kind}")
    elif kind not in KINDS:
        misplaced = next((key for key in body if key in KINDS), None)
        hint = f"put `{misplaced}` first" if misplaced else did_you_mean(kind, KINDS, also=LATER_KINDS)
        findings.add(place, f"the first key names the kind of a document, and {told(kind)} is none", hint)
    elif not isinstance(name, str):
        findings.add(body.values_at[kind], f"`{kind}` must be an id")
    else:
        return Document(kind, name, body, text)
    return None


def _decoded(source: Source) -> str:
    if len(source.raw) > MAX_BYTES:
        what = f"the file has more than {MAX_BYTES:,} bytes"
        raise UnreadableError(Place(source.name, 1, 1), what, "split it into several files")
    try:
        text = source.raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode("utf-8")
        raise UnreadableError(_place_in(source, good, len(good)), "the file is not UTF-8", "save it as UTF-8") from None
    for pattern, what, hint in _REFUSED:
        if match := pattern.search(text):
            raise UnreadableError(_place_in(source, text, match.start()), what or unseen(match[0]), hint)
    return text


def _place_in(source: Source, text: str, index: int) -> Place:
    return Place(source.name, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
