"""The entries of lists: what orders a run, what is waited for, what is locked."""

from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from boms_tui.model.definition import LockMode, Outcome
from boms_tui.model.definitions.part import Keys, OneKey, Part, with_short_forms
from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalars import Cron, Flag, HowLocked, Id, ProcessPath, When, WhichDate
from boms_tui.model.ids import SEGMENT
from boms_tui.model.nearest import is_near, told


class StartEntry(OneKey):
    """One thing that orders a run."""

    noun: ClassVar[str] = "a start"
    later: ClassVar[Keys] = frozenset({"file", "event", "sql"})

    cron: Cron | None = None
    process: ProcessPath | None = None


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
        short = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"enum": [*Outcome]}}
        return with_short_forms(core, handler, {"type": "string"}, short)


class RunAfterEntry(AfterEntry):
    """One dependency of a run: a bare name is a process."""

    bare_name_is: ClassVar[str] = "process"

    @model_validator(mode="after")
    def _outside(self) -> "RunAfterEntry":
        if self.process is None:
            raise WrongValueError(f"a run cannot wait for its own task {told(self.task)}", "name the `process` too")
        return self


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
