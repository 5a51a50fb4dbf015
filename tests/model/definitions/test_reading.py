"""Files: what is no document is refused at its place, quickly."""

import resource
import time

import pytest

from boms_tui.model.definitions.composing import MAX_DEPTH
from boms_tui.model.definitions.problems import Findings, Place
from boms_tui.model.definitions.reading import MAX_BYTES, Document, Source, read
from tests.model.definitions.given import told

GOOD = "process: a\ntasks: {t: {command: run}}\n"


def documents(text: str) -> list[Document]:
    findings = Findings()
    found = read([Source("f.yaml", text.encode())], findings)
    findings.check()
    return found


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"process: \xff\xfe\n", "1.yaml:1:10: the file is not UTF-8 (save it as UTF-8)"),
        ("# ü\nprocess: é\n".encode("latin-1"), "1.yaml:1:3: the file is not UTF-8 (save it as UTF-8)"),
        (GOOD.encode("utf-16"), "1.yaml:1:1: the file is not UTF-8 (save it as UTF-8)"),
        (b"process: a\ntasks:\n\tt: x\n", r'1.yaml:3:1: a tab (indent with spaces; "\t" in quotes is a tab)'),
        (b"process: a\ntitle: x\ty\n", r'1.yaml:2:9: a tab (indent with spaces; "\t" in quotes is a tab)'),
        (b"process: a\x07\n", "1.yaml:1:11: the character U+0007 cannot be seen and is not allowed (remove it)"),
        (
            "process: a\n# \u202e\n".encode(),
            "1.yaml:2:3: the character U+202E cannot be seen and is not allowed (remove it)",
        ),
        (
            "process: a\uffff\n".encode(),
            "1.yaml:1:11: the character U+FFFF cannot be seen and is not allowed (remove it)",
        ),
        (b'process: "a\\0"\n', "1.yaml:1:10: the character U+0000 cannot be seen and is not allowed (remove it)"),
        (b"%YAML 1.2\n---\nprocess: a\n", "1.yaml:1:1: a % directive (remove it)"),
        (b"process: a\n...\n", "1.yaml:2:1: `...` ends a document (separate documents by ---)"),
        (
            b"process: &x a\n",
            '1.yaml:1:10: anchors and aliases are not allowed (write the value out, or quote "*" and "&")',
        ),
        (
            b"process: a\ntitle: *x\n",
            '1.yaml:2:8: anchors and aliases are not allowed (write the value out, or quote "*" and "&")',
        ),
        (
            b"process: !!python/name:os.system\n",
            '1.yaml:1:10: tags are not allowed: tag:yaml.org,2002:python/name:os.system (quote what begins with "!")',
        ),
        (b"process: a\n? [x]\n: y\n", '1.yaml:2:3: a key must be text (a placeholder wants quotes: "${run}")'),
        (
            b"- process: a\n",
            (
                "1.yaml:1:1: a document is a mapping whose first key names its kind"
                " (such as `process: settlement/eod-margin`)"
            ),
        ),
        (
            b"tasks: {}\nprocess: a\n",
            "1.yaml:1:1: the first key names the kind of a document, and tasks is none (put `process` first)",
        ),
        (
            b"proces: a\n",
            "1.yaml:1:1: the first key names the kind of a document, and proces is none (did you mean process?)",
        ),
        (b"process: [a]\n", "1.yaml:1:10: `process` must be an id"),
        (b"connection: dw\n", "1.yaml:1:1: not supported yet: connection"),
        (b"connection: warehouse\n", "1.yaml:1:1: not supported yet: connection"),
        (
            b"resorce: slots\n",
            "1.yaml:1:1: the first key names the kind of a document, and resorce is none (did you mean resource?)",
        ),
        (
            b"process: a\ntasks: {t: {command: [run, ${run}]}}\n",
            (
                "1.yaml:2:29: not YAML: did not find expected ',' or ']' while parsing a flow sequence"
                ' (inside {} and [] a placeholder and "*" want quotes)'
            ),
        ),
    ],
)
def test_what_is_no_document_is_refused_at_its_place(raw: bytes, expected: str) -> None:
    assert told(raw) == [expected]


