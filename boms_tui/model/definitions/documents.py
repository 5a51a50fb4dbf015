"""The documents of this release, as Pydantic models. `later` lists the keys that a later release brings."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from boms_tui.model.definition import Outcome
from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalars import (
    Argv,
    Clock,
    Cron,
    Days,
    Duration,
    EnvironmentName,
    ExitStatuses,
    Factor,
    Filled,
    Flag,
    Hours,
    Id,
    Line,
    Mail,
    Overlap,
    Phone,
    Priority,
    ProcessPath,
    Retries,
    Scope,
    Size,
    SomeText,
    SomeTime,
    Text,
    When,
    WhenFailed,
    WhichDate,
    Zone,
)
from boms_tui.model.nearest import is_near, told

Keys = frozenset[str]


class Part(BaseModel):
    """A mapping of which every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    later: ClassVar[Keys] = frozenset()


class StartEntry(Part):
    """One thing that orders a run."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})
    later: ClassVar[Keys] = frozenset({"file", "event", "sql"})

    cron: Cron | None = None
    process: ProcessPath | None = None

    @model_validator(mode="after")
    def _one(self) -> "StartEntry":
        if (self.cron is None) == (self.process is None):
            raise WrongValueError("a start is one of `cron` and `process`")
        return self


class AfterEntry(Part):
    """One dependency of a task. A name alone, or a name with its outcome, is read as the long form."""

    later: ClassVar[Keys] = frozenset({"within", "any", "all", "file", "event", "sql"})
    bare_name_is: ClassVar[str] = "task"

    process: ProcessPath | None = None
    task: Id | None = None
    when: When = Outcome.SUCCEEDED
    date: WhichDate | None = None
    if_planned: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, value: object) -> object:
        if isinstance(value, str):
            return cls._named(value)
        if isinstance(value, dict) and len(value) == 1:
            name, outcome = next(iter(value.items()))
            if cls._is_short_form(name, outcome):
                return {**cls._named(name), "when": outcome}
        return value

    @classmethod
    def _is_short_form(cls, name: str, outcome: object) -> bool:
        known = {*cls.model_fields, *cls.later}
        is_outcome = isinstance(outcome, str) and outcome in set(Outcome)
        return name not in known and (is_outcome or not is_near(name, known))

    @classmethod
    def _named(cls, name: str) -> dict[str, object]:
        process, colon, task = name.partition(":")
        if colon:
            return {"process": process, "task": task}
        return {"process" if "/" in name else cls.bare_name_is: name}

    @model_validator(mode="after")
    def _sense(self) -> "AfterEntry":
        if self.process is None and self.task is None:
            raise WrongValueError("a dependency names a `process`, a `task` or both")
        if self.process is None and (self.date is not None or self.if_planned):
            raise WrongValueError("`date` and `if_planned` are of another process", "name the `process` too")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        long = handler.resolve_ref_schema(handler(core))
        short = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"enum": [*Outcome]}}
        return {"description": long.pop("description"), "anyOf": [{"type": "string"}, long, short]}


class RunAfterEntry(AfterEntry):
    """One dependency of a run: a bare name is a process."""

    bare_name_is: ClassVar[str] = "process"

    @model_validator(mode="after")
    def _outside(self) -> "RunAfterEntry":
        if self.process is None:
            raise WrongValueError(f"a run cannot wait for its own task {told(self.task)}", "name the `process` too")
        return self


class ManualPart(Part):
    """What a person is asked."""

    prompt: SomeText


class Settings(Part):
    """What a task may say, and `defaults` for all tasks."""

    later: ClassVar[Keys] = frozenset(
        {
            "approval", "authorised", "checks", "dry", "exclude", "locks", "on_unknown", "resources", "retry_jitter",
            "retry_on",
        }
    )  # fmt: skip

    retries: Retries | None = None
    retry_delay: Duration | None = None
    retry_backoff: Factor | None = None
    retry_max_delay: Duration | None = None
    timeout: SomeTime | None = None
    pool: Id | None = None
    priority: Priority | None = None
    environment: dict[EnvironmentName, Filled] = Field(default_factory=dict)
    directory: Filled | None = None
    success_codes: ExitStatuses | None = None
    output_cap: Size | None = None
    confirm: Flag | None = None
    on_failure: WhenFailed | None = None
    contacts: list[Id] | None = None


class TaskPart(Settings):
    """One task. In a template, or over one, it may be a part of a task only."""

    later: ClassVar[Keys] = Settings.later | {"package", "procedure", "sql"}

    title: Line | None = None
    instructions: Text | None = None
    after: list[AfterEntry] = Field(default_factory=list)
    command: Argv | None = None
    manual: ManualPart | None = None


class ParameterPart(Part):
    """A value that a run can be ordered with. Without a default it must be given."""

    default: Text | None = None
    choices: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _default_is_a_choice(self) -> "ParameterPart":
        if self.default is not None and self.choices and self.default not in self.choices:
            raise WrongValueError(f"the default {told(self.default)} is not among the choices")
        return self


class ProcessParts(Part):
    """What a process and a template may both say."""

    later: ClassVar[Keys] = frozenset(
        {"authorised", "calendar", "cyclic", "deadlines", "missed", "once_per_date", "window"}
    )

    title: Line | None = None
    instructions: Text | None = None
    owner: Id | None = None
    timezone: Zone | None = None
    day_starts: Clock | None = None
    parameters: dict[Id, ParameterPart] = Field(default_factory=dict)
    start: list[StartEntry] = Field(default_factory=list, max_length=100)
    after: list[RunAfterEntry] = Field(default_factory=list)
    overlap: Overlap | None = None
    on_failure: WhenFailed | None = None
    contacts: list[Id] = Field(default_factory=list)
    priority: Priority | None = None
    defaults: Settings = Field(default_factory=Settings)
    tasks: dict[Id, TaskPart] = Field(default_factory=dict)


class ProcessDocument(ProcessParts):
    """A process."""

    process: ProcessPath
    extends: Id | None = None

    def needs(self) -> dict[str, list[str]]:
        """What each task needs within the process."""
        return {
            name: [str(entry.task) for entry in task.after if entry.process is None]
            for name, task in self.tasks.items()
        }


class TemplateDocument(ProcessParts):
    """What the processes that extend it say, unless they say otherwise."""

    later: ClassVar[Keys] = ProcessParts.later | {"extends"}

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


DOCUMENTS: dict[str, type[ProcessDocument | TemplateDocument | ContactDocument | RoleDocument]] = {
    "process": ProcessDocument,
    "template": TemplateDocument,
    "contact": ContactDocument,
    "role": RoleDocument,
}
