"""Resources and locks: what there is of them, and what tasks need."""

import pytest

from boms_tui.model.definition import Lock, LockMode, Resource
from boms_tui.model.ids import ProcessId, TaskName
from tests.model.definitions.given import applied, process, revisions, told

T = TaskName("t")
SLOTS = "resource: slots\nunits: 4\n"
IDS = "an id has a-z, 0-9, _ and -, and begins with a letter or digit"

AND = "that can never open (0 stops all that need it, and is allowed)"


def needing(units: int, name: str = "a") -> str:
    return f"process: {name}\ntasks: {{t: {{command: run, resources: {{slots: {units}}}}}}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("units: 4\n", Resource("slots", 4)),
        ("units: 0\ntitle: Closed for the weekend\n", Resource("slots", 0, "Closed for the weekend")),
        ("units: 1000000\n", Resource("slots", 1_000_000)),
    ],
)
def test_resources(text: str, expected: Resource) -> None:
    assert applied(f"resource: slots\n{text}").catalogue.resources == {"slots": expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resource: slots\n", "1:1: `units` is missing"),
        ("resource: Slots\nunits: 1\n", f"1:11: not an id: Slots ({IDS})"),
        ("resource: a/b\nunits: 1\n", f"1:11: not an id: a/b ({IDS})"),
        ("resource: slots\nunits: -1\n", "2:8: not a whole number from 0 to 1000000: -1"),
        ("resource: slots\nunits: 1000001\n", "2:8: not a whole number from 0 to 1000000: 1000001"),
        ("resource: slots\nunits: 2.5\n", "2:8: not a whole number from 0 to 1000000: 2.5"),
        ("resource: slots\nunits: [4]\n", "2:8: `units` must be text, not a list"),
        ("resource: slots\nunit: 4\n", "1:1: `units` is missing|2:1: unknown key: unit (did you mean units?)"),
        (f"{SLOTS}---\n{SLOTS}", "4:11: resource slots is defined twice (first in 1.yaml:1)"),
    ],
)
def test_what_is_wrong_with_a_resource(text: str, expected: str) -> None:
    assert told(text) == [f"1.yaml:{line}" for line in expected.split("|")]


def test_a_resource_is_applied_like_any_other_document() -> None:
    first = applied(SLOTS, needing(4))
    assert first.created == ("resource slots", "process a")
    again = applied(SLOTS, current=revisions(first))
    assert (again.unchanged, again.catalogue.resources) == (("resource slots",), {"slots": Resource("slots", 4)})
    more = applied(SLOTS.replace("4", "5"), current=revisions(first))
    assert (more.changed, more.catalogue.resources) == (("resource slots",), {"slots": Resource("slots", 5)})


def test_defaults_lie_under_tasks_and_mean_nothing_to_a_manual_one() -> None:
    text = """
process: a
defaults: {resources: {slots: 2, lines: 1}, locks: [positions]}
tasks:
  t: {command: run, resources: {slots: 3}, locks: [{name: prices, mode: shared}]}
  u: {command: run, resources: {lines: 0}, locks: []}
  v: {command: run}
  m: {manual: {prompt: Well?}}
---
resource: lines
units: 1
"""
    tasks = process(text, "a", SLOTS).tasks
    assert [dict(one.resources) for one in tasks.values()] == [
        {"slots": 3, "lines": 1},
        {"slots": 2},
        {"slots": 2, "lines": 1},
        {},
    ]
    assert [one.locks for one in tasks.values()] == [(Lock("prices", LockMode.SHARED),), (), (Lock("positions"),), ()]


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (
            "resources: [slots]",
            "24: `resources` must be a mapping, not a list (such as {key: value})",
        ),
        ("resources: {slots: some}", "32: not a whole number from 0 to 1000000: some"),
        ("resources: {Slots: 1}", f"25: not an id: Slots ({IDS})"),
        ("resources: {slotz: 1}", "32: unknown resource: slotz (did you mean slots?)"),
        ("resources: {slots: 5}", "32: needs 5 units of slots, which has 4: this can never open"),
        ("resources: {slots: 0}", "32: 0 units of slots, which `defaults` does not ask for (leave it out)"),
    ],
)
def test_what_is_wrong_with_what_a_task_needs(says: str, expected: str) -> None:
    assert told(f"process: a\ntasks: {{t: {{{says}, command: run}}}}\n", SLOTS) == [f"1.yaml:2:{expected}"]


def test_needing_none_of_a_misspelt_resource_is_told() -> None:
    text = "process: a\ndefaults: {resources: {slots: 1}}\ntasks: {t: {command: run, resources: {slotz: 0}}}\n"
    assert told(text, SLOTS) == [
        "1.yaml:3:46: 0 units of slotz, which `defaults` does not ask for (did you mean slots?)"
    ]


