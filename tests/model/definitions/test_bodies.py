"""Records survive being stored."""

import json
import subprocess
import sys
from dataclasses import fields
from datetime import date, time, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.definition import (
    Command,
    Contact,
    CronStart,
    Dependency,
    Manual,
    OnFailure,
    Outcome,
    Parameter,
    Process,
    ProcessStart,
    RelativeDate,
    RetryPolicy,
    Role,
    Task,
)
from boms_tui.model.definitions import dump_body, load_body
from boms_tui.model.definitions.bodies import Body
from boms_tui.model.ids import ProcessId, TaskName

text = st.text(max_size=20)
names = st.text("abc-_0", min_size=1, max_size=8)
processes = names.map(ProcessId)
tasks_names = names.map(TaskName)
durations = st.timedeltas(timedelta(0), timedelta(days=366))
texts = st.lists(text, max_size=3).map(tuple)
dependencies = st.builds(
    Dependency,
    st.sampled_from(Outcome),
    st.none() | processes,
    st.none() | tasks_names,
    st.sampled_from(RelativeDate) | st.dates(date(1970, 1, 1)),
    if_planned=st.booleans(),
)
commands = st.builds(
    Command, texts, st.dictionaries(names, text, max_size=3), text, st.frozensets(st.integers(0, 255), max_size=3)
)
policies = st.builds(RetryPolicy, st.integers(0, 9), durations, st.floats(1, 100), st.none() | durations)
tasks = st.builds(
    Task,
    tasks_names,
    commands | st.builds(Manual, text),
    text,
    st.lists(dependencies, max_size=3).map(tuple),
    policies,
    st.none() | durations,
    names,
    st.integers(0, 100),
    confirm=st.booleans(),
    on_failure=st.sampled_from(OnFailure),
    contacts=texts,
    instructions=text,
    output_cap=st.integers(1, 1 << 40),
)
whole_processes = st.builds(
    Process,
    processes,
    st.lists(tasks, max_size=3).map(lambda found: {task.name: task for task in found}),
    text,
    text,
    names,
    text,
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.dictionaries(names, st.builds(Parameter, st.none() | text, texts), max_size=3),
    st.lists(st.builds(CronStart, text) | st.builds(ProcessStart, processes), max_size=3).map(tuple),
    st.lists(dependencies, max_size=3).map(tuple),
    texts,
    st.integers(0, 100),
)
contacts = st.builds(
    Contact, names, text, text, text, st.dictionaries(names, text), st.dictionaries(names, durations, max_size=3)
)
roles = st.builds(Role, names, texts, texts)
templates = st.dictionaries(names, text | st.lists(text) | st.dictionaries(names, text))
bodies = st.one_of(
    whole_processes.map(lambda record: ("process", record)),
    contacts.map(lambda record: ("contact", record)),
    roles.map(lambda record: ("role", record)),
    templates.map(lambda record: ("template", record)),
)


@given(bodies)
def test_what_is_loaded_is_what_was_dumped(body: tuple[str, Body]) -> None:
    kind, record = body
    dumped = dump_body(record)
    loaded = load_body(kind, dumped)
    assert loaded == record
    assert dump_body(loaded) == dumped


@given(whole_processes)
def test_the_order_of_tasks_is_kept(process: Process) -> None:
    assert list(load_body("process", dump_body(process)).tasks) == list(process.tasks)


@pytest.mark.parametrize("record", [Process, Task, Command, Dependency, Contact, Role])
def test_every_field_is_written_out(record: type) -> None:
    command = Task(TaskName("t"), Command(("run",)), after=(Dependency(task=TaskName("s")),))
    written = {
        Process: json.loads(dump_body(Process(ProcessId("a"), {TaskName("t"): command}))),
        Contact: json.loads(dump_body(Contact("desk", "Desk"))),
        Role: json.loads(dump_body(Role("r"))),
    }
    task = written[Process]["tasks"][0]
    written |= {Task: {"work": task.pop("command"), **task}, Dependency: task["after"][0]}
    written |= {Command: written[Task]["work"]}
    assert written[record].keys() == {field.name for field in fields(record)}


def test_every_kind_of_body_is_known() -> None:
    assert {Process, Contact, Role} < set(get_args(Body))


HEAVY = ("pydantic", "networkx", "croniter", "yaml", "difflib")
SCRIPT = f"""
import sys
import boms_tui.model.graph, boms_tui.model.placeholders, boms_tui.model.planning
from boms_tui.model.definitions import catalogue_of, load_body
load_body("role", '{{"id": "r", "inherits": [], "scopes": []}}')
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_loading_brings_in_nothing_heavy() -> None:
    answer = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
