"""One document's text into its model, and Pydantic's errors into problems with a place and a hint."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args, get_origin

from pydantic import ValidationError

from boms_tui.model.definitions.blocks import Block, Path, key_place_of, place_of, without
from boms_tui.model.definitions.part import Part
from boms_tui.model.definitions.patterns import Patterns
from boms_tui.model.definitions.problems import Findings
from boms_tui.model.definitions.scalar import shape
from boms_tui.model.nearest import did_you_mean, foreign_letter, told

M = TypeVar("M", bound=Part)
Error = Mapping[str, Any]


def typed(model: type[M], block: Block, findings: Findings, patterns: Patterns) -> M | None:
    """What `block` says, typed; None where something in it is wrong, which is told to `findings`."""
    try:
        return model.model_validate(block, context=patterns)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            path = _path(item)
            is_key = item["type"] == "extra_forbidden" or path != list(item["loc"])
            place = key_place_of(block, path) if is_key else place_of(block, path)
            findings.add(place, *_explained(model, path, item))
        return None


def sound_part(model: type[M], block: Block, patterns: Patterns) -> M | None:
    """What `block` says without all that is wrong in it; None where too little is left."""
    try:
        return model.model_validate(block, context=patterns)
    except ValidationError as error:
        paths = [_path(item)[:-1] if item["type"] == "missing" else _path(item) for item in error.errors()]
    for path in filter(None, paths):
        block = without(block, path)
    try:
        return model.model_validate(block, context=patterns)
    except ValidationError:
        return None


def _path(item: Error) -> list[str | int]:
    return [step for step in item["loc"] if step != "[key]"]


def _explained(model: type[Part], path: Path, item: Error) -> tuple[str, str]:
    explain = _EXPLAINED.get(item["type"])
    return explain(model, path, item) if explain else (str(item["msg"]), "")


def _unknown_key(model: type[Part], path: Path, _: Error) -> tuple[str, str]:
    inner, key = _model_at(model, path[:-1]), str(path[-1])
    if key in inner.later:
        return f"not supported yet: {key}", ""
    hint = inner.elsewhere.get(key) or did_you_mean(key, inner.known_keys(), also=inner.later)
    return f"unknown key: {told(key)}", "; ".join(filter(None, (foreign_letter(key), hint)))


def _wrong_value(_: type[Part], path: Path, item: Error) -> tuple[str, str]:
    error = item["ctx"]["error"]
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    what = error.what
    return (f"`{key}` {what}" if what.startswith("must ") else what), error.hint


def _missing(_: type[Part], path: Path, __: Error) -> tuple[str, str]:
    return f"`{path[-1]}` is missing", ""


def _too_long(_: type[Part], path: Path, item: Error) -> tuple[str, str]:
    return f"`{path[-1]}` has more than {item['ctx']['max_length']} entries", ""


def _must_be(wanted: str, hint: str) -> Callable[[type[Part], Path, Error], tuple[str, str]]:
    def explain(_: type[Part], path: Path, item: Error) -> tuple[str, str]:
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        return f"`{told(key)}` must be {wanted}, not {shape(item['input'])}", hint

    return explain


_EXPLAINED: dict[str, Callable[[type[Part], Path, Error], tuple[str, str]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "value_error": _wrong_value,
    "too_long": _too_long,
    "list_type": _must_be("a list", "such as [a, b]"),
    "dict_type": _must_be("a mapping", "such as {key: value}"),
    "model_type": _must_be("a mapping", "such as {key: value}"),
}


def _model_at(model: type[Part], path: Path) -> type[Part]:
    """The model of the mapping at `path`."""
    inner: object = model
    for step in path:
        if isinstance(inner, type) and issubclass(inner, Part):
            inner = _unwrapped(inner.known_keys()[str(step)])
        else:
            inner = _unwrapped(get_args(inner)[-1])
    return inner if isinstance(inner, type) and issubclass(inner, Part) else Part


def _unwrapped(annotation: object) -> object:
    """The type behind `X | None`."""
    if get_origin(annotation) in {list, dict, None}:
        return annotation
    return next(arg for arg in get_args(annotation) if arg is not type(None))
