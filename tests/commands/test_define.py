"""check, apply, export and schema: what is wrong is said where it stands, and nothing of it is stored."""

import json
from pathlib import Path

import pytest

from tests.commands.house import DEFINITIONS, House

WRONG = {
    "cycle": b"process: a/b\ntasks:\n  x: {after: [y], command: ls}\n  y: {after: [x], command: ls}\n",
    "unknown task": b"process: a/b\ntasks:\n  x: {after: [z], command: ls}\n",
    "unknown contact": b"process: a/b\ncontacts: [nobody]\ntasks:\n  x: {command: ls}\n",
    "bad cron": b"process: a/b\nstart: [{cron: 61 * * * *}]\ntasks:\n  x: {command: ls}\n",
    "duplicate key": b"process: a/b\ntasks:\n  x: {command: ls}\n  x: {command: ls}\n",
    "wrong type": b"process: a/b\ntasks: [x]\n",
    "two megabytes": b"process: a/b\ninstructions: '" + b"x" * 2_000_000 + b"'\ntasks:\n  x: {command: ls}\n",
    "tabs": b"process: a/b\ntasks:\n\tx: {command: ls}\n",
    "not UTF-8": b"process: a/b\ntitle: \xff\xfe\ntasks:\n  x: {command: ls}\n",
    "not supported yet": b"process: a/b\nwindow: {from: '18:00'}\ntasks:\n  x: {command: ls}\n",
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("command", ["check", "apply"])
def test_a_wrong_definition_exits_2_and_nothing_is_stored(quiet_house: House, what: str, command: str) -> None:
    good, bad = quiet_house.path / "good.yaml", quiet_house.path / "bad.yaml"
    good.write_text(DEFINITIONS, encoding="utf-8")
    bad.write_bytes(WRONG[what])
    said = quiet_house.boms(command, str(good), str(bad), user="admin")
    assert said.code == 2
    assert f"{bad}:" in said.err
    assert "nothing was stored" in said.err
    assert quiet_house.boms("export").out == ""


def test_problems_are_json_too(tmp_path: Path, quiet_house: House) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(WRONG["unknown task"])
    said = quiet_house.boms("check", str(bad), "--json")
    assert said.code == 2
    (problem,) = said.json["problems"]
    assert problem.keys() == {"file", "line", "column", "what", "hint"}
    assert problem["file"] == str(bad)


def test_check_needs_no_store(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "good.yaml").write_text(DEFINITIONS, encoding="utf-8")
    (tmp_path / "readme.txt").write_text("no definition", encoding="utf-8")
    said = House(tmp_path / "home").boms("check", str(tmp_path), "--json")
    assert said.code == 0
    assert len(said.json["created"]) == 7
    assert not (tmp_path / "home").exists()


def test_apply_lists_what_it_created_changed_and_left(quiet_house: House) -> None:
    first = quiet_house.apply()
    assert first.code == 0
    assert first.lines[-1] == "7 created, 0 changed, 0 unchanged"
    assert "created  process night/good" in first.lines
    again = quiet_house.apply()
    assert again.lines == ["0 created, 0 changed, 7 unchanged"]
    changed = quiet_house.apply(DEFINITIONS.replace("All goes well", "All went well"))
    assert changed.lines == ["changed  process night/good", "0 created, 1 changed, 6 unchanged"]
    (good,) = quiet_house.boms("export", "night/good", "--json").json
    assert (good["revision"], "All went well" in good["source"]) == (2, True)


def test_a_dry_run_stores_nothing_and_needs_no_session(quiet_house: House) -> None:
    file = quiet_house.path / "definitions.yaml"
    file.write_text(DEFINITIONS, encoding="utf-8")
    said = quiet_house.boms("apply", str(file), "--dry-run", "--json")
    assert said.code == 0
    assert len(said.json["created"]) == 7
    assert quiet_house.boms("export").out == ""


TEMPLATES = """\
template: base
timezone: Asia/Kolkata
defaults: {retries: 1}
---
template: nightly
extends: base
defaults: {timeout: 5m}
---
process: night/one
extends: nightly
tasks: {t: {command: ["true"]}}
---
process: night/two
extends: base
timezone: UTC
tasks: {t: {command: ["true"]}}
"""


def test_an_apply_shows_which_processes_change_because_of_a_template(quiet_house: House) -> None:
    assert quiet_house.apply(TEMPLATES).lines[-1] == "4 created, 0 changed, 0 unchanged"
    base = quiet_house.path / "base.yaml"
    base.write_text(TEMPLATES.split("---", maxsplit=1)[0].replace("Kolkata", "Tokyo"), encoding="utf-8")
    expected = [
        "changed  template base",
        "changed  process night/one (template base)",
        "0 created, 2 changed, 0 unchanged",
    ]
    assert quiet_house.boms("apply", str(base), "--dry-run").lines == expected
    planned = quiet_house.boms("apply", str(base), "--dry-run", "--json").json
    assert planned == {
        "created": [],
        "changed": ["template base", "process night/one"],
        "unchanged": [],
        "request": None,
        "because": {"process night/one": "template base"},
    }
    assert quiet_house.boms("apply", str(base), user="admin").lines == expected
    exported = {one["id"]: one["revision"] for one in quiet_house.boms("export", "--json").json}
    assert exported == {"base": 2, "nightly": 1, "night/one": 2, "night/two": 1}
    assert quiet_house.boms("apply", str(base), "--json", user="admin").json["because"] == {}


def test_a_circle_of_templates_exits_2_and_is_told_where_it_is_made(quiet_house: House) -> None:
    assert quiet_house.apply(TEMPLATES).code == 0
    file = quiet_house.path / "circle.yaml"
    file.write_text("template: base\nextends: nightly\n", encoding="utf-8")
    for command in ("check", "apply"):
        said = quiet_house.boms(command, str(file), user="admin")
        assert said.code == 2
        assert f"{file}:2:10: a cycle: base extends nightly extends base\n" in said.err


def test_a_merged_process_is_valid_by_itself_and_means_the_same(quiet_house: House) -> None:
    assert quiet_house.apply(TEMPLATES).code == 0
    said = quiet_house.boms("export", "one", "--merged")
    assert said.lines == [
        "# revision 1, extends nightly revision 1, base revision 1",
        "process: night/one  # process:1",
        "timezone: Asia/Kolkata  # template base:2",
        "defaults:",
        "  retries: 1  # template base:3",
        "  timeout: 5m  # template nightly:3",
        "tasks:",
        "  t:",
        "    command: [true]  # process:3",
    ]
    file = quiet_house.path / "merged.yaml"
    file.write_text(said.out, encoding="utf-8")
    checked = quiet_house.boms("check", str(file))
    assert (checked.code, checked.lines[0]) == (0, "changed  process night/one")
    all_of_them = quiet_house.boms("export", "--merged").out
    assert [line for line in all_of_them.splitlines() if line.startswith(("process:", "---"))] == [
        "process: night/one  # process:1",
        "---",
        "process: night/two  # process:1",
    ]


def test_where_values_come_from_is_json_too(quiet_house: House) -> None:
    assert quiet_house.apply(TEMPLATES).code == 0
    found = quiet_house.boms("export", "night/one", "--merged", "--json").json
    assert {tuple(one) for one in found} == {("process", "path", "value", "from", "line")}
    assert [(one["path"], one["value"], one["from"], one["line"]) for one in found] == [
        (["process"], "night/one", "process night/one", 1),
        (["timezone"], "Asia/Kolkata", "template base", 2),
        (["defaults", "retries"], "1", "template base", 3),
        (["defaults", "timeout"], "5m", "template nightly", 3),
        (["tasks", "t", "command"], ["true"], "process night/one", 3),
    ]
    assert quiet_house.boms("export", "nobody", "--merged").code == 2


POOLS = """\
process: desk/pools
tasks:
  near: {command: ["true"]}
  far: {command: ["true"], pool: gpu}
"""


def test_a_pool_that_nobody_serves_is_a_remark_and_no_error(quiet_house: House) -> None:
    said = quiet_house.apply(POOLS)
    assert (said.code, said.err) == (0, "no runtime serves the pool gpu yet\n")
    with quiet_house.runtime("--pool", "gpu=1"):
        pass
    checked = quiet_house.boms("check", str(quiet_house.path / "definitions.yaml"))
    assert (checked.code, checked.err) == (0, "")


def test_who_may_not_apply_is_told_so(quiet_house: House) -> None:
    file = quiet_house.path / "definitions.yaml"
    file.write_text(DEFINITIONS, encoding="utf-8")
    assert quiet_house.boms("apply", str(file)).code == 4
    refused = quiet_house.boms("apply", str(file), user="operator")
    assert refused.code == 4
    assert "not-authorised" in refused.out


@pytest.mark.parametrize("path", ["nothing-there.yaml", "."])
def test_a_path_without_definitions_is_wrong_usage(quiet_house: House, path: str) -> None:
    said = quiet_house.boms("check", str(quiet_house.path / "work" / path))
    assert said.code == 2


def test_the_schema_is_json(quiet_house: House) -> None:
    said = quiet_house.boms("schema")
    assert said.code == 0
    assert "process" in json.dumps(json.loads(said.out))