def test_what_defaults_and_templates_need_is_looked_up_where_it_stands() -> None:
    text = "process: a\ndefaults: {resources: {slots: 5, slotz: 1}}\ntasks: {t: {command: run}, u: {command: run}}\n"
    assert told(text, SLOTS) == [
        "1.yaml:2:31: needs 5 units of slots, which has 4: this can never open",
        "1.yaml:2:41: unknown resource: slotz (did you mean slots?)",
    ]
    template = text.replace("process: a", "template: nightly")
    assert told("process: a\nextends: nightly\n", template, SLOTS) == [
        "2.yaml:2:31: needs 5 units of slots, which has 4: this can never open",
        "2.yaml:2:41: unknown resource: slotz (did you mean slots?)",
    ]


def test_a_resource_with_faults_is_no_unknown_name_and_has_no_units() -> None:
    before = revisions(applied(SLOTS))
    assert told("resource: slots\nunits: x\n", needing(9), current=before) == [
        "1.yaml:2:8: not a whole number from 0 to 1000000: x"
    ]


def test_a_process_with_faults_still_has_its_resources_looked_up() -> None:
    assert told(needing(5).replace("command: run", "command: run, retries: x"), SLOTS) == [
        "1.yaml:2:36: not a whole number from 0 to 1000: x",
        "1.yaml:2:58: needs 5 units of slots, which has 4: this can never open",
    ]


def test_a_resource_must_not_become_too_small_for_what_is_in_force() -> None:
    before = revisions(applied(SLOTS, needing(4), needing(3, "b/c"), needing(2, "d")))
    assert told("resource: slots\ntitle: x\nunits: 2\n", current=before) == [
        f"1.yaml:3:8: 2 units are too few for a:t (4), b/c:t (3): {AND}"
    ]
    assert told("resource: slots\nunits: 2\n", needing(2), current=before) == [
        f"1.yaml:2:8: 2 units are too few for b/c:t (3): {AND}"
    ]
    assert told("resource: slots\nunits: 2\n", needing(2), needing(1, "b/c"), current=before) == []


def test_who_is_short_of_units_is_told_in_one_line() -> None:
    before = revisions(applied(SLOTS, *(needing(4, f"p{n}") for n in range(12))))
    (problem,) = told("resource: slots\nunits: 2\n", current=before)
    assert "p7:t (4), …: that" in problem
    assert "p8" not in problem


def test_no_units_at_all_stop_what_needs_them_on_purpose() -> None:
    before = revisions(applied(SLOTS, needing(4)))
    stopped = applied("resource: slots\nunits: 0\n", current=before)
    assert stopped.catalogue.resources["slots"].units == 0
    assert applied(needing(9), current=revisions(applied("resource: slots\nunits: 0\n"))).catalogue.processes[
        ProcessId("a")
    ].tasks[T].resources == {"slots": 9}


def test_units_that_come_back_must_be_enough() -> None:
    stopped = revisions(applied("resource: slots\nunits: 0\n", needing(9)))
    assert told(SLOTS, current=stopped) == [f"1.yaml:2:8: 4 units are too few for a:t (9): {AND}"]


@pytest.mark.parametrize(
    ("locks", "expected"),
    [
        ("[positions]", (Lock("positions"),)),
        ("[{name: positions}]", (Lock("positions"),)),
        (
            "[{name: a, mode: exclusive}, {name: b, mode: shared}, c]",
            (Lock("a"), Lock("b", LockMode.SHARED), Lock("c")),
        ),
        ("[]", ()),
    ],
)
def test_locks(locks: str, expected: tuple[Lock, ...]) -> None:
    assert process(f"process: a\ntasks: {{t: {{command: run, locks: {locks}}}}}\n").tasks[T].locks == expected


@pytest.mark.parametrize(
    ("locks", "expected"),
    [
        ("positions", "34: `locks` must be a list, not text (such as [a, b])"),
        ("[Positions]", f"35: not an id: Positions ({IDS})"),
        ("[[a]]", "35: `locks` must be a mapping, not a list (such as {key: value})"),
        ("[{mode: shared}]", "35: `name` is missing"),
        ("[{name: a, mod: shared}]", "45: unknown key: mod (did you mean mode?)"),
        (
            "[{name: a, mode: shard}]",
            "51: `mode` must be shared or exclusive, not shard (did you mean shared?)",
        ),
        ("[a, {name: a, mode: shared}, b]", "38: the lock a stands twice (a task holds it once)"),
    ],
)
def test_what_is_wrong_with_locks(locks: str, expected: str) -> None:
    assert told(f"process: a\ntasks: {{t: {{command: run, locks: {locks}}}}}\n") == [f"1.yaml:2:{expected}"]


def test_a_lock_that_stands_twice_in_defaults_is_told_there() -> None:
    text = "process: a\ndefaults: {locks: [a, a]}\ntasks: {t: {command: run}}\n"
    assert told(text) == ["1.yaml:2:23: the lock a stands twice (a task holds it once)"]
