"""Records survive being stored."""

import json
import subprocess
import sys
from dataclasses import fields
from datetime import date, time, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.calendar import (
    BUSINESS_DAY,
    DAY,
    EVERY,
    FULL_DAY,
    HALF_DAY,
    PERIODS,
    WEEKDAYS,
    Calendar,
    DayRule,
    Roll,
)
from boms_tui.model.condition import (
    Dependency,
    EventWait,
    FileCheck,
    FileWait,
    Group,
    Milestone,
    Outcome,
    RelativeDate,
)
from boms_tui.model.definition import (
    RETRIABLE,
    Checks,
    Command,
    Contact,
    Cyclic,
    CyclicFrom,
    Deadlines,
    Lock,
    LockMode,
    Manual,
    Missed,
    OnFailure,
    OnUnknown,
    OutputCheck,
    Overlap,
    Parameter,
    Process,
    Resource,
    RetryPolicy,
    Role,
    Task,
    Window,
)
from boms_tui.model.definitions import dump_body, load_body
from boms_tui.model.definitions.bodies import Body
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart

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
    within=st.none() | durations,
    milestone=st.none() | st.builds(Milestone, st.none() | st.integers(0, 100), text),
)
commands = st.builds(
    Command, texts, st.dictionaries(names, text, max_size=3), text, st.frozensets(st.integers(0, 255), max_size=3)
)
policies = st.builds(
    RetryPolicy,
    st.integers(0, 9),
    durations,
    st.floats(1, 100),
    st.none() | durations,
    st.floats(0, 1),
    st.frozensets(st.sampled_from(RETRIABLE)),
)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
sizes = st.none() | st.integers(0, 1 << 40)
files = st.builds(FileCheck, text, sizes, sizes, st.none() | durations, st.none() | durations)
checks = st.builds(
    Checks,
    st.lists(files | st.builds(Window, times, times), max_size=3).map(tuple),
    st.lists(files | st.builds(OutputCheck, text, text), max_size=3).map(tuple),
    st.none() | policies,
)
units = st.integers(0, 1_000_000)
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
    on_unknown=st.sampled_from(OnUnknown),
    checks=checks,
    resources=st.dictionaries(names, units, max_size=3),
    locks=st.lists(st.builds(Lock, names, st.sampled_from(LockMode)), max_size=3).map(tuple),
    secrets=st.dictionaries(names, text, max_size=3),
    exclude=st.booleans(),
    dry=st.booleans(),
)
starts = (
    st.builds(CronStart, text)
    | st.builds(EventStart, names)
    | st.builds(FileStart, files, text, text)
    | st.builds(ProcessStart, processes, st.none() | names.map(TaskName), st.sampled_from(Outcome))
)
conditions = st.recursive(
    dependencies | st.builds(FileWait, files) | st.builds(EventWait, names),
    lambda inner: st.builds(Group, st.lists(inner, min_size=1, max_size=3).map(tuple), st.booleans()),
    max_leaves=4,
)
whole_processes = st.builds(
    Process,
    processes,
    st.lists(tasks, max_size=3).map(lambda found: {task.name: task for task in found}),
    text,
    text,
    names,
    st.just("") | names,
    text,
    times,
    st.dictionaries(names, st.builds(Parameter, st.none() | text, texts), max_size=3),
    st.lists(starts, max_size=3).map(tuple),
    st.lists(conditions, max_size=3).map(tuple),
    texts,
    st.integers(0, 100),
    st.sampled_from(Overlap),
    window=st.none() | st.builds(Window, times, times),
    deadlines=st.builds(Deadlines, st.none() | times, st.none() | times, st.none() | durations),
    once_per_date=st.booleans(),
    missed=st.sampled_from(Missed),
    cyclic=st.none()
    | st.builds(Cyclic, durations, st.sampled_from(CyclicFrom), st.none() | times, st.none() | st.integers(1, 99)),
)
contacts = st.builds(
    Contact, names, text, text, text, st.dictionaries(names, text), st.dictionaries(names, durations, max_size=3)
)
some_dates = st.dates(date(1970, 1, 1))
units = st.sampled_from([DAY, BUSINESS_DAY, HALF_DAY, FULL_DAY, *WEEKDAYS])
rules = st.builds(DayRule, st.just(1) | st.just(-1), units, st.sampled_from(PERIODS)) | st.builds(
    DayRule, st.integers(-53, 53), units, st.just("year")
).map(lambda rule: DayRule(EVERY, rule.unit) if rule.ordinal == EVERY else rule)
calendars = st.builds(
    Calendar,
    names,
    text,
    st.just("") | names,
    st.none() | st.frozensets(st.integers(0, 6)),
    texts,
    st.dictionaries(some_dates, text, max_size=3),
    st.frozensets(some_dates, max_size=3),
    st.frozensets(some_dates, max_size=3),
    st.dictionaries(some_dates, times, max_size=3),
    st.lists(rules | some_dates, max_size=3).map(tuple),
    st.none() | st.sampled_from(Roll),
    st.integers(-30, 30),
    st.none() | some_dates,
)
roles = st.builds(Role, names, texts, texts)
resources = st.builds(Resource, names, units, text)
templates = st.dictionaries(names, text | st.lists(text) | st.dictionaries(names, text))
bodies = st.one_of(
    whole_processes.map(lambda record: ("process", record)),
    calendars.map(lambda record: ("calendar", record)),
    contacts.map(lambda record: ("contact", record)),
    roles.map(lambda record: ("role", record)),
    resources.map(lambda record: ("resource", record)),
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


WRITTEN = [Process, Task, Command, Dependency, RetryPolicy, Checks, FileCheck, Window, Deadlines, OutputCheck, Lock]


@pytest.mark.parametrize("record", [*WRITTEN, Calendar, Contact, Role, Resource])
def test_every_field_is_written_out(record: type) -> None:
    checks = Checks((FileCheck("a"), Window(time(1), time(2))), (OutputCheck("x"),), RetryPolicy())
    command = Task(
        TaskName("t"),
        Command(("run",)),
        after=(Dependency(task=TaskName("s")),),
        checks=checks,
        locks=(Lock("positions"),),
    )
    process = json.loads(dump_body(Process(ProcessId("a"), {TaskName("t"): command})))
    task = process["tasks"][0]
    written = {
        Process: process,
        Calendar: json.loads(dump_body(Calendar("nse"))),
        Contact: json.loads(dump_body(Contact("desk", "Desk"))),
        Role: json.loads(dump_body(Role("r"))),
        Resource: json.loads(dump_body(Resource("slots", 4))),
        Command: task.pop("command"),
        Task: {"work": "one of two", **task},
        Dependency: task["after"][0],
        RetryPolicy: task["checks"]["retry"],
        Checks: task["checks"],
        FileCheck: task["checks"]["before"][0]["file"],
        Window: task["checks"]["before"][1]["window"],
        Deadlines: process["deadlines"],
        OutputCheck: task["checks"]["after"][0]["output"],
        Lock: task["locks"][0],
    }
    assert written[record].keys() == {field.name for field in fields(record)}


OLD = json.loads((Path(__file__).parent / "examples" / "first-release.json").read_text())
"""What the first release stored for the YAML beside it."""


def test_bodies_of_the_first_release_mean_what_they_meant() -> None:
    bodies = {(one["kind"], one["id"]): load_body(one["kind"], one["body"]) for one in OLD}
    margin = bodies["process", "settlement/eod-margin"]
    assert isinstance(margin, Process)
    assert (margin.overlap, margin.deadlines) == (Overlap.QUEUE, Deadlines())
    retry = RetryPolicy(2, timedelta(minutes=1), 2.0, timedelta(minutes=10), jitter=0.0, on=frozenset(RETRIABLE))
    for task in margin.tasks.values():
        assert (task.retry, task.on_unknown, task.checks) == (retry, OnUnknown.WAIT, Checks())
        assert (task.resources, task.locks, task.secrets) == ({}, (), {})
    assert bodies["contact", "desk"] == Contact("desk", "desk", mail="desk@example.com")
    assert bodies["role", "settlement"] == Role("settlement")
    assert bodies["template", "nightly"] == {"template": "nightly", "defaults": {"retries": "1"}}


def test_every_kind_of_body_is_known() -> None:
    assert {Process, Contact, Role, Resource} < set(get_args(Body))


HEAVY = ("pydantic", "networkx", "croniter", "yaml", "difflib", "re2")
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
