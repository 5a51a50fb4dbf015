"""From a definition to the spec of an attempt: its checks filled in, its secrets by reference."""

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

from boms_tui import config
from boms_tui.model.checks import DueFile
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import Checks, Command, OutputCheck, Parameter, Window
from boms_tui.model.planning import Hours
from boms_tui.runtime.machine.launching import spec_of
from boms_tui.runtime.ports import Spec
from tests.model.night import Night, process, task

FRESH = FileCheck("in/${parameters.region}_${business_date:%Y%m%d}.csv", min_size=1, newer_than=timedelta(hours=24))
CHECKS = Checks(
    before=(FRESH, Window(time(22), time(4))),
    after=(OutputCheck("ORA-", "^\\$done"), FileCheck("/srv/out/${run}.${attempt}")),
)


def spec(folder: Path, **changes: object) -> Spec:
    defined = process(
        "ops/load", task("only", **changes), timezone="Asia/Kolkata", day_starts=time(6),
        parameters={"region": Parameter("west")},
    )  # fmt: skip
    night = Night(defined)
    run = night.order("ops/load")
    return spec_of(night.attempt(run, "only"), night.snapshot, config.home(str(folder)))


def test_the_placeholders_and_hours_of_checks_are_filled(tmp_path: Path) -> None:
    made = spec(tmp_path, checks=CHECKS)
    file, window = made.before
    path = "in/west_20261120.csv"
    assert file == DueFile(replace(FRESH, path=path), f"{tmp_path}/work/{path}")
    assert isinstance(window, Hours)
    assert (window.opens.isoformat(), window.closes.isoformat()) == (
        "2026-11-20T22:00:00+05:30", "2026-11-21T04:00:00+05:30",
    )  # fmt: skip
    place = "/srv/out/ops/load@2026-11-20.1.1"
    assert made.after == (OutputCheck("ORA-", "^\\$done"), DueFile(FileCheck(place), place)), "a pattern is no text"


def test_a_task_is_told_where_its_secrets_are_and_the_spec_has_their_references_only(tmp_path: Path) -> None:
    made = spec(tmp_path, secrets={"PASSWORD": "env:FEED"})
    assert made.secrets == {"PASSWORD": "env:FEED"}
    assert made.environment["BOMS_SECRETS_FD"] == "3"


def test_a_task_without_secrets_is_told_of_none_and_cannot_be_misled(tmp_path: Path) -> None:
    assert "BOMS_SECRETS_FD" not in spec(tmp_path).environment
    work = Command(("true",), environment={"BOMS_SECRETS_FD": "9", "REGION": "west"})
    made = spec(tmp_path, work=work, secrets={"PASSWORD": "env:FEED"})
    assert (made.environment["BOMS_SECRETS_FD"], made.environment["REGION"]) == ("3", "west")
