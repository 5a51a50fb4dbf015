"""The entries of lists: what orders a run, what is waited for, what is locked."""

import re
from collections.abc import Iterator
from datetime import timedelta
from posixpath import basename, join, normpath
from typing import Any, ClassVar

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from boms_tui.model.condition import LONGEST_LABEL, Outcome
from boms_tui.model.definition import LockMode
from boms_tui.model.definitions.checks import FilePart
from boms_tui.model.definitions.part import Keys, Part, with_short_forms
from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalars import (
    Cron,
    FilledPath,
    Flag,
    HowLocked,
    Id,
    Line,
    Percent,
    ProcessPath,
    SomeText,
    SomeTime,
    When,
    WhichDate,
)
from boms_tui.model.file_pattern import example, file_pattern
from boms_tui.model.ids import SEGMENT
from boms_tui.model.nearest import is_near, told
from boms_tui.model.placeholders import PlaceholderError
from boms_tui.model.text import safe

MOST = 100
LONGEST_LOOK_BACK = timedelta(days=7)


class MilestonePart(Part):
    """What a task says of itself while it runs. The key is the task's, beside `task`."""

    meter: Percent | None = None
    label: SomeText | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "MilestonePart":
        if self.meter is not None and self.label is not None:
            raise WrongValueError("`meter` and `label` are two conditions", "write one entry for each")
        if self.label is not None and self.label != safe(self.label.strip())[:LONGEST_LABEL]:
            raise WrongValueError(
                f"no task can say this label: {told(self.label)}", f"{LONGEST_LABEL} plain characters"
            )
        return self


class StartFilePart(FilePart):
    """A file that orders a run when it comes. Then it is moved, or renamed, or left where it is."""

    move_to: FilledPath | None = None
    mark: Line | None = None

    @model_validator(mode="after")
    def _can_come(self) -> "StartFilePart":
        _check_pattern(self)
        if self.move_to is not None and "$" in self.move_to:
            raise WrongValueError("`move_to` takes no placeholders", "each run has a folder of its own below it")
        if self.move_to is not None and self.mark is not None:
            raise WrongValueError("`move_to` and `mark` exclude each other", "leave one of them out")
        if self.mark is not None and not re.fullmatch(r"[^/$*?]+", self.mark):
            raise WrongValueError(f"cannot be added to a name: {told(self.mark)}", "such as .taken")
        return self


_CAUSES = ("cron", "process", "event", "file")


