"""What follows a change of a template: the processes that mean something else by it, through others too."""

import pytest

from boms_tui.model.definitions import Source, plan_apply, template_of
from boms_tui.model.ids import ProcessId
from boms_tui.model.records import Revision
from boms_tui.model.site import Site
from tests.model.definitions.given import AT, applied, revisions
from tests.model.definitions.test_templates import ALONE, BASE, CHAIN, LATE, MINE, NIGHTLY, OTHER, TASKS

HOUSE = revisions(applied(*CHAIN, OTHER, ALONE))
CHANGES = [
    # the template as it is applied, the processes that change, and because of what
    (BASE.replace("Kolkata", "Tokyo"), {"a": "base", "b": "base"}),
    (BASE.replace("retries: 1", "retries: 7"), {"b": "base"}),
    (BASE.replace("retries: 1, ", ""), {"b": "base"}),
    (NIGHTLY.replace("retries: 2", "retries: 3"), {"a": "nightly"}),
    (NIGHTLY.replace("extends: base\n", ""), {"a": "nightly"}),
    (LATE.replace("60", "50"), {"a": "late"}),
    (LATE.replace("nightly", "base"), {"a": "late"}),
    # what means the same
    (f"# a remark\n{BASE}", {}),
    (NIGHTLY + "timezone: Asia/Kolkata\n", {}),
    (BASE + "priority: 9\ntasks: {t: {command: walk}}\n", {"b": "base"}),
    (LATE + "tasks: {t: {command: walk}}\n", {}),
]


@pytest.mark.parametrize(("template", "because"), CHANGES)
def test_a_template_changes_the_processes_that_mean_something_else_by_it(
    template: str, because: dict[str, str]
) -> None:
    second = applied(template, current=HOUSE)
    processes = tuple(f"process {name}" for name in because)
    name = template.removeprefix("# a remark\n").splitlines()[0].replace(":", "")
    assert (second.created, second.changed, second.unchanged) == ((), (name, *processes), ())
    assert second.because == {f"process {name}": f"template {of}" for name, of in because.items()}
    assert [document.id for document in second.documents] == [name.split()[1], *because]
    assert second.catalogue.revisions == {ProcessId(name): 2 if name in because else 1 for name in "abc"}


def test_files_of_everything_say_because_of_which_template_a_process_changes() -> None:
    texts = [BASE.replace("Kolkata", "Tokyo"), *CHAIN[1:], OTHER, ALONE]
    second = applied(*texts, current=HOUSE)
    assert second.changed == ("template base", "process a", "process b")
    assert second.because == {"process a": "template base", "process b": "template base"}
    assert second.unchanged == ("template nightly", "template late", "process c")


def test_several_templates_are_named_the_nearest_first() -> None:
    second = applied(BASE + "title: x\n", f"# a remark\n{NIGHTLY}", LATE + "overlap: skip\n", current=HOUSE)
    assert second.because == {"process a": "template late, template base", "process b": "template base"}


def test_a_template_that_comes_between_is_a_reason() -> None:
    first, nightly = "template: first\nextends: base\ntimezone: UTC\n", NIGHTLY.replace("base", "first")
    second = applied(nightly, first, current=HOUSE)
    assert (second.created, second.changed) == (("template first",), ("template nightly", "process a"))
    assert second.because == {"process a": "template nightly, template first"}


def test_whose_own_text_changes_changes_by_itself() -> None:
    second = applied(BASE.replace("Kolkata", "Tokyo"), MINE + "title: x\n", current=HOUSE)
    assert second.changed == ("template base", "process a", "process b")
    assert second.because == {"process b": "template base"}


def test_another_zone_of_the_home_is_no_templates_doing() -> None:
    anew = plan_apply([Source("x", f"{ALONE}---\n{LATE}".encode())], HOUSE, site=Site("Asia/Tokyo"))
    assert (anew.changed, anew.because) == (("process c",), {})


def test_what_extends_a_template_is_found_however_it_says_so() -> None:
    texts = (
        f'process: a\nextends: "ni\\x67htly"\n{TASKS}',
        f"process: b\n'extends': 'nightly'\n{TASKS}",
        f"process: c\nextends:\n  nightly\n{TASKS}",
        f'process: d\n"e\\x78tends": nightly\n{TASKS}',
        f"process: e\ntitle: extends nightly\n{TASKS}",
        f"process: f\nextends: base # and not nightly\n{TASKS}",
    )
    second = applied(NIGHTLY.replace("2", "3"), current=revisions(applied(BASE, NIGHTLY, *texts)))
    assert second.because.keys() == {"process a", "process b", "process c", "process d"}


def test_no_process_is_read_for_a_template_that_stays() -> None:
    torn = [
        Revision(one.kind, one.id, 1, "{", one.body, "author", AT) if one.kind == "process" else one for one in HOUSE
    ]
    assert applied(BASE, current=tuple(torn)).unchanged == ("template base",)


def test_a_revision_names_the_template_it_extends() -> None:
    assert [template_of(one) for one in HOUSE] == [None, "base", "nightly", "late", "base", None]
