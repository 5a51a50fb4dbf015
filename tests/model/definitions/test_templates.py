"""Templates that extend templates: what wins, and what is refused."""

from datetime import timedelta

import pytest

from boms_tui.model.definition import Command
from boms_tui.model.definitions import dump_body
from boms_tui.model.ids import ProcessId, TaskName
from tests.model.definitions.given import applied, process, revisions, told

A = ProcessId("a")
T = TaskName("t")
TASKS = "tasks: {t: {command: run}}\n"
BASE = "template: base\ntimezone: Asia/Kolkata\ndefaults: {retries: 1, timeout: 5m}\n"
NIGHTLY = "template: nightly\nextends: base\ndefaults: {retries: 2}\n"
LATE = "template: late\nextends: nightly\npriority: 60\n"
MINE = f"process: a\nextends: late\n{TASKS}"
OTHER = f"process: b\nextends: base\n{TASKS}"
ALONE = f"process: c\n{TASKS}"
CHAIN = (BASE, NIGHTLY, LATE, MINE)


# what wins
def test_a_value_comes_through_any_number_of_templates() -> None:
    found = process(MINE, "a", LATE, NIGHTLY, BASE)
    assert (found.timezone, found.priority) == ("Asia/Kolkata", 60)
    assert (found.tasks[T].retry.retries, found.tasks[T].timeout) == (2, timedelta(minutes=5))


def test_a_thousand_templates_are_no_more_than_one() -> None:
    texts = [BASE.replace("base", "t0"), *(f"template: t{n}\nextends: t{n - 1}\n" for n in range(1, 1_000))]
    assert process(f"process: a\nextends: t999\n{TASKS}", "a", "---\n".join(reversed(texts))).timezone == "Asia/Kolkata"


PRECEDENCE = [
    # what base, nightly and the process say, and what holds
    ("title: b", "title: n", "title: p", "title: p"),
    ("title: b", "title: n", "", "title: n"),
    ("title: b", "", "", "title: b"),
    ("title: b", "", "title: p", "title: p"),
    ("", "title: n", "title: p", "title: p"),
    ("priority: 1", "priority: 0", "", "priority: 0"),
    ("title: b", "title: ''", "", ""),
    ("title: b", "title: n", "title: ''", ""),
    # lists are replaced
    ("contacts: [x, y]", "contacts: [z]", "", "contacts: [z]"),
    ("contacts: [x, y]", "contacts: []", "", ""),
    ("contacts: [x, y]", "", "contacts: []", ""),
    ("contacts: [x]", "contacts: [y]", "contacts: [z]", "contacts: [z]"),
    ("start: [{cron: 0 1 * * *}]", "start: [{cron: 0 2 * * *}]", "", "start: [{cron: 0 2 * * *}]"),
    ("after: [d]", "", "after: [{process: e, when: failed}]", "after: [{process: e, when: failed}]"),
    ("defaults: {success_codes: [0, 1]}", "defaults: {success_codes: [2]}", "", "defaults: {success_codes: [2]}"),
    ("defaults: {locks: [x]}", "defaults: {locks: [y]}", "defaults: {locks: []}", ""),
    # mappings merge by key
    (
        "defaults: {retries: 1, timeout: 1m}",
        "defaults: {retries: 2, pool: big}",
        "defaults: {pool: huge}",
        "defaults: {retries: 2, timeout: 1m, pool: huge}",
    ),
    (
        "defaults: {environment: {A: b, B: b, C: b}}",
        "defaults: {environment: {B: n, C: n}}",
        "defaults: {environment: {C: p}}",
        "defaults: {environment: {A: b, B: n, C: p}}",
    ),
    ("defaults: {environment: {A: b}}", "defaults: {environment: {}}", "", "defaults: {environment: {A: b}}"),
    ("defaults: {resources: {s: 3}}", "defaults: {resources: {s: 0}}", "", ""),
    (
        "defaults: {checks: {before: [{file: b}], retries: 4}}",
        "defaults: {checks: {before: [{file: n}]}}",
        "defaults: {checks: {after: [{file: p}]}}",
        "defaults: {checks: {before: [{file: n}], after: [{file: p}], retries: 4}}",
    ),
    (
        "window: {from: '18:00', to: '20:00'}",
        "window: {from: '19:00', to: '21:00'}",
        "",
        "window: {from: '19:00', to: '21:00'}",
    ),
    (
        "parameters: {r: {default: w, choices: [w, s]}}",
        "parameters: {q: {default: x}}",
        "parameters: {r: {default: s}}",
        "parameters: {r: {default: s, choices: [w, s]}, q: {default: x}}",
    ),
    # tasks too, in the order of the farthest
    (
        "tasks: {t: {retries: 1, priority: 7}}",
        "tasks: {t: {command: [other, one], priority: 8}}",
        "",
        "tasks: {t: {command: run, retries: 1, priority: 8}}",
    ),
    (
        "tasks: {u: {command: [x]}}",
        "tasks: {v: {command: [y]}, u: {command: [z]}}",
        "tasks: {w: {command: [w], after: [v]}}",
        "tasks: {u: {command: [z]}, v: {command: [y]}, t: {command: run}, w: {command: [w], after: [v]}}",
    ),
]
AROUND = "---\n".join((
    *(f"contact: {name}\nmail: {name}@example.com\n" for name in "xyz"),
    *(f"process: {name}\n{TASKS}" for name in "de"),
    "resource: s\nunits: 9\n",
))  # fmt: skip


