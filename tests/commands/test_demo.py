"""The demo: what it takes from its surroundings, how it judges a night, and one whole night of it."""

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from boms_tui.commands.demo import last_planned_date, sample_folder
from boms_tui.commands.night import Night, Script, read_script
from boms_tui.model.definition import Command, Process, Task
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.trigger import CronStart
from tests.commands.house import PASSWORD, House
from tests.commands.test_client import client_of

SCRIPT = """\
order: [night/bad, night/asks]
acts:
  - {when: failed, verb: skip, target: "night/bad:breaks", reason: known}
  - {when: asked, verb: confirm, target: "night/asks:question", reason: all well}
runs:
  night/bad:
    state: succeeded
    tasks: {breaks: skipped}
    attempts: {breaks: [failed]}
  night/asks:
    state: succeeded
    attempts: {question: []}
"""


def night_of(house: House, script: Script, day: date, limit: float = 30) -> tuple[list[str], list[str]]:
    """What is said in a night by this script, and where it ended otherwise than the script says."""
    said: list[str] = []
    for client in client_of(house):
        client.sign_in("operator", PASSWORD)
        night = Night(client, script, day, said.append)
        night.order()
        night.watch(limit=limit, patience=5)
        differences = list(night.differences())
    house.end_all()
    return said, differences


def script_of(tmp_path: Path, text: str = SCRIPT) -> Script:
    file = tmp_path / "expected.yaml"
    file.write_text(text, encoding="utf-8")
    return read_script(file)


def test_a_night_that_ends_as_its_script_says(house: House, tmp_path: Path) -> None:
    said, differences = night_of(house, script_of(tmp_path), date(2026, 4, 1))
    assert differences == []
    assert any("skip night/bad@2026-04-01.1:breaks: applied (known)" in line for line in said)
    assert any("confirm night/asks@2026-04-01.1:question: applied (all well)" in line for line in said)


@pytest.mark.parametrize(
    ("changed", "to", "difference"),
    [
        ("breaks: skipped", "breaks: succeeded", "breaks is skipped, not succeeded"),
        ("breaks: [failed]", "breaks: [failed, failed]", "had the attempts failed, not failed, failed"),
        ("when: asked", "when: failed", "night/asks:question never needed its confirm"),
        ("order: [night/bad, night/asks]", "order: [night/bad]", "night/asks has not run"),
    ],
)
def test_a_night_that_ends_otherwise_is_found_out(
    house: House, tmp_path: Path, changed: str, to: str, difference: str
) -> None:
    day = date(2026, 4, 2) + timedelta(days=len(changed))
    _, differences = night_of(house, script_of(tmp_path, SCRIPT.replace(changed, to)), day, limit=10)
    assert any(difference in one for one in differences), differences


def test_the_night_is_that_of_a_date_whose_times_have_passed() -> None:
    task = Task(TaskName("x"), Command(("true",)))
    weekdays = Process(ProcessId("a/b"), {task.name: task}, start=(CronStart("0 18 * * 1-5"),))
    catalogue = Catalogue(processes={weekdays.id: weekdays})
    sunday, friday = datetime(2026, 11, 22, 12, tzinfo=UTC), date(2026, 11, 20)
    assert last_planned_date(catalogue, sunday) == friday


def test_the_sample_says_how_its_night_ends() -> None:
    script = read_script(sample_folder() / "expected.yaml")
    assert set(script.order) < set(script.endings)
    assert {act.verb for act in script.acts} == {"retry", "confirm"}


@pytest.mark.timeout(400)
def test_a_whole_night_without_a_terminal(tmp_path: Path) -> None:
    """As a newcomer runs it, with surroundings that it must not mind, and nothing left behind."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "BOMS_HOME": "/nowhere",
        "BOMS_STORE": "nonsense://", "BOMS_USER": "nobody", "BOMS_PASSWORD_FILE": "/nowhere",
        "BOMS_KEY_FILE": "/nowhere",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "boms_tui", "demo", "--fast"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=380,
    )  # fmt: skip
    assert done.stdout.endswith("every run ended as the sample says\n"), done.stdout[-3_000:] + done.stderr
    assert done.returncode == 0
    assert done.stderr == "there is no terminal for the console: running one night without it\n"
    assert re.search(r"retry settlement/obligations@\S+:fetch-exchange-file: applied", done.stdout)
    assert list(tmp_path.iterdir()) == []
