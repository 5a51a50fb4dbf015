"""Stored definitions written back as YAML: as their authors wrote them, or as they are in force."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from boms_tui.model.definitions.blocks import Block, Value, leaves
from boms_tui.model.definitions.problems import Place
from boms_tui.model.definitions.reading import stored
from boms_tui.model.definitions.templates import Templates
from boms_tui.model.definitions.writing import written
from boms_tui.model.records import Revision


def export(revisions: Iterable[Revision]) -> str:
    """One YAML text with the documents of `revisions`; applied again, it changes nothing."""
    return "---\n".join(revision.source for revision in revisions)


@dataclass(frozen=True, slots=True)
class Origin:
    """One value of a process: its path, what was written, in which document (`template nightly`) and line of it."""

    path: tuple[str, ...]
    value: Value
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Merged:
    """A process as it is in force, with nothing left that it extends.

    `sources` are the process itself and its templates, the nearest first, by the file that places name.
    """

    process: str
    block: Block
    sources: Mapping[str, Revision]

    def yaml(self) -> str:
        """A document that says the same without templates; a comment tells where each value comes from."""
        lines = (f"# {self._title()}", *written(self.block, self._remark))
        return "".join(f"{line}\n" for line in lines)

    def origins(self) -> Iterator[Origin]:
        """Every value, in the order of the document."""
        for path, value, at in leaves(self.block):
            revision = self.sources[at.file]
            yield Origin(path, value, f"{revision.kind} {revision.id}", at.line)

    def _title(self) -> str:
        own, *templates = self.sources.values()
        extended = ", ".join(f"{template.id} revision {template.number}" for template in templates)
        return f"revision {own.number}" + (f", extends {extended}" if extended else "")

    def _remark(self, at: Place) -> str:
        revision = self.sources[at.file]
        name = revision.kind if revision.kind == "process" else f"{revision.kind} {revision.id}"
        return f"{name}:{at.line}"


def merged_processes(current: Iterable[Revision], wanted: Collection[str] = ()) -> Iterator[Merged]:
    """The `wanted` processes among the newest revisions, else all, with the templates in force merged in."""
    in_force = {(revision.kind, revision.id): revision for revision in current}
    templates = Templates((), in_force)
    for (kind, name), revision in in_force.items():
        if kind == "process" and (not wanted or name in wanted):
            document = stored(revision)
            sources = {one.body.at.file: in_force[one.kind, one.id] for one in (document, *templates.chain(document))}
            yield Merged(name, _alone(document.body, templates.whole(document)), sources)


def _alone(own: Block, whole: Block) -> Block:
    """A process that extends nothing: its own keys come first, in their order, and `tasks` last."""
    result = Block(own.at)
    for key in sorted({**own, **whole}, key="tasks".__eq__):
        if key != "extends":
            result.put(key, whole[key], whole.keys_at[key], whole.values_at[key])
    return result
