"""What documents come to: the records that runs keep."""

from datetime import date, time, timedelta

import pytest

from boms_tui.model.condition import Dependency, FileCheck, Outcome, RelativeDate
from boms_tui.model.definition import (
    Checks,
    Command,
    Contact,
    Lock,
    Manual,
    OnFailure,
    OnUnknown,
    Overlap,
    Parameter,
    Process,
    RetryPolicy,
    Role,
    Task,
)
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.states import AttemptState
from boms_tui.model.trigger import CronStart, ProcessStart
from tests.model.definitions.given import applied, process, told

A, T = ProcessId("a"), TaskName("t")
OTHERS = "process: b/c\ntasks: {u: {command: run}}\n---\nresource: slots\nunits: 4\n"


def task(text: str, before: str = "") -> Task:
    """The task `t` that says `text`, in a process that says `before`."""
    return process(f"process: a\n{before}\ntasks:\n  s: {{command: run}}\n  t: {{{text}}}\n", "a", OTHERS).tasks[T]


def test_the_least_process_has_all_defaults() -> None:
    assert process("process: a\ntasks: {t: {command: run}}\n") == Process(id=A, tasks={T: Task(T, Command(("run",)))})


def test_everything_a_process_says() -> None:
    text = """
process: a
title: End of day
instructions: |
  Call first.
owner: admin
timezone: Asia/Kolkata
day_starts: 06:00
parameters: {region: {default: west, choices: [west, south]}, limit: {default: "10"}}
start:
  - cron: 30 18 * * mon-fri
  - process: b/c
after:
  - b/c
  - {process: b/c, task: u, when: finished, date: previous, if_planned: true}
  - {process: b/c, date: 2026-11-20}
overlap: skip
on_failure: continue
contacts: [desk]
priority: 70
tasks:
  t: {command: run}
---
contact: desk
mail: desk@example.com
"""
    other = ProcessId("b/c")
    assert process(text, "a", OTHERS) == Process(
        id=A,
        tasks={T: Task(T, Command(("run",)), priority=70, on_failure=OnFailure.CONTINUE)},
        title="End of day",
        instructions="Call first.\n",
        owner="admin",
        timezone="Asia/Kolkata",
        day_starts=time(6),
        parameters={"region": Parameter("west", ("west", "south")), "limit": Parameter("10")},
        start=(CronStart("30 18 * * mon-fri"), ProcessStart(other)),
        after=(
            Dependency(process=other),
            Dependency(Outcome.FINISHED, other, TaskName("u"), RelativeDate.PREVIOUS, if_planned=True),
            Dependency(process=other, date=date(2026, 11, 20)),
        ),
        contacts=("desk",),
        priority=70,
        overlap=Overlap.SKIP,
    )


def test_everything_a_task_says() -> None:
    said = """title: Load, instructions: Look., command: [run, a b], environment: {A: "${run}"}, directory: jobs,
      success_codes: [0, 3], after: [s], retries: 3, retry_delay: 5s, retry_backoff: 1.5, retry_max_delay: 1m,
      timeout: 2h, pool: big, priority: 9, confirm: true, on_failure: fail, contacts: [], output_cap: 64KiB,
      retry_jitter: 20%, retry_on: [failed, timed-out], on_unknown: rerun, checks: {before: [{file: in.csv}]},
      resources: {slots: 2}, locks: [positions], secrets: {PASSWORD: "env:PASSWORD"},
      exclude: true, dry: true"""
    assert task(said) == Task(
        name=T,
        work=Command(("run", "a b"), {"A": "${run}"}, "jobs", frozenset({0, 3})),
        title="Load",
        after=(Dependency(task=TaskName("s")),),
        retry=RetryPolicy(
            3,
            timedelta(seconds=5),
            1.5,
            timedelta(minutes=1),
            0.2,
            frozenset({AttemptState.FAILED, AttemptState.TIMED_OUT}),
        ),
        timeout=timedelta(hours=2),
        pool="big",
        priority=9,
        confirm=True,
        on_failure=OnFailure.FAIL,
        instructions="Look.",
        output_cap=65_536,
        on_unknown=OnUnknown.RERUN,
        checks=Checks(before=(FileCheck("in.csv"),)),
        resources={"slots": 2},
        locks=(Lock("positions"),),
        secrets={"PASSWORD": "env:PASSWORD"},
        exclude=True,
        dry=True,
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("s", Dependency(task=TaskName("s"))),
        ("s: finished", Dependency(Outcome.FINISHED, task=TaskName("s"))),
        ("{task: s, when: failed}", Dependency(Outcome.FAILED, task=TaskName("s"))),
        ("b/c", Dependency(process=ProcessId("b/c"))),
        ("b/c: failed", Dependency(Outcome.FAILED, ProcessId("b/c"))),
        ("'b/c:u'", Dependency(process=ProcessId("b/c"), task=TaskName("u"))),
        ("'b/c:u': failed", Dependency(Outcome.FAILED, ProcessId("b/c"), TaskName("u"))),
        ("{process: b/c}", Dependency(process=ProcessId("b/c"))),
    ],
)
def test_the_forms_of_a_dependency(entry: str, expected: Dependency) -> None:
    assert task(f"command: run, after: [{entry}]").after == (expected,)


