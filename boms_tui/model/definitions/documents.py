"""The documents of this release, as Pydantic models. `later` lists the keys that a later release brings."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

from pydantic import ConfigDict, Field, model_validator

from boms_tui.model.definition import CyclicFrom
from boms_tui.model.definitions.calendars import CalendarDocument
from boms_tui.model.definitions.checks import WindowPart
from boms_tui.model.definitions.entries import RunAfterEntry, StartEntry
from boms_tui.model.definitions.part import Part
from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalars import (
    Approvable,
    Clock,
    CountedFrom,
    Days,
    Duration,
    Flag,
    Hours,
    HowOverlapping,
    Id,
    Line,
    Mail,
    Phone,
    Priority,
    ProcessPath,
    Rounds,
    Scope,
    SomeTime,
    Text,
    Units,
    WhenFailed,
    WhenMissed,
    Zone,
)
from boms_tui.model.definitions.settings import Settings, TaskPart
from boms_tui.model.nearest import told


class ParameterPart(Part):
    """A value that a run can be ordered with. Without a default it must be given."""

    default: Text | None = None
    choices: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _default_is_a_choice(self) -> "ParameterPart":
        if self.default is not None and self.choices and self.default not in self.choices:
            raise WrongValueError(f"the default {told(self.default)} is not among the choices")
        return self


class CyclicPart(Part):
    """How a process starts again by itself."""

    every: SomeTime
    from_: CountedFrom = Field(default=CyclicFrom.START, alias="from")
    until: Clock | None = None
    rounds: Rounds | None = None


class DeadlinesPart(Part):
    """By when a run has to start and to end, and how long it may take: alarms, which stop nothing."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    start_by: Clock | None = None
    finish_by: Clock | None = None
    max_duration: SomeTime | None = None

    @model_validator(mode="after")
    def _say_something(self) -> "DeadlinesPart":
        if self.start_by is None and self.finish_by is None and self.max_duration is None:
            raise WrongValueError("deadlines are a `start_by`, a `finish_by`, a `max_duration` or several of them")
        if self.start_by is not None and self.start_by == self.finish_by:
            raise WrongValueError("`start_by` and `finish_by` are the same time", "give the run time to do its work")
        return self


class ProcessParts(Part):
    """What a process and a template may both say."""

    elsewhere: ClassVar[Mapping[str, str]] = {"authorised": "it stands in `defaults` or in a task"}

    extends: Id | None = None
    title: Line | None = None
    instructions: Text | None = None
    owner: Id | None = None
    calendar: Id | None = None
    timezone: Zone | None = None
    day_starts: Clock | None = None
    parameters: dict[Id, ParameterPart] = Field(default_factory=dict)
    start: list[StartEntry] = Field(default_factory=list, max_length=100)
    after: list[RunAfterEntry] = Field(default_factory=list)
    window: WindowPart | None = None
    deadlines: DeadlinesPart | None = None
    overlap: HowOverlapping | None = None
    once_per_date: Flag | None = None
    missed: WhenMissed | None = None
    cyclic: CyclicPart | None = None
    on_failure: WhenFailed | None = None
    contacts: list[Id] = Field(default_factory=list)
    priority: Priority | None = None
    defaults: Settings = Field(default_factory=Settings)
    tasks: dict[Id, TaskPart] = Field(default_factory=dict)


class ProcessDocument(ProcessParts):
    """A process."""

    process: ProcessPath

    def needs(self) -> dict[str, list[str]]:
        """What each task needs within the process."""
        return {
            name: [leaf.task for entry in task.after for leaf in entry.entries() if leaf.task and not leaf.process]
            for name, task in self.tasks.items()
        }


class TemplateDocument(ProcessParts):
    """What the processes and templates that extend it say, unless they say otherwise."""

    template: Id


class ContactDocument(Part):
    """A person or desk. `then` is the ladder: who next, after how long."""

    contact: Id
    name: Line = ""
    phone: Phone | None = None
    mail: Mail | None = None
    hours: dict[Days, Hours] = Field(default_factory=dict)
    then: dict[Id, Duration] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reachable(self) -> "ContactDocument":
        if self.phone is None and self.mail is None:
            raise WrongValueError(f"nobody can reach {self.contact}", "give a `phone` or a `mail`")
        return self


class RoleDocument(Part):
    """A set of rights within scopes."""

    role: Id
    inherits: list[Id] = Field(default_factory=list)
    scopes: list[Scope] = Field(default_factory=lambda: ["*"])


class PolicyDocument(Part):
    """Where a second person has to approve what somebody asks for."""

    policy: Id
    two_person: Annotated[list[Approvable], Field(min_length=1)]
    scopes: list[Scope] = Field(default_factory=lambda: ["*"])


class ResourceDocument(Part):
    """Something there is only so much of. With 0 units nothing that needs it starts."""

    resource: Id
    units: Units
    title: Line = ""


Documented: TypeAlias = (
    ProcessDocument
    | TemplateDocument
    | CalendarDocument
    | ContactDocument
    | RoleDocument
    | ResourceDocument
    | PolicyDocument
)
DOCUMENTS: dict[str, type[Documented]] = {
    "process": ProcessDocument,
    "template": TemplateDocument,
    "calendar": CalendarDocument,
    "contact": ContactDocument,
    "role": RoleDocument,
    "resource": ResourceDocument,
    "policy": PolicyDocument,
}
