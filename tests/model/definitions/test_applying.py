"""Applies, one after the other: what is new, what changed, what is in force."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boms_tui.model.definition import Resource
from boms_tui.model.definitions import Source, catalogue_of, export, plan_apply
from boms_tui.model.definitions.bodies import load_body
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.records import Revision
from boms_tui.model.site import Site
from tests.model.definitions.given import applied, revisions, told

EXAMPLES = Path(__file__).parent / "examples"
A, B = ProcessId("a"), ProcessId("b")
NIGHT = """# the night
process: a
tasks: {t: {command: run}}
--- # and its desk
contact: desk
mail: desk@example.com
"""
TEMPLATE = "template: nightly\ndefaults: {retries: 1}\n"
EXTENDING = "process: b\nextends: nightly\ntasks: {t: {command: run}}\n"


def test_the_first_apply_creates() -> None:
    first = applied(NIGHT)
    assert first.created == ("process a", "contact desk")
    assert (first.changed, first.unchanged) == ((), ())
    assert [document[:3] for document in first.documents] == [
        ("process", "a", "# the night\nprocess: a\ntasks: {t: {command: run}}\n"),
        ("contact", "desk", " # and its desk\ncontact: desk\nmail: desk@example.com\n"),
    ]
    assert load_body("process", first.documents[0].body) == first.catalogue.processes[A]
    assert first.catalogue.revisions == {A: 1}


def test_the_same_again_changes_nothing() -> None:
    again = applied(NIGHT, current=revisions(applied(NIGHT)))
    assert again.unchanged == ("process a", "contact desk")
    assert (again.created, again.changed, again.documents) == ((), (), ())
    assert again.catalogue.revisions == {A: 1}


def test_a_change_is_a_new_revision_of_that_document_only() -> None:
    second = applied(NIGHT.replace("run", "walk"), current=revisions(applied(NIGHT)))
    assert (second.changed, second.unchanged) == (("process a",), ("contact desk",))
    assert second.catalogue.revisions == {A: 2}
    assert [document.id for document in second.documents] == ["a"]


def test_a_comment_is_a_change_too() -> None:
    assert applied(NIGHT.replace("the night", "our night"), current=revisions(applied(NIGHT))).changed == ("process a",)


def test_what_is_not_applied_stays_in_force() -> None:
    text = "process: c\nafter: [a]\ncontacts: [desk]\ntasks: {t: {command: x}}\n"
    second = applied(text, current=revisions(applied(NIGHT)))
    assert second.created == ("process c",)
    assert second.catalogue.processes.keys() == {"a", "c"}
    assert second.catalogue.contacts.keys() == {"desk"}


def test_a_template_makes_new_revisions_of_what_extends_it() -> None:
    before = revisions(applied(TEMPLATE, EXTENDING, NIGHT))
    second = applied(TEMPLATE.replace("1", "2"), current=before)
    assert (second.created, second.changed, second.unchanged) == ((), ("template nightly", "process b"), ())
    written = {document.id: document for document in second.documents}
    assert written["b"].source == EXTENDING
    assert load_body("process", written["b"].body).tasks[TaskName("t")].retry.retries == 2
    assert second.catalogue.revisions == {A: 1, B: 2}
    assert json.loads(written["nightly"].body) == {"template": "nightly", "defaults": {"retries": "2"}}


def test_a_template_whose_meaning_stays_leaves_what_extends_it_alone() -> None:
    second = applied(f"# more\n{TEMPLATE}", current=revisions(applied(TEMPLATE, EXTENDING)))
    assert (second.changed, second.unchanged) == (("template nightly",), ())


def test_a_process_may_extend_a_template_that_is_in_force() -> None:
    second = applied(EXTENDING, current=revisions(applied(TEMPLATE)))
    assert second.created == ("process b",)
    assert second.catalogue.processes[B].tasks[TaskName("t")].retry.retries == 1


def test_a_template_must_not_break_what_extends_it() -> None:
    template = "template: nightly\ntasks: {s: {command: run}}\n"
    before = revisions(applied(template, EXTENDING.replace("run", "run, after: [s]")))
    assert told(TEMPLATE, current=before) == [
        "process b revision 1:3:35: unknown task: s (t)",
    ]


def test_a_process_must_not_break_what_depends_on_it() -> None:
    user = "process: b\ntasks: {u: {command: run, after: ['a:t']}}\n"
    before = revisions(applied(NIGHT, user))
    assert told("process: a\ntasks: {s: {command: run}}\n", current=before) == [
        "process b revision 1:2:35: unknown task: a:t (s)",
    ]


def test_a_circle_is_told_where_it_is_being_made() -> None:
    before = revisions(applied(NIGHT, "process: b\nafter: [a]\ntasks: {t: {command: run}}\n"))
    assert told("process: a\nafter: [b]\ntasks: {t: {command: run}}\n", current=before) == [
        "1.yaml:2:9: a cycle: a waits for b waits for a"
    ]


def test_the_home_says_the_zone_of_those_that_name_none() -> None:
    text = b"process: a\ntasks: {t: {command: x}}\n---\nprocess: b\ntimezone: Europe/Berlin\ntasks: {t: {command: x}}\n"
    catalogue = plan_apply([Source("x", text)], [], site=Site("Asia/Kolkata")).catalogue
    assert [catalogue.processes[name].timezone for name in (A, B)] == ["Asia/Kolkata", "Europe/Berlin"]


def test_nothing_is_nothing() -> None:
    nothing = applied("# empty\n", current=revisions(applied(NIGHT)))
    assert (nothing.created, nothing.changed, nothing.unchanged, nothing.documents) == ((), (), (), ())
    assert nothing.catalogue.processes.keys() == {"a"}


def test_the_catalogue_is_read_from_bodies_alone() -> None:
    first = applied(TEMPLATE, EXTENDING, NIGHT, "role: settlement\n", "resource: slots\nunits: 4\n")
    blind = [
        Revision(kind, name, 7, "not read", body, "author", datetime(2026, 11, 20, tzinfo=UTC))
        for kind, name, _, body in first.documents
    ]
    catalogue = catalogue_of(blind)
    assert catalogue.resources == first.catalogue.resources == {"slots": Resource("slots", 4)}
    assert catalogue.processes == first.catalogue.processes
    assert catalogue.contacts == first.catalogue.contacts
    assert catalogue.roles == first.catalogue.roles
    assert catalogue.revisions == {A: 7, B: 7}


EVERYTHING_NEW = """
resource: slots
units: 4
--- # what came with the second release
process: a
overlap: skip
defaults: {retry_jitter: 20%, retry_on: [failed, timed-out], on_unknown: rerun, locks: [positions]}
tasks:
  t:
    command: run
    checks: {before: [{file: a}, {window: {from: 18:00, to: 02:00}}], after: [{output: {fail_on: ORA-}}], retries: 1}
    resources: {slots: 2}
    secrets: {PASSWORD: "env:PASSWORD"}
"""


def test_what_the_first_release_stored_is_not_changed_by_applying_the_same() -> None:
    stored = tuple(
        Revision(one["kind"], one["id"], 1, one["source"], one["body"], "author", datetime(2026, 11, 20, tzinfo=UTC))
        for one in json.loads((EXAMPLES / "first-release.json").read_text())
    )
    again = applied(export(stored), current=stored)
    assert (again.created, again.changed, again.documents) == ((), (), ())
    assert len(again.unchanged) == len(stored) == 5


@pytest.mark.parametrize(
    "text", [NIGHT, EVERYTHING_NEW, f"---\n{NIGHT}", NIGHT.replace("\n", "\r\n"), f"{TEMPLATE}---\n{EXTENDING}"]
)
def test_what_is_exported_applies_without_change(text: str) -> None:
    current = revisions(applied(text))
    again = applied(export(current), current=current)
    assert (again.created, again.changed, again.documents) == ((), (), ())
    assert len(again.unchanged) == len(current)