def of_process(says: str) -> str:
    """What a process says besides that its task `t` runs."""
    tasks = says if says.startswith("tasks:") else f"{says}\n{TASKS}"
    return tasks.replace("tasks: {", "tasks: {t: {command: run}, ") if "t: {" not in tasks else tasks


@pytest.mark.parametrize(("base", "nightly", "own", "means"), PRECEDENCE)
def test_what_stands_nearest_wins(base: str, nightly: str, own: str, means: str) -> None:
    templates = (f"template: base\n{base}\n", f"template: nightly\nextends: base\n{nightly}\n")
    extended = process(f"process: a\nextends: nightly\n{of_process(own)}", "a", *templates, AROUND)
    assert dump_body(extended) == dump_body(process(f"process: a\n{of_process(means)}", "a", AROUND))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
def test_documents_come_in_any_order(order: tuple[int, ...]) -> None:
    found = process("---\n".join(CHAIN[place] for place in order))
    assert dump_body(found) == dump_body(process("---\n".join(CHAIN)))
    assert (found.timezone, found.priority, found.tasks[T].retry.retries) == ("Asia/Kolkata", 60, 2)


@pytest.mark.parametrize("given", range(1, 4))
def test_templates_of_a_chain_may_be_in_force_already(given: int) -> None:
    first, second = "---\n".join(CHAIN[:given]), "---\n".join(CHAIN[given:])
    found = applied(second, current=revisions(applied(first))).catalogue.processes[A]
    assert found == process("---\n".join(CHAIN))


def test_a_template_that_is_applied_wins_over_the_same_in_force() -> None:
    before = revisions(applied(*CHAIN[:3]))
    found = applied(NIGHTLY.replace("2", "9"), MINE, current=before).catalogue.processes[A]
    assert (found.tasks[T].retry.retries, found.timezone) == (9, "Asia/Kolkata")


def test_commands_of_a_template_are_taken_over_whole() -> None:
    base = "template: base\ntasks: {t: {command: [run, a, b], environment: {A: a}}}\n"
    late = "template: late\nextends: base\ntasks: {t: {command: walk}}\n"
    assert process("process: a\nextends: late\n", "a", base, late).tasks[T].work == Command(("walk",), {"A": "a"})


# what is refused
def test_an_unknown_template_of_a_template_is_told_once_where_it_is_named() -> None:
    lost = NIGHTLY.replace("base", "bse")
    assert told(MINE, LATE, lost, BASE) == ["3.yaml:2:10: unknown template: bse (did you mean base?)"]


def test_a_template_in_force_is_a_name_that_may_be_meant() -> None:
    assert told(LATE.replace("nightly", "nightli"), current=revisions(applied(BASE, NIGHTLY))) == [
        "1.yaml:2:10: unknown template: nightli (did you mean nightly?)"
    ]


def test_no_template_is_told_to_extend_itself() -> None:
    assert told(NIGHTLY.replace("base", "nightli")) == ["1.yaml:2:10: unknown template: nightli"]
    assert told(f"process: nightly\nextends: nightli\n{TASKS}", "template: nightly\n") == [
        "1.yaml:2:10: unknown template: nightli (did you mean nightly?)"
    ]


CIRCLES = [
    # what base extends, and what is told
    ("base", "2:10: a cycle: base extends base"),
    ("nightly", "2:10: a cycle: base extends nightly extends base"),
    ("late", "2:10: a cycle: base extends late extends nightly extends base"),
]


