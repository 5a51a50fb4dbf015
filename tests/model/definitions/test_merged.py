"""Processes as they are in force: one document without templates, and where each value of it was written."""

import pytest

from boms_tui.model.definitions import merged_processes
from boms_tui.model.definitions.exporting import Merged, Origin
from boms_tui.model.records import Revision
from boms_tui.model.text import safe_lines
from tests.data.sample import FILES
from tests.model.definitions.given import applied, revisions
from tests.model.definitions.test_schema import SCHEMA, documents, fits

BASE = """\
# What all have.
template: base
timezone: Asia/Kolkata
contacts:
  - desk
defaults: {retries: 1, timeout: 5m, environment: {A: base, B: base}}
instructions: |
  Call the desk: first.

    - and then the other
tasks:
  load: {command: [bin/load, "${business_date}"], retries: 4}
"""
NIGHTLY = """\
template: nightly
extends: base
defaults:
  retries: 2
  environment: {B: nightly}
  checks: {after: [{output: {fail_on: "ORA-|ERROR"}}]}
start:
  - cron: "30 18 * * *"
  - process: other
"""
MINE = """\
process: a/mine
extends: nightly
title: Mine
defaults: {timeout: 6m}
tasks:
  load: {title: Load it}
  ask: {after: [load: finished], manual: {prompt: All well?}}
"""
AROUND = "contact: desk\nmail: desk@example.com\n---\nprocess: other\ntasks: {t: {command: run}}\n"
HOUSE = revisions(applied(BASE, NIGHTLY, MINE, AROUND))
MERGED = """\
# revision 1, extends nightly revision 1, base revision 1
process: a/mine  # process:1
title: Mine  # process:3
defaults:
  retries: 2  # template nightly:4
  timeout: 6m  # process:4
  environment:
    A: base  # template base:6
    B: nightly  # template nightly:5
  checks:
    after:
      - output:
          fail_on: "ORA-|ERROR"  # template nightly:6
timezone: Asia/Kolkata  # template base:3
contacts: [desk]  # template base:5
instructions: |  # template base:7
  Call the desk: first.

    - and then the other
start:
  - cron: "30 18 * * *"  # template nightly:8
  - process: other  # template nightly:9
tasks:
  load:
    command: [bin/load, "${business_date}"]  # template base:12
    retries: 4  # template base:12
    title: Load it  # process:6
  ask:
    after:
      - load: finished  # process:7
    manual:
      prompt: "All well?"  # process:7
"""


def merged(current: tuple[Revision, ...], name: str) -> Merged:
    (found,) = merged_processes(current, {name})
    return found


def test_a_merged_process_says_where_each_value_comes_from() -> None:
    assert merged(HOUSE, "a/mine").yaml() == MERGED


def test_its_origins_have_a_path_each() -> None:
    found = {origin.path: origin for origin in merged(HOUSE, "a/mine").origins()}
    assert list(found)[:4] == [("process",), ("title",), ("defaults", "retries"), ("defaults", "timeout")]
    assert found["defaults", "retries"] == Origin(("defaults", "retries"), "2", "template nightly", 4)
    assert found["defaults", "environment", "A"] == Origin(("defaults", "environment", "A"), "base", "template base", 6)
    assert found["start",].value == [{"cron": "30 18 * * *"}, {"process": "other"}]
    assert found["tasks", "load", "title"].source == "process a/mine"
    assert (found["contacts",].value, found["contacts",].line) == (["desk"], 5)
    assert not any("extends" in path for path in found)


def test_lines_are_those_of_the_revision_that_is_in_force() -> None:
    moved = revisions(applied(BASE, NIGHTLY, MINE, AROUND), applied(f"# one\n# more\n{NIGHTLY}", current=HOUSE))
    text = merged(moved, "a/mine").yaml()
    assert text.startswith("# revision 1, extends nightly revision 2, base revision 1\n")
    assert "  retries: 2  # template nightly:6\n" in text


def test_a_process_without_templates_is_all_its_own() -> None:
    assert merged(HOUSE, "other").yaml() == (
        "# revision 1\nprocess: other  # process:1\ntasks:\n  t:\n    command: run  # process:2\n"
    )


def test_all_processes_are_merged_where_none_is_named() -> None:
    assert [one.process for one in merged_processes(HOUSE)] == ["a/mine", "other"]
    assert list(merged_processes(HOUSE, {"nobody"})) == []


