"""A whole runtime, killed around its checks: each verdict is recorded once, each task started once, no secret told."""

from collections import Counter
from pathlib import Path

import pytest

from boms_tui.model.records import Phase
from boms_tui.model.states import RunState
from tests.runtime.house import House, wait_until
from tests.runtime.processes import read_if_there

CANARY = "canary-7f3a91"
POINTS = (
    "before-launch", "checked-before", "before-publish", "published", "spawned", "before-checks-after",
    "checked-after", "before-commit:3", "after-commit:3", "after-commit:4",
)  # fmt: skip


def checked_tasks(house: House, vault: Path) -> str:
    tells = f"import json, os; print(json.load(os.fdopen(int(os.environ[{chr(39)}BOMS_SECRETS_FD{chr(39)}]))))"
    return f"""
process: ops/checked
tasks:
  one:
    command: {house.witness_command()}
    checks:
      before: [{{file: {{path: in.csv, min_size: 1}}}}]
      after: [{{output: {{require: "^at work$", fail_on: ERROR}}}}, {{file: in.csv}}]
  two:
    after: [one]
    command: [python3, -c, "{tells}"]
    secrets: {{PASSWORD: "file:{vault}"}}
    checks: {{after: [{{output: {{fail_on: PASSWORD}}}}]}}
"""


@pytest.mark.parametrize("point", POINTS)
def test_killed_around_its_checks_it_loses_and_doubles_none(tmp_path: Path, point: str) -> None:
    vault = tmp_path / "vault"
    vault.write_text(CANARY)
    vault.chmod(0o600)
    with House(tmp_path) as house:
        (house.home.work / "in.csv").write_text("1,2\n")
        house.apply(checked_tasks(house, vault))
        house.start_runtime()
        house.kill_runtime()
        house.spawn_runtime(environment={"BOMS_FAILPOINT": point})
        run = house.order("ops/checked")
        wait_until(lambda: house.has_died() or house.run(run).run.state is RunState.STALLED, f"it to die at {point}")
        assert house.has_died()
        house.restart_runtime()
        one, two = house.wait_for(run, RunState.STALLED).tasks.values()
        assert (one.state.value, two.state.value) == ("succeeded", "failed")
        view = house.client.task(one.ref)
        started = Counter(attempt for attempt, _, what in house.witnessed() if what == "start")
        assert started == {view.attempts[-1].id: 1}
        found = [verdict for verdict in view.checks if verdict.attempt in started]
        assert [(verdict.phase, verdict.place, verdict.passed) for verdict in found] == [
            (Phase.BEFORE, 0, True), (Phase.AFTER, 0, True), (Phase.AFTER, 1, True)
        ]  # fmt: skip
        (told,) = house.client.task(two.ref).checks
        assert told.saw == f"printed \"{{'PASSWORD': '{'*' * len(CANARY)}'}}\""
        assert two.reason.endswith(told.saw)
        output = house.client.output(told.attempt)
        assert output is not None
        assert b"PASSWORD" in output.tail
        house.kill_runtime()
        kept = {file for file in tmp_path.rglob("*") if file.is_file()} - {vault}
        itself = {file for file in kept if file.name == "out.log"}
        assert {file for file in kept if CANARY.encode() in read_if_there(file)} <= itself
