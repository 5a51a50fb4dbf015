"""What `boms why` answers: the root cause first, then the gates, then how one leads to the other."""

import io
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boms_tui import clock
from boms_tui.commands.out import Out
from boms_tui.commands.why import print_reasons
from boms_tui.model.views import Gate, GateKind, Reason, Reasons
from tests.commands.house import House, until

DATE = "2026-02-02"
NOW = datetime(2026, 2, 2, 18, tzinfo=UTC)
DEFINITIONS = """\
process: risk/var
tasks:
  compute: {command: [sh, -c, "exit 3"]}
  publish: {after: [compute], command: ["true"]}
---
process: settlement/end-of-day-margin
tasks:
  start: {command: ["true"]}
  load-the-prices-of-the-day: {after: [start, "risk/var:publish"], command: ["true"]}
  sum: {after: [load-the-prices-of-the-day], command: ["true"]}
---
process: archive/night
after: [settlement/end-of-day-margin]
start: [{cron: "0 3 * * *"}]
window: {from: "02:00", to: "04:00"}
tasks: {collect: {command: ["true"]}}
---
process: wide/night
tasks:
  root: {command: ["false"]}
TASKS"""
WIDE = "".join(f"  t{number}: {{after: [root], command: ['true']}}\n" for number in range(30))
CHAIN = "".join(f"  c{n}: {{after: [{f'c{n - 1}' if n else 'root'}], command: ['true']}}\n" for n in range(30))
MARGIN, VAR, WIDE_RUN = f"settlement/end-of-day-margin@{DATE}.1", f"risk/var@{DATE}.1", f"wide/night@{DATE}.1"