def test_a_file_of_two_megabytes_is_refused_unread() -> None:
    raw = b"\xff" * (2 * MAX_BYTES)
    assert told(raw) == ["1.yaml:1:1: the file has more than 1,048,576 bytes (split it into several files)"]


def test_a_key_that_stands_twice_names_both_lines() -> None:
    text = f"{GOOD}title: x\nowner: operator\ntitle: y\n"
    assert told(text) == ["1.yaml:5:1: the key title stands twice (first in line 3)"]


def test_one_bad_file_does_not_hide_the_others() -> None:
    assert told("process: \t\n", "process: A\n", GOOD) == [
        r'1.yaml:1:10: a tab (indent with spaces; "\t" in quotes is a tab)',
        (
            "2.yaml:1:10: not a process id: A (an id has a-z, 0-9, _ and -, and begins with a letter or digit;"
            " folders are parted by /)"
        ),
    ]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_is_bounded(opening: str) -> None:
    (problem,) = told("process: a\ntitle:\n  " + opening * 200_000)
    assert f"nested deeper than {MAX_DEPTH} levels" in problem


@pytest.mark.parametrize(
    "text",
    [
        "process: a\ntitle: [" + "1," * 500_000 + "1]",
        "".join(f"key{n}: x\n" for n in range(80_000)),
        "process: a\n" + "title: x\n" * 100_000,
        "process: a\n---\n" * 69_000,
        "process: a\ntasks: {t: {command: '" + "$" * 1_000_000 + "'}}",
        "process: a\nstart: [{cron: '" + "1," * 500_000 + "1 * * * *'}]",
        "process: a\ntasks:\n" + "".join(f" t{n}: {{command: x, after: [u{n}]}}\n" for n in range(7_000)),
        "process: a\ntasks:\n" + "".join(f" t{n}: {{command: x, after: [t{(n + 1) % 7000}]}}\n" for n in range(7_000)),
        "process: a\ntasks:\n" + "".join(f" t{n}: {{comand: x}}\n" for n in range(12_000)),
        "a: &a [x,x]\n" + "".join(f"k{n}: &k{n} [*a,*a]\n" for n in range(1_000)),
    ],
    ids=["values", "keys", "twins", "documents", "dollars", "cron", "strangers", "ring", "typos", "laughs"],
)
def test_a_bomb_costs_little(text: str) -> None:
    told(GOOD)  # brings in what reading needs
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert told(text)
    assert time.process_time() - began < 5  # far above the second that it takes at most: this is no timed test
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_scalars_are_text() -> None:
    (document,) = documents("process: no\ntitle: on\nday_starts: 18:00\nowner: 012\nx: ~\ny:\n")
    assert dict(document.body) == {
        "process": "no",
        "title": "on",
        "day_starts": "18:00",
        "owner": "012",
        "x": "~",
        "y": "",
    }


def test_every_key_and_value_knows_its_place() -> None:
    (document,) = documents("# first\nprocess: a\ntasks:\n  load:\n    command: [x,\n              y]\n")
    tasks = document.body["tasks"]
    assert document.place == Place("f.yaml", 2, 10)
    assert document.body.keys_at["tasks"] == Place("f.yaml", 3, 1)
    assert not isinstance(tasks, str | list)
    assert (tasks.keys_at["load"], tasks.values_at["load"]) == (Place("f.yaml", 4, 3), Place("f.yaml", 5, 5))


def test_documents_keep_their_own_text() -> None:
    first, second = documents("# one\nprocess: a\ntitle: |+\n  x\n\n--- # two\n# more\nrole: b")
    assert first.text == "# one\nprocess: a\ntitle: |+\n  x\n\n"
    assert second.text == " # two\n# more\nrole: b\n"


def test_empty_documents_are_passed_over() -> None:
    assert documents("") == []
    assert documents("# nothing\n---\n---\n") == []
    assert [document.id for document in documents("---\n---\r\nprocess: a\r\n---\n")] == ["a"]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    (document,) = documents("\ufeffprocess: a\n")
    assert (document.kind, document.text) == ("process", "process: a\n")
