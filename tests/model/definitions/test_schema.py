"""The JSON Schema describes what is accepted."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from boms_tui.model.definitions import json_schema
from tests.model.definitions.given import told
from tests.model.definitions.test_refusals import LATER_OF_TASKS

SCHEMA = json_schema()
DATA = Path(__file__).parents[3] / "data" / "definitions"
TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


class CoreLoader(yaml.SafeLoader):
    """YAML as an editor reads it: numbers and true/false are typed, all else is text."""


CoreLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":int", ":float")) and letter not in "~"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), ["t", "f"])
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[0-9]+$"), list("0123456789"))


def fits(schema: Mapping[str, Any], value: object) -> bool:
    """As much of JSON Schema as ours uses."""
    if "$ref" in schema:
        return fits(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value)
    if "anyOf" in schema and not any(fits(option, value) for option in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(fits(option, value) for option in schema["oneOf"]) != 1:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "type" in schema and not any(is_a(name, value) for name in as_list(schema["type"])):
        return False
    return fits_inside(schema, value)


def fits_inside(schema: Mapping[str, Any], value: object) -> bool:
    match value:
        case dict():
            return fits_mapping(schema, value)
        case list():
            within = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
            return within and all(fits(schema.get("items", {}), item) for item in value)
        case str():
            return re.search(schema.get("pattern", ""), value) is not None and len(value) <= schema.get(
                "maxLength", 1e9
            )
        case int() | float():
            return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
        case _:
            return True


def fits_mapping(schema: Mapping[str, Any], value: Mapping[str, object]) -> bool:
    properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    within = schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value))
    if not within or not set(schema.get("required", ())) <= value.keys():
        return False
    for key, item in value.items():
        found = [properties[key]] if key in properties else []
        found += [inner for pattern, inner in patterns.items() if re.search(pattern, key)]
        others = schema.get("additionalProperties", {})
        found = found or ([others] if isinstance(others, dict) else [])
        if not found or not all(fits(inner, item) for inner in found):
            return False
    return True


def is_a(name: str, value: object) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def as_list(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def documents(text: str) -> list[object]:
    return [document for document in yaml.load_all(text, CoreLoader) if document is not None]


ACCEPTED = [
    "process: a\ntasks: {t: {command: run}}\n",
    "process: a\ntasks: {t: {command: [run, 1, 2.5, true]}}\ntitle: 2026\n",
    "process: a\nparameters: {r: {default: 1, choices: [1, 2]}}\ntasks: {t: {manual: {prompt: ok}}}\n",
    "process: a\nafter: [{process: a, date: previous, when: finished, if_planned: true}]\ntasks: {t: {command: x}}\n",
    "process: a\ntasks: {s: {command: x}, t: {command: x, after: [s]}, u: {command: x, after: [{s: failed}]}}\n",
    "process: a\ndefaults: {retries: 2, retry_backoff: 1.5, timeout: 5m, output_cap: 10MB}\ntasks: {t: {command: x}}\n",
    "template: nightly\ntasks: {t: {retries: 2}}\n",
    "template: b\n---\ntemplate: n\nextends: b\n---\nprocess: a\nextends: n\ntasks: {t: {command: x}}\n",
    "contact: desk\nphone: '+1 555 0100'\nhours: {mon-fri: '08:00-20:00'}\n",
    "calendar: nse\nweekend: [sat, sun]\nholidays: XNSE\nhalf_days: {2026-11-08: '13:00'}\nnot: [2026-11-09]\n",
    "calendar: c\nholidays: [IN, 2026-11-20, {date: 2026-11-23, name: x}]\ndays: [last friday]\nshift: -2\n",
    "role: r\nscopes: ['*', settlement/*]\n",
    "resource: slots\nunits: 4\ntitle: Warehouse\n",
    "process: a\noverlap: parallel\ntasks: {t: {command: x, retry_jitter: 0.2, retry_on: failed, on_unknown: wait}}\n",
    "process: a\ntasks: {t: {command: run, retry_jitter: 20%, retry_on: [failed, timed-out], locks: []}}\n",
    "process: a\ntasks: {t: {command: run, locks: [a, {name: b, mode: shared}, {name: c}]}}\n",
    "process: a\ndefaults: {resources: {slots: 2}}\ntasks: {t: {command: x}}\n---\nresource: slots\nunits: 2\n",
    "process: a\ntasks: {t: {command: x, secrets: {A: 'env:A', B: 'file:/k y', C: 'keyring:service/name'}}}\n",
    "process: a\ntasks: {t: {command: x, checks: {before: [{file: a}, {window: {from: '18:00', to: '02:00'}}]}}}\n",
    "process: a\ntasks: {t: {command: x, checks: {after: [{file: {path: 1, min_size: 5, max_size: 1MB}}]}}}\n",
    "process: a\ntasks: {t: {command: x, checks: {after: [{output: {fail_on: 1, require: 'a|b'}}], retries: 1}}}\n",
    "process: a\ndeadlines: {start_by: '19:00', finish_by: '21:30', max_duration: 2h}\ntasks: {t: {command: x}}\n",
    "template: nightly\ndeadlines: {max_duration: 2h}\n",
]
REFUSED = [
    "process: a\ntasks: {t: {command: run}}\ntitel: x\n",
    "process: A\ntasks: {t: {command: run}}\n",
    "process: a\ntasks: {t: {command: run, retries: many}}\n",
    "process: a\ntasks: {t: {command: run, priority: 101}}\n",
    "process: a\ntasks: {T: {command: run}}\n",
    "process: a\ntasks: [t]\n",
    "process: a\ntasks: {t: {command: run, timeout: 5 minutes}}\n",
    "process: a\ntasks: {t: {command: run, after: [{s: soon}]}}\n",
    "process: a\nstart: [{cron: 0 1 * * *, process: b}]\ntasks: {t: {command: run}}\n",
    "process: a\ntasks: {t: {manual: {}}}\n",
    "process: a\noverlap: never\ntasks: {t: {command: run}}\n",
    "process: a\ndeadlines: {}\ntasks: {t: {command: run}}\n",
    "process: a\ndeadlines: {start_by: noon}\ntasks: {t: {command: run}}\n",
    "contact: desk\nhours: {monday: '08:00-20:00'}\nmail: a@example.com\n",
    "connection: dw\n",
    "template: nightly\nextends: Base\n",
    "contact: desk\nmail: a@example.com\nextends: base\n",
    "calendar: nse\nweekend: [sunday]\n",
    "calendar: nse\nshift: 31\ndays: last friday\n",
    "resource: slots\n",
    "resource: slots\nunits: 1000001\n",
    "process: a\ntasks: {t: {command: run, retry_jitter: 1.5}}\n",
    "process: a\ntasks: {t: {command: run, retry_jitter: much}}\n",
    "process: a\ntasks: {t: {command: run, retry_on: killed}}\n",
    "process: a\ntasks: {t: {command: run, retry_on: []}}\n",
    "process: a\ntasks: {t: {command: run, on_unknown: fail}}\n",
    "process: a\ntasks: {t: {command: run, locks: [A]}}\n",
    "process: a\ntasks: {t: {command: run, locks: [{name: a, mode: both}]}}\n",
    "process: a\ntasks: {t: {command: run, locks: [{mode: shared}]}}\n",
    "process: a\ntasks: {t: {command: run, resources: {slots: -1}}}\n",
    "process: a\ntasks: {t: {command: run, resources: [slots]}}\n",
    "process: a\ntasks: {t: {command: run, secrets: {A: hunter2}}}\n",
    "process: a\ntasks: {t: {command: run, secrets: {A: 'env:a-b'}}}\n",
    "process: a\ntasks: {t: {command: run, secrets: {1A: 'env:A'}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {during: []}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {before: [{}]}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {before: [{file: a, window: {from: '01:00', to: '02:00'}}]}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {before: [{window: {from: '18:00'}}]}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {before: [{output: {fail_on: x}}]}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {after: [{sql: x}]}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {after: [{file: {min_size: 1}}]}}}\n",
    "process: a\ntasks: {t: {command: run, checks: {after: [{file: {path: a, newer_than: soon}}]}}}\n",
    f"process: a\ntasks: {{t: {{command: run, checks: {{after: [{{output: {{fail_on: {'x' * 1_001}}}}}]}}}}}}\n",
    *(f"process: a\ntasks: {{t: {{command: run, {key}: x}}}}\n" for key in LATER_OF_TASKS),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_is_accepted_fits(text: str) -> None:
    assert told(text) == []
    assert all(fits(SCHEMA, document) for document in documents(text))


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_does_not_fit(text: str) -> None:
    assert told(text)
    assert not any(fits(SCHEMA, document) for document in documents(text))


def test_the_sample_fits() -> None:
    found = [document for file in DATA.rglob("*.yaml") for document in documents(file.read_text())]
    assert found
    assert [document for document in found if not fits(SCHEMA, document)] == []


def test_every_key_is_described() -> None:
    parts = {name: part.get("properties", {}) for name, part in SCHEMA["$defs"].items()}
    assert {"process", "extends", "tasks", "start", "after", "defaults"} <= parts["ProcessDocument"].keys()
    assert {"command", "manual", "retries", "after", "output_cap"} <= parts["TaskPart"].keys()
    assert {"checks", "locks", "on_unknown", "resources", "retry_jitter", "retry_on", "secrets"} <= parts[
        "Settings"
    ].keys()
    assert parts["ChecksPart"].keys() >= {"before", "after", "retries", "retry_delay", "retry_jitter"}
    assert parts["WindowPart"].keys() == {"from", "to"}
    assert parts["ResourceDocument"].keys() == {"resource", "units", "title"}
    assert [name for name in parts if "extends" in parts[name]] == ["ProcessDocument", "TemplateDocument"]
    assert SCHEMA["$schema"].endswith("2020-12/schema")
