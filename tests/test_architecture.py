"""The import contracts hold, and each is seen to fail on a planted violation."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from boms_tui.model.diagram import diagrams

ROOT = Path(__file__).parents[1]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
CONTRACTS = {contract["id"] for contract in TOOLS["importlinter"]["contracts"]}
PLANTED = {
    "layers": ("screens/board.py", "import boms_tui.store.reader"),
    "pure-model": ("model/gates.py", "import random"),
    "sql-only-in-store": ("runtime/leading.py", "import sqlalchemy"),
    "textual-only-in-screens": ("commands/look.py", "import textual"),
    "one-writer": ("store/reader.py", "import boms_tui.store.commit"),
}


def lint(root: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Run one contract of the project's own configuration on the package under `root`."""
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [linter, "--config", str(ROOT / "pyproject.toml"), "--contract", contract, "--no-cache"],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_contract_has_its_planted_violation() -> None:
    assert set(PLANTED) == CONTRACTS


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_contract_holds_and_fails_on_a_planted_violation(contract: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "boms_tui", tmp_path / "boms_tui", ignore=shutil.ignore_patterns("__pycache__"))
    whole = lint(tmp_path, contract)
    assert whole.returncode == 0, whole.stdout
    place, line = PLANTED[contract]
    file = tmp_path / "boms_tui" / place
    file.write_text(f"{file.read_text()}\n{line}\n")
    broken = lint(tmp_path, contract)
    assert broken.returncode == 1, broken.stdout
    assert "BROKEN" in broken.stdout


def test_the_diagram_in_docs_is_the_table() -> None:
    assert (ROOT / "docs" / "states.md").read_text() == diagrams()


def test_only_the_clock_reads_the_clock() -> None:
    banned = TOOLS["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    assert {"datetime.datetime.now", "time.time", "time.sleep"} <= set(banned)
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "boms_tui").rglob("*.py")
        if "noqa: TID251" in path.read_text()
    ]
    assert readers == ["boms_tui/clock.py"]