def resolves_the_same(*texts: str) -> None:
    """What is merged may be applied in the place of what it was merged from, which changes nothing."""
    current = revisions(applied(*texts))
    before = applied(*texts).catalogue.processes
    whole = "---\n".join(one.yaml() for one in merged_processes(current))
    assert applied(whole, current=current).catalogue.processes == before
    alone = tuple(one for one in current if one.kind not in {"process", "template"})
    assert applied(whole, current=alone).catalogue.processes == before
    assert safe_lines(whole) == whole


def test_what_is_merged_resolves_to_the_same() -> None:
    resolves_the_same(BASE, NIGHTLY, MINE, AROUND)


def test_so_does_the_sample_which_fits_the_schema_as_well() -> None:
    texts = [file.read_text(encoding="utf-8") for file in FILES]
    resolves_the_same(*texts)
    for one in merged_processes(revisions(applied(*texts))):
        assert all(fits(SCHEMA, document) for document in documents(one.yaml()))


TEXTS = [
    r"''", r"' '", r"yes", r"'Null'", r"'~'", r"'2'", r"'007'", r"'1.50'", r"true", r"'-'", r"'- x'", r"'a: b'",
    r"'a #b'", r"'# a'", r"'a,b'", r"'[a]'", r"'{a}'", r"'*'", r"'&a'", r"'!a'", r"'|'", r"'>'", r"'%a'", r"'@a'",
    r"'`a`'", r"'it''s'", r"'---'", r"'...'", r"'06:00'", r"'a:'", r"'?'", r"'? a'", r"' lead'", r"'trail '",
    r"'a  b'", r"'a - b'", r"'C:\temp\new'", r'"${business_date:%Y%m%d}"', f"'{'long ' * 40}'",
    r'"say \"so\" \\ twice"', r'"tab\there"', r'"a\nb"', r'"a\nb\n"', r'"a\n\nb\n"', r'"a\n\n"', r'"\na"', r'"\n"',
    r'" a\nb"', r'"a\n  b\n c"', r'"a\n \nb"', r'"a \nb "', r'"a\rb"', r'"a\r\nb"', r'"# a\n# b"', r'"--- \n..."',
    r'"caf\u00e9"', r'"caf\u00e9\nd"', r'"\U0001F600"', r'"a\u200db"', r'"a\u200d\nb"', r'"\u2028x\ny"', r'"\u00a0"',
    r'"e\u0301\u0301\u0301\u0301\u0301\u0301"', r'"e\u0301\u0301\u0301\u0301\u0301\u0301\nf"',
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_written_so_that_it_is_read_again(text: str) -> None:
    resolves_the_same(f"""\
process: a
instructions: {text}
parameters: {{p: {{default: {text}, choices: [{text}, other]}}}}
tasks:
  t:
    command: [run, {text}]
    environment:
      A: {text}
""")


def test_long_lists_have_a_line_for_each_item() -> None:
    words = ", ".join(f"word-{n}" for n in range(20))
    current = revisions(applied(f"process: a\ntasks:\n  t:\n    command:\n      [run, {words}]\n"))
    lines = merged(current, "a").yaml().splitlines()
    assert lines[4:7] == ["    command:", "      - run  # process:5", "      - word-0  # process:5"]


def test_what_is_empty_is_said() -> None:
    current = revisions(
        applied("process: a\nparameters: {p: {}}\ndefaults: {}\ntasks: {t: {command: run, after: []}}\n")
    )
    text = merged(current, "a").yaml()
    assert "  p: {}  # process:2\n" in text
    assert "defaults: {}  # process:3\n" in text
    assert "    after: []  # process:4\n" in text


NESTED = """\
process: a
tasks:
  t:
    command: run
    checks:
      before:
        - file:
            path: in.csv
            min_size: 1
        - window: {from: '18:00',
                   to: '02:00'}
    locks: [x, {name: y}]
"""


def test_entries_in_entries_keep_their_places() -> None:
    assert merged(revisions(applied(NESTED)), "a").yaml().splitlines()[5:] == [
        "    checks:",
        "      before:",
        "        - file:",
        "            path: in.csv  # process:8",
        "            min_size: 1  # process:9",
        "        - window:",
        '            from: "18:00"  # process:10',
        '            to: "02:00"  # process:11',
        "    locks:",
        "      - x  # process:12",
        "      - name: y  # process:12",
    ]
    resolves_the_same(NESTED)
