"""What all mappings of a document have in common: every key is known, and some come later."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from boms_tui.model.definitions.problems import WrongValueError

Keys = frozenset[str]


class Part(BaseModel):
    """A mapping of which every key is known.

    `later` are keys that a later release brings, `elsewhere` has what to do about keys that belong to another mapping.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    later: ClassVar[Keys] = frozenset()
    elsewhere: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def known_keys(cls) -> dict[str, object]:
        """The keys as they are written, each with the type of its value."""
        return {field.alias or name: field.annotation for name, field in cls.model_fields.items()}


class OneKey(Part):
    """A mapping that says one thing, by its only key. `noun` is what it is called."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})
    noun: ClassVar[str]

    @model_validator(mode="after")
    def _one(self) -> "OneKey":
        if sum(value is not None for _, value in self) != 1:
            raise WrongValueError(f"{self.noun} is one of {' and '.join(f'`{key}`' for key in self.known_keys())}")
        return self


def with_short_forms(core: CoreSchema, handler: GetJsonSchemaHandler, *short: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a part that may also be written as any of `short`."""
    long = handler.resolve_ref_schema(handler(core))
    return {"description": long.pop("description"), "anyOf": [*short, long]}
