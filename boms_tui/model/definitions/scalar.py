"""How a scalar is read from its text, and what the JSON Schema says of it."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.nearest import foreign_letter, nearest, one_of, told

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

ANY_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, eq=False)
class Scalar:
    """Annotates a type with the function that reads it from text, and with its JSON Schema."""

    parse: Callable[[str], object]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)

    def _read(self, value: object) -> object:
        if not isinstance(value, str):
            raise WrongValueError(f"must be text, not {shape(value)}")
        return self.parse(value)


def shape(value: object) -> str:
    """What a value is, in the words of YAML."""
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "text"


def text(value: str) -> str:
    return value


def line(value: str) -> str:
    if len(value.strip()) > 200 or "\n" in value.strip():
        raise WrongValueError("must be one line of at most 200 characters")
    return value.strip()


def some_text(value: str) -> str:
    if not value.strip():
        raise WrongValueError("must not be empty")
    return value


def matching(pattern: str, what: str, hint: str) -> Scalar:
    """Text that matches `pattern` as a whole."""
    compiled = re.compile(pattern)

    def parse(value: str) -> str:
        if compiled.fullmatch(value):
            return value
        raise WrongValueError(f"not {what}: {told(value)}", foreign_letter(value) or hint)

    return Scalar(parse, {"type": "string", "pattern": f"^({pattern})$"})


def whole(low: int, high: int) -> Scalar:
    """A number from `low` to `high`."""

    def parse(value: str) -> int:
        if re.fullmatch(r"-?[0-9]{1,12}", value) and low <= int(value) <= high:
            return int(value)
        raise WrongValueError(f"not a whole number from {low} to {high}: {told(value)}")

    return Scalar(parse, {"type": "integer", "minimum": low, "maximum": high})


def choice(kind: type[E], among: Collection[E] = (), never: Mapping[str, str] = MappingProxyType({})) -> Scalar:
    """One of `kind`, or of those `among` it. `never` has what to do about names that seem to belong to them."""
    names = [*(among or kind)]

    def parse(value: str) -> E:
        if value in names:
            return kind(value)
        near = nearest(value, names)
        hint = never.get(value) or (f"did you mean {near}?" if near else "")
        raise WrongValueError(f"must be {one_of(names)}, not {told(value)}", hint)

    return Scalar(parse, {"enum": names})


@dataclass(frozen=True)
class OneOrMore:
    """Annotates a list: a word alone is a list of it, and none is too few."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        several = core_schema.no_info_after_validator_function(some_items, handler(source))
        return core_schema.no_info_before_validator_function(_listed, several)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        several = handler(core)
        return {"anyOf": [several["items"], {**several, "minItems": 1}]}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def some_items(value: list[T]) -> list[T]:
    if not value:
        raise WrongValueError("must not be empty")
    return value