@pytest.fixture(scope="module")
def night(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A task of risk/var fails, and everything else waits for it in one way or another."""
    house = House(tmp_path_factory.mktemp("night") / "home")
    shutil.copytree(prepared, house.path)
    with house.runtime():
        assert house.apply(DEFINITIONS.replace("TASKS", WIDE + CHAIN)).code == 0
        for process in ("risk/var", "settlement/end-of-day-margin", "archive/night", "wide/night"):
            assert house.boms("order", process, "--date", DATE, user="operator").code == 0
        stalled = {VAR, WIDE_RUN}
        until(lambda: stalled <= {run["id"] for run in house.boms("runs", "--state", "stalled", "--json").json})
        yield house


def test_a_process_without_a_run_says_what_will_order_it_or_why_nothing_does(quiet_house: House) -> None:
    late, passed = (f"{hour:%M %H} * * *" for hour in (clock.now() + timedelta(minutes=30), clock.now()))
    text = f"""calendar: never
days: 2020-01-01
---
process: a/time
start: [{{cron: "{late}"}}]
tasks: {{t: {{command: ["true"]}}}}
---
process: a/passed
start: [{{cron: "{passed}"}}]
tasks: {{t: {{command: ["true"]}}}}
---
process: a/off
calendar: never
start: [{{cron: "{late}"}}]
tasks: {{t: {{command: ["true"]}}}}
---
process: a/file
start: [{{file: {{path: "in/*.csv"}}}}]
tasks: {{t: {{command: ["true"]}}}}
---
process: a/follows
start: [{{process: a/time}}]
tasks: {{t: {{command: ["true"]}}}}
---
process: a/hand
tasks: {{t: {{command: ["true"]}}}}
"""
    assert quiet_house.apply(text).code == 0
    expected = {
        "a/time": "it will be ordered at",
        "a/passed": "nothing ordered it although its time has come:",
        "a/off": "it is not ordered for that date: calendar never",
        "a/file": "it will be ordered by file in/*.csv",
        "a/follows": "it will be ordered by process a/time",
        "a/hand": "it is not ordered for that date: it has no start: a person orders it",
    }
    for process, says in expected.items():
        said = quiet_house.boms("why", process)
        assert said.code == 0
        assert said.lines[0].startswith(f"{process} has no run for "), said
        assert says in said.out, said.out
    (gate,) = quiet_house.boms("why", "a/hand", "--json").json
    assert (gate["gate"], gate["open"], gate["detail"]) == ("ordered", False, expected["a/hand"])


def squeezed(text: str) -> str:
    """The words, wherever lines were broken, without the times of this day."""
    return re.sub(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC", "NOW", " ".join(text.split()))


def test_the_root_cause_comes_first_then_the_gates_and_how_they_lead_to_it(night: House) -> None:
    said = night.boms("why", f"{MARGIN}:sum")
    failed = f"{VAR}:compute failed: exit code 3, since NOW (retry or skip it)"
    assert squeezed(said.out) == " ".join([
        f"{MARGIN}:sum",
        f"root cause: {failed}",
        "GATE DETAIL WHO CAN FREE IT",
        "dependency:load-the-prices-of-the-day closed load-the-prices-of-the-day is waiting operator",
        "because",
        "load-the-prices-of-the-day is waiting",
        f"{VAR}:publish is waiting",
        failed,
    ])  # fmt: skip
    tree = said.lines[said.lines.index("because") + 1 :]
    assert [len(line) - len(line.lstrip()) for line in tree[:3]] == [2, 4, 6]


def test_the_cause_is_one_line_and_the_tree_fits_on_80_columns(night: House) -> None:
    lines = night.boms("why", f"archive/night@{DATE}.1").lines
    assert lines[1].startswith(f"root cause: {VAR}:compute failed: exit code 3, since ")
    tree = lines[lines.index("because") :]
    assert all(len(line) <= 80 for line in tree), tree
    assert f"  {MARGIN} is running" in tree


def test_a_gate_that_opens_at_a_time_says_when_in_the_zone_of_the_home(night: House) -> None:
    said = night.boms("why", f"archive/night@{DATE}.1:collect")
    window = next(line for line in said.lines if line.startswith("window"))
    assert "the window passed" in window
    later = night.boms(
        "hold", f"archive/night@{DATE}.1", "--until", "2099-01-01T06:30", "-m", "closed", user="operator"
    )
    assert later.code == 0
    lines = night.boms("why", f"archive/night@{DATE}.1").lines
    assert "OPENS AT" in next(line for line in lines if line.startswith("GATE"))
    assert "  2099-01-01 06:30 UTC  operator" in next(line for line in lines if line.startswith("hold:"))
    assert night.boms("release", f"archive/night@{DATE}.1", "-m", "open", user="operator").code == 0


def test_many_tasks_that_wait_for_one_are_one_line(night: House) -> None:
    said = night.boms("why", WIDE_RUN)
    assert re.fullmatch(
        r"root cause: root failed: exit code 1, since [\d: -]+UTC \(retry or skip it\); 60 tasks wait for this",
        said.lines[1],
    )
    assert "dependency:root of 31 tasks  closed  root is failed" in said.out
    assert said.lines[-1] == "+10 more (--json has all)"
    assert len(said.lines) < 30
    assert len(night.boms("why", WIDE_RUN, "--json").json) == 60


def test_as_json_each_gate_has_what_is_behind_it(night: House) -> None:
    (gate,) = night.boms("why", f"{MARGIN}:sum", "--json").json
    assert {key: gate[key] for key in ("gate", "open", "detail", "opens_at", "who_can_free", "kind")} == {
        "gate": "dependency:load-the-prices-of-the-day", "open": False, "opens_at": None, "who_can_free": "operator",
        "detail": "load-the-prices-of-the-day is waiting", "kind": "dependency",
    }  # fmt: skip
    assert gate["about"] == [f"{MARGIN}:load-the-prices-of-the-day"]
    (load,) = gate["because"]
    assert (load["gate"], load["state"], load["about"]) == (None, "waiting", gate["about"])
    (publish,) = load["because"]
    assert publish["gate"] == "dependency:risk/var:publish"
    (compute,) = publish["because"][0]["because"]
    (failed,) = compute["because"]
    assert (failed["state"], failed["detail"]) == ("failed", f"{VAR}:compute failed: exit code 3")
    assert failed["because"] == []


def test_as_json_the_gates_of_a_run_each_have_their_roots(night: House) -> None:
    gates = night.boms("why", MARGIN, "--json").json
    assert [gate["gate"] for gate in gates] == [
        "load-the-prices-of-the-day:dependency:risk/var:publish", "sum:dependency:load-the-prices-of-the-day",
    ]  # fmt: skip
    for gate in gates:
        assert [one["detail"] for one in gate["because"]] == [f"{VAR}:compute failed: exit code 3"]


def test_why_of_a_run_under_way_names_the_task_of_each_gate(night: House) -> None:
    said = night.boms("why", VAR)
    assert "publish:dependency:compute  closed  compute is failed" in said.out
    assert "because" not in said.out


def test_what_failed_says_so_itself_and_what_ended_well_waits_for_nothing(night: House) -> None:
    assert night.boms("why", f"{VAR}:compute").lines[0] == f"{VAR}:compute"
    assert "root cause: compute failed: exit code 3" in night.boms("why", f"{VAR}:compute").out
    start = f"{MARGIN}:start"
    until(lambda: night.boms("why", start).lines == [f"{start} is succeeded and waits for nothing"])
    assert night.boms("why", start, "--json").json == []


def shown(found: Reasons) -> list[str]:
    stdout = io.StringIO()
    print_reasons(Out(stdout=stdout), found, NOW)
    return stdout.getvalue().splitlines()


def test_several_causes_are_a_list() -> None:
    causes = tuple(Reason(f"t{n} failed", f"{VAR}:t{n}", advice="retry or skip it") for n in range(3))
    assert shown(Reasons(VAR, "stalled", roots=causes, more=4)) == [
        VAR, "7 root causes:", *(f"  t{n} failed (retry or skip it)" for n in range(3)), "  +4 more",
    ]  # fmt: skip


def test_what_is_unknown_says_how_it_is_resolved() -> None:
    cause = Reason("t may have run", f"{VAR}:t", state="unknown", advice="resolve it")
    assert shown(Reasons(f"{VAR}:t", "unknown", roots=(cause,))) == [
        f"{VAR}:t", "root cause: t may have run (resolve it)",
        f"(boms resolve {VAR}:t ok|failed|rerun|running -m REASON)",
    ]  # fmt: skip


def test_what_runs_waits_for_nothing() -> None:
    assert shown(Reasons(f"{VAR}:t", "running")) == [f"{VAR}:t is running and waits for nothing"]


def test_open_gates_alone_are_listed() -> None:
    gate = Gate(GateKind.SLOT, "slot:local", open=True, detail="0 of 16 slots of local in use", opens_at=NOW)
    lines = shown(Reasons(f"{VAR}:t", "ready", gates=(Reason(gate.detail, f"{VAR}:t", gate),)))
    assert lines[-1].split() == ["slot:local", "open", *gate.detail.split(), "operator"]
    assert "OPENS AT" not in lines[-2]


def test_a_task_that_is_not_there_is_told(night: House) -> None:
    said = night.boms("why", f"{VAR}:comput")
    assert (said.code, "has no task comput" in said.err) == (2, True)
