"""What a document may say of one task, and in `defaults` of all tasks."""

from typing import ClassVar

from pydantic import Field

from boms_tui.model.definitions.checks import ChecksPart, RetryPart
from boms_tui.model.definitions.entries import AfterEntry, LockEntry
from boms_tui.model.definitions.part import Keys, Part
from boms_tui.model.definitions.references import SecretReference
from boms_tui.model.definitions.scalars import (
    Argv,
    EnvironmentName,
    ExitStatuses,
    Filled,
    Flag,
    Id,
    Line,
    Narrowed,
    Priority,
    Retriable,
    Size,
    SomeText,
    SomeTime,
    Text,
    TwoPerson,
    Units,
    WhenFailed,
    WhenUnknown,
)


class Settings(RetryPart):
    """What a task may say, and `defaults` for all tasks."""

    retry_on: Retriable | None = None
    timeout: SomeTime | None = None
    pool: Id | None = None
    priority: Priority | None = None
    environment: dict[EnvironmentName, Filled] = Field(default_factory=dict)
    secrets: dict[EnvironmentName, SecretReference] = Field(default_factory=dict)
    directory: Filled | None = None
    success_codes: ExitStatuses | None = None
    output_cap: Size | None = None
    confirm: Flag | None = None
    on_failure: WhenFailed | None = None
    on_unknown: WhenUnknown | None = None
    contacts: list[Id] | None = None
    checks: ChecksPart = Field(default_factory=ChecksPart)
    resources: dict[Id, Units] = Field(default_factory=dict)
    locks: list[LockEntry] | None = None
    exclude: Flag | None = None
    dry: Flag | None = None
    authorised: dict[Narrowed, list[Id]] = Field(default_factory=dict)
    approval: TwoPerson | None = None


class ManualPart(Part):
    """What a person is asked."""

    prompt: SomeText


class TaskPart(Settings):
    """One task. In a template, or over one, it may be a part of a task only."""

    later: ClassVar[Keys] = frozenset({"package", "procedure", "sql"})

    title: Line | None = None
    instructions: Text | None = None
    after: list[AfterEntry] = Field(default_factory=list)
    command: Argv | None = None
    manual: ManualPart | None = None