def test_a_task_may_have_the_name_of_a_key() -> None:
    text = "process: a\ntasks: {process: {command: run}, t: {command: run, after: [{process: b/c}, process]}}\n"
    assert process(text, "a", OTHERS).tasks[T].after == (
        Dependency(process=ProcessId("b/c")),
        Dependency(task=TaskName("process")),
    )


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("run a 'b c' \"d e\"", ("run", "a", "b c", "d e")),
        ("run *.csv | sort; ls > x", ("run", "*.csv", "|", "sort;", "ls", ">", "x")),
        ("run $$HOME ${run}", ("run", "$$HOME", "${run}")),
    ],
)
def test_a_string_is_split_and_nothing_else(command: str, argv: tuple[str, ...]) -> None:
    work = task(f'command: "{command}"'.replace('"d e"', r"\"d e\"")).work
    assert isinstance(work, Command)
    assert work.argv == argv


def test_defaults_lie_under_tasks() -> None:
    defaults = (
        "defaults: {retries: 2, timeout: 5m, pool: big, environment: {A: a, B: b}, contacts: [desk], directory: d}"
    )
    desk = "process: a\n" + defaults + "\ntasks: {t: {command: run, retries: 0, environment: {B: c}, contacts: []}}\n"
    found = process(desk, "a", "contact: desk\nmail: a@example.com\n").tasks[T]
    assert found.work == Command(("run",), {"A": "a", "B": "c"}, "d")
    assert (found.retry.retries, found.timeout, found.pool, found.contacts) == (0, timedelta(minutes=5), "big", ())


def test_a_manual_task_takes_no_notice_of_what_defaults_say_of_commands() -> None:
    found = task("manual: {prompt: Well?}", "defaults: {retries: 2, confirm: true, environment: {A: a}}")
    assert (found.work, found.confirm) == (Manual("Well?"), False)


@pytest.mark.parametrize("work", ["command: run", "manual: {prompt: Well?}"])
def test_every_task_may_be_excluded_or_dry_and_so_may_all(work: str) -> None:
    assert (task(work).exclude, task(work).dry) == (False, False)
    assert (task(f"{work}, exclude: true").exclude, task(f"{work}, dry: true").dry) == (True, True)
    found = task(f"{work}, dry: false", "defaults: {exclude: true, dry: true}")
    assert (found.exclude, found.dry) == (True, False)


def test_tasks_come_in_order_of_their_dependencies_then_of_the_file() -> None:
    text = "process: a\ntasks: {d: {command: x, after: [c]}, b: {command: x}, c: {command: x}, a: {command: x}}\n"
    assert list(process(text).tasks) == ["b", "c", "d", "a"]