class StartEntry(MilestonePart):
    """One thing that orders a run: a time, a process or a task of one, an event, or a file."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [cause]} for cause in _CAUSES]})
    later: ClassVar[Keys] = frozenset({"sql"})
    of_process: ClassVar[tuple[str, ...]] = ("task", "when", "meter", "label")

    cron: Cron | None = None
    process: ProcessPath | None = None
    event: Id | None = None
    file: StartFilePart | None = None
    task: Id | None = None
    when: When | None = None

    @model_validator(mode="after")
    def _one(self) -> "StartEntry":
        if sum(getattr(self, cause) is not None for cause in _CAUSES) != 1:
            raise WrongValueError(f"a start is one of {', '.join(f'`{cause}`' for cause in _CAUSES)}")
        for key in self.of_process if self.process is None else ():
            if getattr(self, key) is not None:
                raise WrongValueError(f"`{key}` is of another process", "name the `process` too")
        if self.task is None and (self.meter is not None or self.label is not None):
            raise WrongValueError("a task says `meter` and `label`", "name the `task` too")
        return self


class AfterEntry(MilestonePart):
    """One condition of a task: a dependency, a file, an event, or a group of conditions.

    A name alone, or a name with its outcome, is read as the long form of a dependency.
    """

    later: ClassVar[Keys] = frozenset({"sql"})
    bare_name_is: ClassVar[str] = "task"

    process: ProcessPath | None = None
    task: Id | None = None
    when: When | None = None
    date: WhichDate | None = None
    within: SomeTime | None = None
    if_planned: Flag = False
    file: FilePart | None = None
    event: Id | None = None
    any: list["AfterEntry"] | None = Field(default=None, max_length=MOST)
    all: list["AfterEntry"] | None = Field(default=None, max_length=MOST)

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
        others = [key for key in ("file", "event", "any", "all") if getattr(self, key) is not None]
        own = [key for key in _OF_DEPENDENCIES if getattr(self, key)]
        if len(others) > 1 or (others and own):
            raise WrongValueError(f"`{others[0]}` stands alone", "write one entry for each condition")
        if others:
            self._check_other()
        else:
            self._check_dependency()
        return self

    def entries(self) -> Iterator["AfterEntry"]:
        """This one, or those of its group one by one."""
        group = self.any if self.any is not None else self.all
        for inner in [] if group is None else group:
            yield from inner.entries()
        if group is None:
            yield self

    def _check_other(self) -> None:
        for key in ("any", "all"):
            group = getattr(self, key)
            if group is not None and len(group) < 2:
                raise WrongValueError(f"`{key}` groups two conditions or more", "write the one without a group")
        if self.file is not None and set(self.file.path) & {"*", "?"}:
            raise WrongValueError(f"one file is waited for: {told(self.file.path)}", "patterns stand under `start`")

    def _check_dependency(self) -> None:
        if self.process is None and self.task is None:
            raise WrongValueError("a dependency names a `process`, a `task` or both")
        if self.process is None and (self.date is not None or self.within is not None or self.if_planned):
            raise WrongValueError("`date`, `within` and `if_planned` are of another process", "name the `process` too")
        if self.within is not None and self.within > LONGEST_LOOK_BACK:
            raise WrongValueError("`within` looks back a week at the most", "wait for a `date` instead")
        milestone = self.meter is not None or self.label is not None
        if milestone and (self.task is None or self.when is not None or self.within is not None):
            raise WrongValueError("`meter` and `label` are of a `task`, without `when` and `within`")

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        short = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"enum": [*Outcome]}}
        return with_short_forms(core, handler, {"type": "string"}, short)


class RunAfterEntry(AfterEntry):
    """One condition of a run: a bare name is a process."""

    bare_name_is: ClassVar[str] = "process"

    any: list["RunAfterEntry"] | None = Field(default=None, max_length=MOST)  # type: ignore[assignment]
    all: list["RunAfterEntry"] | None = Field(default=None, max_length=MOST)  # type: ignore[assignment]

    def _check_dependency(self) -> None:
        super()._check_dependency()
        if self.process is None:
            raise WrongValueError(f"a run cannot wait for its own task {told(self.task)}", "name the `process` too")


def _check_pattern(file: StartFilePart) -> None:
    """Whether the path is a pattern, whose files are not taken for new ones once they were taken."""
    try:
        pattern = file_pattern(file.path)
        sample = example(file.path)
    except PlaceholderError as error:
        raise WrongValueError(error.title, error.next_step) from None
    if file.mark is not None and pattern.matches(f"{sample}.{_RUN}{file.mark}"):
        raise WrongValueError(f"a file that is marked {told(file.mark)} would match again", "narrow the `path`")
    if file.move_to is not None and pattern.matches(normpath(join(file.move_to, _RUN, basename(sample)))):
        raise WrongValueError(f"a file that is moved to {told(file.move_to)} would match again", "narrow the `path`")


_RUN = "2026-11-03.1"
_OF_DEPENDENCIES = ("process", "task", "when", "date", "within", "if_planned", "meter", "label")


class LockEntry(Part):
    """One lock that a task holds while it runs. A name alone is exclusive."""

    name: Id
    mode: HowLocked = LockMode.EXCLUSIVE

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return with_short_forms(core, handler, {"type": "string", "pattern": f"^{SEGMENT.pattern}$"})
