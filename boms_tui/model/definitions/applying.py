"""From files to new revisions: what an apply would create and change, or everything that is wrong with it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from boms_tui.model.calendar import Calendar
from boms_tui.model.definition import Contact, Policy, Process, Resource, Role
from boms_tui.model.definitions.blocks import Block, place_of, value_at
from boms_tui.model.definitions.bodies import Body, dump_body, load_body
from boms_tui.model.definitions.problems import Findings, Place
from boms_tui.model.definitions.reading import Document, InForce, Key, Source, read, stored
from boms_tui.model.definitions.templates import Templates
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Revision
from boms_tui.model.rights import BUILT_IN
from boms_tui.model.site import ANYWHERE, Site

if TYPE_CHECKING:
    from boms_tui.model.definitions.resolving import Resolved
    from boms_tui.model.definitions.together import Astray, Known


class NewRevision(NamedTuple):
    """A document to be written: its YAML, and its record as JSON text."""

    kind: str
    id: str
    source: str
    body: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply does, by `kind id`; `documents` are the new revisions, `catalogue` what is in force with them.

    `because` has the templates that changed a process whose own text stays as it is.
    """

    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    documents: tuple[NewRevision, ...]
    catalogue: Catalogue
    because: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        return f"{len(self.created)} created, {len(self.changed)} changed, {len(self.unchanged)} unchanged"


def plan_apply(sources: Sequence[Source], current: Sequence[Revision], *, site: Site = ANYWHERE) -> Applied:
    """What applying `sources` to the newest revisions would do; nothing is ever removed.

    A changed template makes new revisions of the processes that it changes, too, be it through other templates.
    `site` is where they are to run.

    Raises:
        DefinitionError: anything is wrong, with all that is.
    """
    from boms_tui.model.definitions.resolving import resolve

    findings = Findings()
    in_force = {(revision.kind, revision.id): revision for revision in current}
    given = _each_once(read(sources, findings), findings)
    templates = Templates(given, in_force)
    documents = [*given, *templates.again()]
    resolved = resolve(documents, templates, site.timezone, findings)
    asked = {f"{document.kind} {document.id}" for document in given}
    catalogue = _with(catalogue_of(current), resolved.records, in_force)
    for found in _astray(catalogue, resolved, asked, site):
        findings.add(_place(found, resolved, templates, in_force), found.what, found.hint)
    findings.check()
    applied = _applied(documents, resolved.records, in_force, catalogue)
    return replace(
        applied,
        unchanged=tuple(name for name in applied.unchanged if name in asked),
        because=dict(_because(documents, applied.documents, templates, in_force)),
    )


def catalogue_of(revisions: Collection[Revision]) -> Catalogue:
    """The definitions that the newest revisions say, from their stored bodies."""
    records = {(revision.kind, revision.id): load_body(revision.kind, revision.body) for revision in revisions}
    numbers = {ProcessId(revision.id): revision.number for revision in revisions if revision.kind == "process"}
    return replace(_catalogue(records), revisions=numbers)


def _each_once(documents: Iterable[Document], findings: Findings) -> list[Document]:
    first: dict[Key, Document] = {}
    for document in documents:
        earlier = first.setdefault((document.kind, document.id), document)
        if earlier is not document:
            hint = f"first in {earlier.place.file}:{earlier.place.line}"
            findings.add(document.place, f"{document.kind} {document.id} is defined twice", hint)
    return list(first.values())


def _with(before: Catalogue, records: Mapping[Key, Body], in_force: InForce) -> Catalogue:
    """The catalogue with `records` laid over it."""
    new = _catalogue(records)
    numbers = {
        process: in_force["process", process].number + 1 if ("process", process) in in_force else 1
        for process in new.processes
    }
    return Catalogue(
        processes={**before.processes, **new.processes},
        revisions={**before.revisions, **numbers},
        calendars={**before.calendars, **new.calendars},
        contacts={**before.contacts, **new.contacts},
        roles={**before.roles, **new.roles},
        resources={**before.resources, **new.resources},
        policies={**before.policies, **new.policies},
    )


def _catalogue(records: Mapping[Key, Body]) -> Catalogue:
    every = records.values()
    return Catalogue(
        processes={record.id: record for record in every if isinstance(record, Process)},
        calendars={record.id: record for record in every if isinstance(record, Calendar)},
        contacts={record.id: record for record in every if isinstance(record, Contact)},
        roles={record.id: record for record in every if isinstance(record, Role)},
        resources={record.id: record for record in every if isinstance(record, Resource)},
        policies={record.id: record for record in every if isinstance(record, Policy)},
    )


