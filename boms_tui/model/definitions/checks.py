"""What a document may say of checks: before an attempt starts, and after it ended well."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from boms_tui.model.definitions.part import Keys, OneKey, Part, with_short_forms
from boms_tui.model.definitions.patterns import Pattern
from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalar import ANY_SCALAR
from boms_tui.model.definitions.scalars import (
    AnySize,
    Clock,
    Duration,
    Factor,
    FilledPath,
    Jitter,
    Retries,
    SomeTime,
)

MOST = 100


class RetryPart(Part):
    """How often and after what delay an attempt is tried again."""

    retries: Retries | None = None
    retry_delay: Duration | None = None
    retry_backoff: Factor | None = None
    retry_max_delay: Duration | None = None
    retry_jitter: Jitter | None = None


class FilePart(Part):
    """A file that must be there. A path alone is read as the long form."""

    path: FilledPath
    min_size: AnySize | None = None
    max_size: AnySize | None = None
    newer_than: SomeTime | None = None
    settled_for: SomeTime | None = None

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, value: object) -> object:
        if isinstance(value, list):
            raise WrongValueError("must be a path or a mapping, not a list", "one entry for each file")
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _can_hold(self) -> "FilePart":
        if self.min_size is not None and self.max_size is not None and self.min_size > self.max_size:
            raise WrongValueError("`min_size` is more than `max_size`: this can never hold")
        if self.newer_than is not None and self.settled_for is not None and self.settled_for >= self.newer_than:
            raise WrongValueError("`settled_for` is not less than `newer_than`: this can never hold")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return with_short_forms(core, handler, ANY_SCALAR)


class WindowPart(Part):
    """The hours within which a task may start; they may cross midnight."""

    from_: Clock = Field(alias="from")
    to: Clock

    @model_validator(mode="after")
    def _has_hours(self) -> "WindowPart":
        if self.from_ == self.to:
            raise WrongValueError("`from` and `to` are the same time", "leave the window out where any hour will do")
        return self


class OutputPart(Part):
    """What no line of the output may hold, and what one line must."""

    fail_on: Pattern | None = None
    require: Pattern | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> "OutputPart":
        if self.fail_on is None and self.require is None:
            raise WrongValueError("a check of the output has a `fail_on`, a `require` or both")
        return self


class BeforeEntry(OneKey):
    """One check just before the start."""

    noun: ClassVar[str] = "a check before the start"
    later: ClassVar[Keys] = frozenset({"sql"})
    elsewhere: ClassVar[Mapping[str, str]] = {"output": "output is checked at the end: put it under `after`"}

    file: FilePart | None = None
    window: WindowPart | None = None


class AfterwardsEntry(OneKey):
    """One check at the end."""

    noun: ClassVar[str] = "a check at the end"
    later: ClassVar[Keys] = frozenset({"sql"})
    elsewhere: ClassVar[Mapping[str, str]] = {"window": "hours are checked before the start: put it under `before`"}

    output: OutputPart | None = None
    file: FilePart | None = None

    @model_validator(mode="after")
    def _just_written(self) -> "AfterwardsEntry":
        if self.file is not None and self.file.settled_for is not None:
            raise WrongValueError(
                "`settled_for` is for files that others write: a file of the task itself has just been written",
                "leave it out here, or check the file before the task that reads it",
            )
        return self


class ChecksPart(RetryPart):
    """The checks of a task, and how attempts that fail one are tried again."""

    elsewhere: ClassVar[Mapping[str, str]] = {"retry_on": "what `checks` says of retries is for check-failed alone"}

    before: list[BeforeEntry] | None = Field(default=None, max_length=MOST)
    after: list[AfterwardsEntry] | None = Field(default=None, max_length=MOST)
