"""The JSON Schema of definitions, for editors and for `boms schema`."""

from typing import Any, TypeAlias, cast

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"


def json_schema() -> dict[str, Any]:
    """A schema that one document, in any file, fits; what `apply` checks beyond it needs the other documents."""
    from pydantic.json_schema import models_json_schema

    from boms_tui.model.definitions.documents import DOCUMENTS

    _, schema = models_json_schema([(model, "validation") for model in DOCUMENTS.values()], title="BOMS definitions")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **cast("dict[str, Any]", _plain(schema)),
        "oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in DOCUMENTS.values()],
    }


def _plain(schema: Json) -> Json:
    """The schema without the nulls and defaults that only the models know: a key is said, or left out."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items() if key != "default" or isinstance(value, dict)}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    options = kept.get("anyOf")
    if not isinstance(options, list):
        return kept
    kept["anyOf"] = options = [option for option in options if option != {"type": "null"}]
    if len(options) == 1 and isinstance(options[0], dict):
        del kept["anyOf"]
        kept.update(options[0])
    return kept
