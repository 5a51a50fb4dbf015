"""Documents into records, each with the template it extends; what is wrong with one goes to the findings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from boms_tui.model.calendar import Calendar
from boms_tui.model.definition import Contact, Process, Resource, Role
from boms_tui.model.definitions import records
from boms_tui.model.definitions.blocks import Block, merged, place_of
from boms_tui.model.definitions.bodies import Body
from boms_tui.model.definitions.calendars import CalendarDocument
from boms_tui.model.definitions.checking import M, sound_part, typed
from boms_tui.model.definitions.documents import (
    ContactDocument,
    ProcessDocument,
    ResourceDocument,
    RoleDocument,
    TemplateDocument,
)
from boms_tui.model.definitions.patterns import Patterns
from boms_tui.model.definitions.problems import Findings
from boms_tui.model.definitions.reading import Document, stored
from boms_tui.model.definitions.rules import Broken, broken_rules, unknown_tasks
from boms_tui.model.ids import ProcessId
from boms_tui.model.nearest import did_you_mean, told
from boms_tui.model.records import Revision

Key: TypeAlias = tuple[str, str]
"""The kind and id of a document."""
InForce: TypeAlias = Mapping[Key, Revision]


@dataclass(slots=True)
class Resolved:
    """What documents say: `records` by key, those without fault; `blocks` as they stand with their templates.

    `faulty` are processes of which only the names they use can be looked at.
    """

    records: dict[Key, Body] = field(default_factory=dict)
    faulty: dict[ProcessId, Process] = field(default_factory=dict)
    blocks: dict[Key, Block] = field(default_factory=dict)
    templates: dict[str, TemplateDocument] = field(default_factory=dict)


def resolve(documents: Iterable[Document], in_force: InForce, timezone: str, findings: Findings) -> Resolved:
    """The records of `documents`. Templates that are not among them are those in force."""
    templates_first = sorted(documents, key=lambda document: document.kind != "template")
    resolved = Resolved(blocks={(document.kind, document.id): document.body for document in templates_first})
    resolver = _Resolver(resolved, in_force, timezone, findings)
    of_kind = {
        "template": resolver.template,
        "process": resolver.process,
        "calendar": resolver.calendar,
        "contact": resolver.contact,
        "role": resolver.role,
        "resource": resolver.resource,
    }
    for document in templates_first:
        record = of_kind[document.kind](document)
        if record is not None:
            resolved.records[document.kind, document.id] = record
    return resolved


class _Resolver:
    """The record of each kind of document; None where it has a fault."""

    def __init__(self, resolved: Resolved, in_force: InForce, timezone: str, findings: Findings) -> None:
        self._resolved = resolved
        self._in_force = in_force
        self._timezone = timezone
        self._findings = findings
        self._patterns = Patterns()

    def calendar(self, document: Document) -> Calendar | None:
        calendar = self._typed(CalendarDocument, document.body)
        return records.calendar_of(calendar) if calendar else None

    def contact(self, document: Document) -> Contact | None:
        contact = self._typed(ContactDocument, document.body)
        return records.contact_of(contact) if contact else None

    def role(self, document: Document) -> Role | None:
        role = self._typed(RoleDocument, document.body)
        return records.role_of(role) if role else None

    def resource(self, document: Document) -> Resource | None:
        resource = self._typed(ResourceDocument, document.body)
        return records.resource_of(resource) if resource else None

    def template(self, document: Document) -> Block | None:
        template = self._typed(TemplateDocument, document.body)
        if template is None:
            return None
        self._resolved.templates[template.template] = template
        return document.body

    def process(self, document: Document) -> Process | None:
        own = self._typed(ProcessDocument, document.body)
        process = own
        if own is not None and own.extends is not None:
            process = self._extended(own.extends, document)
        if process is not None and not self._breaks_rules(broken_rules(process), document):
            return records.process_of(process, self._timezone)
        part = process or own or sound_part(ProcessDocument, document.body, self._patterns)
        if part is not None:
            self._look_up_names(part, document)
        return None

    def _look_up_names(self, process: ProcessDocument, document: Document) -> None:
        """Have looked up what a faulty process names; its own tasks where all of them are known."""
        if process.extends is None:
            tasks = document.body.get("tasks")
            self._breaks_rules(unknown_tasks(process, tasks if isinstance(tasks, Block) else {}), document)
        names = records.names_of(process, self._timezone)
        self._resolved.faulty[names.id] = names

    def _extended(self, name: str, document: Document) -> ProcessDocument | None:
        """The process with its template under it."""
        key = ("template", name)
        if key in self._resolved.blocks:
            template = self._resolved.blocks[key] if name in self._resolved.templates else None
        elif key in self._in_force:
            template = stored(self._in_force[key]).body
        else:
            template = None
            known = [other for kind, other in (*self._resolved.blocks, *self._in_force) if kind == "template"]
            place = place_of(document.body, ["extends"])
            self._findings.add(place, f"unknown template: {told(name)}", did_you_mean(name, known))
        if template is None:
            return None
        block = merged(template, document.body, without="template")
        self._resolved.blocks[document.kind, document.id] = block
        return self._typed(ProcessDocument, block)

    def _typed(self, model: type[M], block: Block) -> M | None:
        return typed(model, block, self._findings, self._patterns)

    def _breaks_rules(self, rules: Iterable[Broken], document: Document) -> bool:
        block = self._resolved.blocks[document.kind, document.id]
        count = 0
        for count, rule in enumerate(rules, 1):  # noqa: B007 - kept beyond the loop
            self._findings.add(place_of(block, rule.path), rule.what, rule.hint)
        return count > 0
