"""Documents into records, each with the template it extends; what is wrong with one goes to the findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from boms_tui.model.calendar import Calendar
from boms_tui.model.definition import Contact, Policy, Process, Resource, Role
from boms_tui.model.definitions import records
from boms_tui.model.definitions.blocks import Block, place_of
from boms_tui.model.definitions.bodies import Body
from boms_tui.model.definitions.calendars import CalendarDocument
from boms_tui.model.definitions.checking import M, sound_part, typed
from boms_tui.model.definitions.documents import (
    ContactDocument,
    PolicyDocument,
    ProcessDocument,
    ResourceDocument,
    RoleDocument,
    TemplateDocument,
)
from boms_tui.model.definitions.patterns import Patterns
from boms_tui.model.definitions.problems import Findings
from boms_tui.model.definitions.reading import Document, Key
from boms_tui.model.definitions.rules import Broken, broken_rules, loop_text, unknown_tasks
from boms_tui.model.definitions.templates import Templates, base_of
from boms_tui.model.ids import ProcessId
from boms_tui.model.nearest import did_you_mean, told


@dataclass(slots=True)
class Resolved:
    """What documents say: `records` by key, those without fault; `blocks` as they stand with their templates.

    `faulty` are processes of which only the names they use can be looked at. `templates` have what each says itself.
    """

    records: dict[Key, Body] = field(default_factory=dict)
    faulty: dict[ProcessId, Process] = field(default_factory=dict)
    blocks: dict[Key, Block] = field(default_factory=dict)
    templates: dict[str, TemplateDocument] = field(default_factory=dict)


def resolve(documents: Sequence[Document], templates: Templates, timezone: str, findings: Findings) -> Resolved:
    """The records of `documents`; what they extend is among `templates`."""
    resolved = Resolved(blocks={(document.kind, document.id): document.body for document in documents})
    resolver = _Resolver(resolved, templates, timezone, findings)
    resolver.read_templates(documents)
    of_kind = {
        "template": resolver.template,
        "process": resolver.process,
        "calendar": resolver.calendar,
        "contact": resolver.contact,
        "role": resolver.role,
        "resource": resolver.resource,
        "policy": resolver.policy,
    }
    for document in documents:
        record = of_kind[document.kind](document)
        if record is not None:
            resolved.records[document.kind, document.id] = record
    return resolved


class _Resolver:
    """The record of each kind of document; None where it has a fault."""

    def __init__(self, resolved: Resolved, templates: Templates, timezone: str, findings: Findings) -> None:
        self._resolved = resolved
        self._templates = templates
        self._timezone = timezone
        self._findings = findings
        self._patterns = Patterns()
        self._in_circles: set[str] = set()

    def read_templates(self, documents: Iterable[Document]) -> None:
        """Learn what each template says itself, before any is extended: they come in any order."""
        for document in documents:
            template = self._typed(TemplateDocument, document.body) if document.kind == "template" else None
            if template is not None:
                self._resolved.templates[template.template] = template

    def calendar(self, document: Document) -> Calendar | None:
        calendar = self._typed(CalendarDocument, document.body)
        return records.calendar_of(calendar) if calendar else None

    def contact(self, document: Document) -> Contact | None:
        contact = self._typed(ContactDocument, document.body)
        return records.contact_of(contact) if contact else None

    def role(self, document: Document) -> Role | None:
        role = self._typed(RoleDocument, document.body)
        return records.role_of(role) if role else None

    def policy(self, document: Document) -> Policy | None:
        policy = self._typed(PolicyDocument, document.body)
        return records.policy_of(policy) if policy else None

    def resource(self, document: Document) -> Resource | None:
        resource = self._typed(ResourceDocument, document.body)
        return records.resource_of(resource) if resource else None

    def template(self, document: Document) -> Block | None:
        """Its record is what it says itself; with the templates under it, it must make sense as well."""
        template = self._resolved.templates.get(document.id)
        if template is not None and template.extends is not None:
            template = self._extended(TemplateDocument, document)
        return document.body if template is not None else None

    def process(self, document: Document) -> Process | None:
        own = self._typed(ProcessDocument, document.body)
        process = own
        if own is not None and own.extends is not None:
            process = self._extended(ProcessDocument, document)
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

    def _extended(self, model: type[M], document: Document) -> M | None:
        """The document with all its templates under it; None where one of those has a fault, which is told."""
        chain = self._templates.chain(document)
        if not chain:
            name = str(base_of(document))
            others = (one for one in self._templates.names() if (document.kind, document.id) != ("template", one))
            hint = did_you_mean(name, others)
            self._findings.add(place_of(document.body, ["extends"]), f"unknown template: {told(name)}", hint)
        self._tell_circle(document, chain)
        if not chain or base_of(chain[-1]) is not None or not all(map(self._is_sound, chain)):
            return None
        block = self._resolved.blocks[document.kind, document.id] = self._templates.whole(document)
        return self._typed(model, block)

    def _tell_circle(self, document: Document, chain: Sequence[Document]) -> None:
        """Each circle is told once, at the first document of it."""
        names = [template.id for template in chain]
        if document.kind == "template" and document.id in names and document.id not in self._in_circles:
            circle = [document.id, *names[: names.index(document.id)]]
            self._in_circles.update(circle)
            self._findings.add(place_of(document.body, ["extends"]), loop_text(circle, "extends"))

    def _is_sound(self, template: Document) -> bool:
        """Whether a template has no fault of its own; one in force has none."""
        return template.id in self._resolved.templates or ("template", template.id) not in self._resolved.blocks

    def _typed(self, model: type[M], block: Block) -> M | None:
        return typed(model, block, self._findings, self._patterns)

    def _breaks_rules(self, rules: Iterable[Broken], document: Document) -> bool:
        block = self._resolved.blocks[document.kind, document.id]
        count = 0
        for count, rule in enumerate(rules, 1):  # noqa: B007 - kept beyond the loop
            self._findings.add(place_of(block, rule.path), rule.what, rule.hint)
        return count > 0