@pytest.mark.parametrize(("extended", "expected"), CIRCLES)
def test_a_circle_is_told_once_where_it_is_being_made(extended: str, expected: str) -> None:
    circular = BASE.replace("\n", f"\nextends: {extended}\n", 1)
    assert told(circular, current=revisions(applied(*CHAIN))) == [f"1.yaml:{expected}"]
    assert told(circular, *CHAIN[1:]) == [f"1.yaml:{expected}"]


def test_a_long_circle_is_told_in_short() -> None:
    ring = "---\n".join(f"template: t{n}\nextends: t{(n + 1) % 20}\n" for n in range(20))
    (line,) = told(ring, f"process: a\nextends: t5\n{TASKS}")
    assert line == f"1.yaml:2:10: a cycle: {' extends '.join(f't{n}' for n in range(8))} extends … extends t0"


def test_each_circle_is_told() -> None:
    two = [f"template: {one}\nextends: {other}\n" for one, other in ("pq", "qp", "rs", "sr")]
    assert told(*two, f"template: x\nextends: q\n---\nprocess: a\nextends: x\n{TASKS}") == [
        "1.yaml:2:10: a cycle: p extends q extends p",
        "3.yaml:2:10: a cycle: r extends s extends r",
    ]


def test_a_fault_of_a_template_is_told_once_and_not_for_those_that_extend_it() -> None:
    assert told(BASE + "retrys: 1\n", NIGHTLY, LATE, MINE, OTHER) == ["1.yaml:4:1: unknown key: retrys"]


THROUGH_TWO = [
    # what base says, and what is wrong with the process that has it through two more templates
    ("tasks:\n  t: {command: '${parameters.x}'}\n",
     "3:16: unknown placeholder: ${parameters.x} (the process has no `parameters`)"),
    ("tasks:\n  s: {command: x, after: [u]}\n", "3:27: unknown task: u (s or t)"),
    ("tasks:\n  s: {retries: 2}\n", "3:6: task s needs either a `command` or a `manual`"),
    ("parameters:\n  r: {}\nstart: [{cron: 0 1 * * *}]\n",
     "3:6: parameter r has no default, and a `start` cannot give it (give it a default, or leave out `start`)"),
    ("after:\n- d\n", "3:3: unknown process: d (a)"),
    ("calendar: nse\n", "2:11: unknown calendar: nse"),
    ("contacts: [x]\n", "2:12: unknown contact: x"),
    ("owner: desk\n", "2:8: unknown role: desk"),
    ("defaults:\n  resources: {s: 1}\n", "3:18: unknown resource: s"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "expected"), THROUGH_TWO, ids=[expected for _, expected in THROUGH_TWO])
def test_what_comes_through_two_templates_is_mended_where_it_stands(says: str, expected: str) -> None:
    own = MINE if "  t:" not in says else "process: a\nextends: late\n"
    (line,) = told(own, LATE, NIGHTLY, f"template: base\n{says}")
    assert line.startswith(f"4.yaml:{expected}")


def test_so_is_what_comes_from_templates_in_force() -> None:
    before = revisions(applied("template: base\ntasks:\n  t: {command: '${parameters.x}'}\n", NIGHTLY, LATE))
    assert told("process: a\nextends: late\n", current=before) == [
        "template base revision 1:3:16: unknown placeholder: ${parameters.x} (the process has no `parameters`)"
    ]


def test_templates_must_make_sense_together() -> None:
    base = "template: base\nparameters: {r: {choices: [w, s]}}\n"
    nightly = "template: nightly\nextends: base\nparameters: {r: {default: n}}\n"
    assert told(base, nightly) == ["2.yaml:3:17: the default n is not among the choices"]
    before = revisions(applied(base.replace("[w, s]", "[n]"), nightly))
    assert told(base, current=before) == ["template nightly revision 1:3:17: the default n is not among the choices"]


def test_a_process_in_force_that_is_broken_from_outside_has_the_fault_at_its_template() -> None:
    base = "template: base\ntasks: {s: {command: x, after: ['c:t']}}\n"
    before = revisions(applied(base, NIGHTLY, LATE, MINE, ALONE))
    assert told(ALONE.replace("t:", "u:"), current=before) == [
        "template base revision 1:2:33: unknown task: c:t (u)",
    ]


def test_a_template_nobody_uses_does_not_stand_in_the_way_of_the_one_it_extends() -> None:
    greedy = "template: greedy\nextends: base\ndefaults: {resources: {slots: 5}}\n"
    first = applied(BASE, greedy, "resource: slots\nunits: 9\n")
    second = applied("resource: slots\nunits: 3\n", current=revisions(first))
    assert applied(BASE + "title: x\n", current=revisions(first, second)).changed == ("template base",)
