"""Which templates a document extends, and what it says with them under it."""

import re
from collections.abc import Collection, Iterator, Sequence

from boms_tui.model.definitions.blocks import Block, merged
from boms_tui.model.definitions.reading import Document, InForce, stored
from boms_tui.model.records import Revision

_ESCAPE = re.compile(r"\\[xuU\r\n]")
"""Behind one of these a name may stand that cannot be found in the text."""


def base_of(document: Document) -> str | None:
    """The template that a document names in `extends`; None where it names none."""
    name = document.body.get("extends")
    return name if isinstance(name, str) else None


def template_of(revision: Revision) -> str | None:
    """The template that a revision extends directly; None where it extends none."""
    return base_of(stored(revision))


class Templates:
    """The templates there are: those `given`, else those in force. Each is read and merged once."""

    def __init__(self, given: Sequence[Document], in_force: InForce) -> None:
        self._in_force = in_force
        self._given = {(document.kind, document.id): document for document in given}
        self._read = {document.id: document for document in given if document.kind == "template"}
        self._wholes: dict[str, Block] = {}

    def names(self) -> Collection[str]:
        return {name for kind, name in (*self._given, *self._in_force) if kind == "template"}

    def chain(self, document: Document) -> list[Document]:
        """The templates under a document, the nearest first, up to one that is not known or comes a second time."""
        chain: dict[str, Document] = {}
        template = self._under(document)
        while template is not None and template.id not in chain:
            chain[template.id] = template
            template = self._under(template)
        return list(chain.values())

    def whole(self, document: Document) -> Block:
        """What a document says with its templates under it: the nearest wins. Each value keeps its own place."""
        below: Block | None = None
        for template in reversed(self.chain(document)):
            if template.id not in self._wholes:
                self._wholes[template.id] = _over(below, template)
            below = self._wholes[template.id]
        return _over(below, document)

    def again(self) -> list[Document]:
        """The templates and processes in force, not given, that extend a changing template, even through others."""
        names = self._touched()
        templates = (self._template(name) for name in sorted(names) if ("template", name) not in self._given)
        return [*filter(None, templates), *self._extending(names)]

    def _touched(self) -> Collection[str]:
        """The templates that are given anew, and all that extend one of them."""
        touched = {name for kind, name in self._given if kind == "template" and self._differs(name)}
        bases = {name: self._base(name) for name in self.names()} if touched else {}
        while more := {name for name, base in bases.items() if base in touched and name not in touched}:
            touched |= more
        return touched

    def _differs(self, name: str) -> bool:
        before = self._in_force.get(("template", name))
        return before is None or before.source != self._given["template", name].text

    def _extending(self, names: Collection[str]) -> Iterator[Document]:
        """The processes in force that extend one of `names`; of the others, next to none is parsed for it."""
        for key, revision in self._in_force.items():
            if key[0] == "process" and key not in self._given and _may_extend(revision.source, names):
                document = stored(revision)
                if base_of(document) in names:
                    yield document

    def _base(self, name: str) -> str | None:
        template = self._template(name)
        return base_of(template) if template is not None else None

    def _under(self, document: Document) -> Document | None:
        base = base_of(document)
        return self._template(base) if base is not None else None

    def _template(self, name: str) -> Document | None:
        if name not in self._read and ("template", name) in self._in_force:
            self._read[name] = stored(self._in_force["template", name])
        return self._read.get(name)


def _over(below: Block | None, document: Document) -> Block:
    return document.body if below is None else merged(below, document.body, without="template")


def _may_extend(text: str, names: Collection[str]) -> bool:
    named = "extends" in text and any(name in text for name in names)
    return named or (bool(names) and _ESCAPE.search(text) is not None)
