"""Secrets are named by reference, and no message tells what might be one."""

import pytest

from boms_tui.model.definitions import dump_body
from boms_tui.model.ids import TaskName
from tests.model.definitions.given import process, told

T = TaskName("t")
NO_LITERAL = "must be a reference to a secret, never the secret itself (env:NAME, file:/path or keyring:service/name)"
ENV = "must be a reference: env takes the name of a variable, such as env:FEED_PASSWORD"
FILE = "must be a reference: file takes a path from the root, such as file:/etc/boms/feed"
KEYRING = "must be a reference: keyring takes a service and a name, such as keyring:feeds/exchange"
UNFILLED = " (placeholders are not filled in it)"


@pytest.mark.parametrize(
    "reference", ["env:FEED_PASSWORD", "env:_a1", "file:/run/secrets/feed key", "keyring:feeds/a@b"]
)
def test_references(reference: str) -> None:
    found = process(f"process: a\ntasks: {{t: {{command: run, secrets: {{PASSWORD: '{reference}'}}}}}}\n").tasks[T]
    assert found.secrets == {"PASSWORD": reference}


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("hunter2", NO_LITERAL),
        ("''", NO_LITERAL),
        ("'hunter2:hunter2'", NO_LITERAL),
        ("'Env:hunter2'", NO_LITERAL),
        ("' env:hunter2'", NO_LITERAL),
        ("'env:'", ENV),
        ("'env:hunter2-x'", ENV),
        ("'env:1hunter2'", ENV),
        ("'env:${hunter2}'", ENV + UNFILLED),
        ("'file:hunter2'", FILE),
        ("'file:/'", FILE),
        ("'file:/hunter2/${run}'", FILE + UNFILLED),
        ("'keyring:hunter2'", KEYRING),
        ("'keyring:hunter2/'", KEYRING),
        ("'keyring:a/b/hunter2'", KEYRING),
        ("[hunter2]", "must be text, not a list"),
        ("{value: hunter2}", "must be text, not a mapping"),
    ],
)
def test_a_literal_is_refused_and_not_told(literal: str, expected: str) -> None:
    found = told(f"process: a\ntasks: {{t: {{command: run, secrets: {{PASSWORD: {literal}}}}}}}\n")
    assert found == [f"1.yaml:2:47: `PASSWORD` {expected}"]
    assert "hunter2" not in found[0]


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        ("{1A: env:X}", "1.yaml:2:37: not the name of a variable: 1A"),
        (
            "{BOMS_RUN: env:X}",
            "1.yaml:2:37: the runtime sets what begins with BOMS_: BOMS_RUN (choose another name)",
        ),
        ("[env:hunter2]", "1.yaml:2:36: `secrets` must be a mapping, not a list (such as {key: value})"),
        ("hunter2", "1.yaml:2:36: `secrets` must be a mapping, not text (such as {key: value})"),
    ],
)
def test_what_is_wrong_with_names(secrets: str, expected: str) -> None:
    assert told(f"process: a\ntasks: {{t: {{command: run, secrets: {secrets}}}}}\n") == [expected]


def test_defaults_lie_under_tasks_and_mean_nothing_to_a_manual_one() -> None:
    text = """
process: a
defaults: {secrets: {A: env:A, B: env:B}}
tasks:
  t: {command: run, secrets: {B: env:C}}
  m: {manual: {prompt: Well?}}
"""
    tasks = process(text).tasks
    assert tasks[T].secrets == {"A": "env:A", "B": "env:C"}
    assert tasks[TaskName("m")].secrets == {}


def test_a_literal_in_a_template_is_not_told_either() -> None:
    template = "template: nightly\ndefaults: {secrets: {A: hunter2}}\n"
    assert told("process: a\nextends: nightly\ntasks: {t: {command: run}}\n", template) == [
        f"2.yaml:2:25: `A` {NO_LITERAL}"
    ]


def test_what_is_stored_is_the_reference() -> None:
    found = process("process: a\ntasks: {t: {command: run, secrets: {A: 'file:/k'}}}\n")
    assert '"secrets":{"A":"file:/k"}' in dump_body(found)
