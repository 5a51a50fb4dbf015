"""The command line as a whole: what it takes, how it ends, and that it never says a word too much."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from boms_tui import cli
from boms_tui.errors import ExitCode
from boms_tui.model.verbs import VERBS

ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error"}


def boms(*argv: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program itself, in an environment of its own."""
    return subprocess.run(
        [sys.executable, "-m", "boms_tui", *argv],
        env={**ENVIRONMENT, "HOME": str(home), **environment}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def imported_by(*argv: str, home: Path) -> set[str]:
    """The top-level packages, and the rooms of BOMS, that a command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "boms_tui", *argv],
        env={**ENVIRONMENT, "HOME": str(home)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return set(re.findall(r"^import time:.*\| +(\S+)$", done.stderr, re.MULTILINE))


@pytest.mark.parametrize(
    ("argv", "parts"),
    [
        ([], ([], "", [])),
        (["runs"], ([], "runs", [])),
        (["--json", "runs", "--date", "x"], (["--json"], "runs", ["--date", "x"])),
        (["--home", "show", "runs"], (["--home", "show"], "runs", [])),
        (["--home=show", "runs"], (["--home=show"], "runs", [])),
        (["--timeout", "3", "--user", "anna", "why", "a:b"], (["--timeout", "3", "--user", "anna"], "why", ["a:b"])),
        (["--home"], (["--home"], "", [])),
    ],
)
def test_a_line_splits_at_the_command(argv: Sequence[str], parts: tuple[list[str], str, list[str]]) -> None:
    assert cli.split(argv) == parts


def test_every_command_has_a_room_that_knows_it() -> None:
    from importlib import import_module

    for room, commands in cli.ROOMS.items():
        assert set(import_module(f"boms_tui.commands.{room}").COMMANDS) == set(commands)


def test_every_operators_verb_is_a_command() -> None:
    names = {name for commands in cli.ROOMS.values() for name in commands}
    assert set(VERBS) <= names


@pytest.mark.parametrize("name", [name for commands in cli.ROOMS.values() for name in commands])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.run([name, "--help"])
    assert f"usage: boms {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "meant"), [("retri", "boms retry"), ("conole", "boms console"), ("forceok", "boms force-ok")]
)
def test_an_unknown_command_names_the_nearest(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([typed]) == ExitCode.USAGE
    assert capsys.readouterr().err == f"boms: no such command: {typed}\n  did you mean `{meant}`?\n"


@pytest.mark.parametrize("later", ["keys", "retire", "note"])
def test_a_command_of_a_later_issue_does_not_exist(later: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([later]) == ExitCode.USAGE
    assert f"no such command: {later}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["runs", "--nonsense"],
        ["runs", "--date", "yesterday"],
        ["runs", "--state", "asleep"],
        ["show"],
        ["retry", "a:b"],
        ["resolve", "a:b", "perhaps", "-m", "x"],
        ["order", "a", "--parameter", "novalue"],
        ["runtime", "--pool", "local=none"],
        ["--timeout", "soon", "runs"],
    ],
)
def test_wrong_usage_exits_2_and_names_the_help(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(argv) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert "--help`" in said.err


@pytest.mark.parametrize("argv", [[], ["console"], ["runs"], ["show", "x"], ["runtime"], ["whoami"], ["export"]])
def test_without_a_store_the_ways_to_get_one_are_named(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--home", str(tmp_path), *argv]) == ExitCode.NO_ANSWER
    said = capsys.readouterr()
    assert "there is no store" in said.err
    assert "boms init" in said.err
    assert "boms demo" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_defect_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_path: str | None, _store: str | None) -> None:
        raise ZeroDivisionError("a\x1b[2Jb")

    monkeypatch.setattr("boms_tui.config.home", broken)
    assert cli.run(["runs"]) == ExitCode.REFUSED
    assert capsys.readouterr().err.splitlines()[0] == "boms: a defect of BOMS: ZeroDivisionError: a␛[2Jb"


def test_a_path_that_cannot_be_used_is_no_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert cli.run(["--home", str(tmp_path / "file" / "home"), "init"]) == ExitCode.REFUSED
    said = capsys.readouterr().err
    assert "Not a directory" in said
    assert "defect" not in said


def test_a_wrong_date_says_how_dates_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["runs", "--date", "yesterday"]) == ExitCode.USAGE
    assert "--date: not a date: yesterday (write YYYY-MM-DD)" in capsys.readouterr().err


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "boms_tui", "--help"],
        env={**ENVIRONMENT, "HOME": str(tmp_path)}, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_help_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    heavy = {"sqlalchemy", "textual", "nacl", "pydantic", "yaml", "rich", "argon2", "networkx", "alembic", "croniter"}
    assert not imported_by("--help", home=tmp_path) & heavy


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    done = boms("--version", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"boms \d+\.\d+\.\d+\n", done.stdout)