def test_what_stands_in_the_process_wins_over_its_template() -> None:
    template = """
template: nightly
title: Nightly
timezone: Asia/Kolkata
contacts: [desk]
parameters: {region: {default: west, choices: [west, south]}}
defaults: {retries: 2, timeout: 5m}
start: [{cron: 0 1 * * *}]
tasks:
  first: {command: [begin], environment: {A: a, B: b}}
  last: {command: [finish], after: [first]}
---
contact: desk
mail: desk@example.com
"""
    text = """
process: a
extends: nightly
title: Mine
contacts: []
parameters: {region: {default: south}}
defaults: {retries: 1}
start: [{cron: 0 2 * * *}]
tasks:
  first: {environment: {B: c}}
  middle: {command: [work], after: [first]}
  last: {after: [middle]}
"""
    found = process(text, "a", template)
    assert (found.title, found.timezone, found.contacts) == ("Mine", "Asia/Kolkata", ())
    assert found.parameters == {"region": Parameter("south", ("west", "south"))}
    assert found.start == (CronStart("0 2 * * *"),)
    assert list(found.tasks) == ["first", "middle", "last"]
    first = found.tasks[TaskName("first")]
    assert first.work == Command(("begin",), {"A": "a", "B": "c"})
    assert (first.retry.retries, first.timeout) == (1, timedelta(minutes=5))
    assert found.tasks[TaskName("last")].after == (Dependency(task=TaskName("middle")),)


def test_a_fault_that_comes_with_the_template_is_told_where_it_stands() -> None:
    template = "template: nightly\ntasks:\n  t: {command: '${parameters.region}'}\n"
    assert told("process: a\nextends: nightly\n", template) == [
        "2.yaml:3:16: unknown placeholder: ${parameters.region} (the process has no `parameters`)"
    ]


def test_a_fault_of_a_template_is_told_once() -> None:
    template = "template: nightly\nretrys: 1\ncontacts: [nobody]\n"
    assert told("process: a\nextends: nightly\ntasks: {t: {command: x}}\n", template) == [
        "2.yaml:2:1: unknown key: retrys"
    ]
    assert told("process: a\nextends: nightly\ntasks: {t: {command: x}}\n", template.replace("retrys: 1\n", "")) == [
        "2.yaml:2:12: unknown contact: nobody"
    ]


def test_contacts_and_roles() -> None:
    catalogue = applied("""
contact: desk
name: The desk
phone: "+91 22 5550 0101 x 12"
mail: desk@example.com
hours: {mon-fri: 08:00-20:00, sat: 08:00-24:00}
then: {oncall: 15m, manager: 1h}
---
contact: oncall
phone: "+1 555 0100"
---
contact: manager
mail: manager@example.com
---
role: settlement
inherits: [operator]
scopes: [settlement/*, reference/*]
---
role: auditor
""").catalogue
    assert catalogue.contacts["desk"] == Contact(
        "desk",
        "The desk",
        "+91 22 5550 0101 x 12",
        "desk@example.com",
        {"mon-fri": "08:00-20:00", "sat": "08:00-24:00"},
        {"oncall": timedelta(minutes=15), "manager": timedelta(hours=1)},
    )
    assert list(catalogue.contacts["desk"].then) == ["oncall", "manager"]
    assert catalogue.contacts["oncall"] == Contact("oncall", "oncall", "+1 555 0100")
    assert catalogue.roles == {
        "settlement": Role("settlement", ("operator",), ("settlement/*", "reference/*")),
        "auditor": Role("auditor"),
    }


def test_delays_grow_to_their_limit_and_never_beyond_a_year() -> None:
    minute = timedelta(minutes=1)
    assert [RetryPolicy(5, minute, 2.0).delay_before(n) for n in (1, 2, 3)] == [minute, 2 * minute, 4 * minute]
    assert RetryPolicy(5, minute, 2.0, 3 * minute).delay_before(3) == 3 * minute
    assert RetryPolicy(5, minute, 2.0, timedelta(0)).delay_before(3) == timedelta(0)
    assert RetryPolicy(1_000, minute, 100.0).delay_before(1_000) == timedelta(days=366)