def _astray(catalogue: Catalogue, resolved: "Resolved", asked: Collection[str], site: Site) -> Iterator["Astray"]:
    from boms_tui.model.definitions.across import astray

    looked_at = replace(catalogue, processes={**catalogue.processes, **resolved.faulty})
    return astray(looked_at, _known(catalogue, resolved, asked, site))


_NAMED = ("process", "calendar", "contact", "role", "resource")
"""The kinds of documents that others name; templates are looked up where they are extended."""


def _known(catalogue: Catalogue, resolved: "Resolved", asked: Collection[str], site: Site) -> "Known":
    """Every name, those of documents with faults included: one fault is not told twice."""
    from boms_tui.model.definitions.together import Known

    faulty = {key: block for key, block in resolved.blocks.items() if key not in resolved.records}
    named = {kind: [name for of, name in faulty if of == kind] for kind in _NAMED}
    return Known(
        tasks={
            **{process.id: process.tasks for process in catalogue.processes.values()},
            **{name: _tasks_of(faulty["process", name]) for name in named["process"]},
        },
        calendars=frozenset({*catalogue.calendars, *named["calendar"]}),
        contacts=frozenset({*catalogue.contacts, *named["contact"]}),
        roles=frozenset({*BUILT_IN, *catalogue.roles, *named["role"]}),
        units={
            **{resource.id: resource.units for resource in catalogue.resources.values()},
            **dict.fromkeys(named["resource"]),
        },
        templates={name: said for name, said in resolved.templates.items() if f"template {name}" in asked},
        changed=frozenset(name for kind, name in resolved.blocks if kind == "process"),
        faulty=resolved.faulty.keys(),
        site=site,
    )


def _tasks_of(block: Block) -> list[str] | None:
    tasks = block.get("tasks")
    return list(tasks) if isinstance(tasks, Block) and "extends" not in block else None


def _place(found: "Astray", resolved: "Resolved", templates: Templates, in_force: InForce) -> Place:
    key = (found.kind, found.id)
    block = resolved.blocks[key] if key in resolved.blocks else templates.whole(stored(in_force[key]))
    path = next((path for path in found.paths if value_at(block, path) is not None), found.paths[0])
    return place_of(block, path)


def _applied(
    documents: Sequence[Document], records: Mapping[Key, Body], in_force: InForce, catalogue: Catalogue
) -> Applied:
    outcome: dict[str, list[str]] = {"created": [], "changed": [], "unchanged": []}
    new: list[NewRevision] = []
    numbers = dict(catalogue.revisions)
    for document, body in _bodies(documents, records):
        before = in_force.get((document.kind, document.id))
        if before is not None and before.source == document.text and _means(before, body):
            outcome["unchanged"].append(f"{document.kind} {document.id}")
            if document.kind == "process":
                numbers[ProcessId(document.id)] = before.number
        else:
            outcome["changed" if before else "created"].append(f"{document.kind} {document.id}")
            new.append(NewRevision(document.kind, document.id, document.text, body))
    created, changed, unchanged = map(tuple, outcome.values())
    return Applied(created, changed, unchanged, tuple(new), replace(catalogue, revisions=numbers))


def _because(
    documents: Iterable[Document], new: Iterable[NewRevision], templates: Templates, in_force: InForce
) -> Iterator[tuple[str, str]]:
    """Each process that is new although its text stays, and the templates that say something else from now on."""
    anew = {(one.kind, one.id): one for one in new}
    for document in documents:
        key = (document.kind, document.id)
        if document.kind == "process" and key in anew and key in in_force and in_force[key].source == document.text:
            under = [("template", template.id) for template in templates.chain(document)]
            names = [f"template {name}" for kind, name in under if _says_else(anew.get((kind, name)), in_force)]
            if names:
                yield f"process {document.id}", ", ".join(names)


def _says_else(one: NewRevision | None, in_force: InForce) -> bool:
    before = in_force.get((one.kind, one.id)) if one is not None else None
    return one is not None and (before is None or not _means(before, one.body))


def _means(revision: Revision, body: str) -> bool:
    """Whether a revision says what `body` says: one of an earlier release lacks the fields that that did not know."""
    return revision.body == body or dump_body(load_body(revision.kind, revision.body)) == body


def _bodies(documents: Iterable[Document], records: Mapping[Key, Body]) -> Iterator[tuple[Document, str]]:
    for document in documents:
        yield document, dump_body(records[document.kind, document.id])
