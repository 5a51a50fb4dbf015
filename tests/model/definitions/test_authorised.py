"""Whom tasks are reserved for."""

import pytest

from boms_tui.model.definitions.bodies import dump_body, load_body
from tests.model.definitions.given import process, told

ROLE = "role: desk\n"


def test_a_task_narrows_what_its_defaults_narrow() -> None:
    text = """process: a
defaults: {authorised: {run: [supervisor], kill: [admin]}}
tasks:
  t: {command: run, authorised: {run: [desk, admin], skip: [desk]}}
  m: {manual: {prompt: sure?}}
"""
    made = process(text, "a", ROLE)
    assert [one.authorised for one in made.tasks.values()] == [
        {"run": ("desk", "admin"), "kill": ("admin",), "skip": ("desk",)},
        {"run": ("supervisor",), "kill": ("admin",)},
    ]
    assert load_body("process", dump_body(made)) == made


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{fly: [admin]}", "3:34: no verb of tasks: fly"),
        ("{retri: [admin]}", "3:34: no verb of tasks: retri (did you mean retry?)"),
        ("{run: [desks]}", "3:40: unknown role: desks (did you mean desk?)"),
        ("{run: admin}", "3:39: `run` must be a list, not text (such as [a, b])"),
        ("[admin]", "3:33: `authorised` must be a mapping, not a list (such as {key: value})"),
    ],
)
def test_what_is_wrong_with_it(said: str, expected: str) -> None:
    text = f"process: a\ntasks:\n  t: {{command: run, authorised: {said}}}\n"
    assert told(text, ROLE) == [f"1.yaml:{expected}"]


def test_a_template_names_roles_that_there_are() -> None:
    text = "template: t\ndefaults: {authorised: {run: [desks]}}\ntasks: {x: {authorised: {skip: [desks]}}}\n"
    assert [line.partition(": ")[2] for line in told(text, ROLE)] == ["unknown role: desks (did you mean desk?)"] * 2


def test_a_whole_process_is_narrowed_in_its_defaults() -> None:
    text = "process: a\nauthorised: {run: [admin]}\ntasks: {t: {command: run}}\n"
    assert told(text) == ["1.yaml:2:1: unknown key: authorised (it stands in `defaults` or in a task)"]
