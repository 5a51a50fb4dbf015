"""Tasks that behave badly, under the real runtime: a clear state and message, and the runtime's memory flat."""

import sys
from pathlib import Path

from boms_tui.model.records import Attempt
from boms_tui.model.states import RunState
from tests.runtime.house import House, wait_until

HOSTILE = rb"\x1b]52;c;ZXZpbA==\x07 \xff\xfe [/nope] \x00 \x9b2J"


def one_task(house: House, argv: list[str], more: str = "") -> None:
    words = ", ".join(f"'{word}'" for word in argv)
    house.apply(f"process: ops/hard\ntasks:\n  only:\n    command: [{words}]\n{more}")


def only_attempt(house: House, run: str) -> Attempt:
    (attempt,) = house.store.reader.attempts(run)  # type: ignore[arg-type]
    return attempt


def resident(house: House) -> int:
    """The runtime's memory in KiB."""
    assert house.runtime is not None
    status = Path(f"/proc/{house.runtime.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_100_mb_of_output_are_capped_and_marked_and_cost_the_runtime_nothing(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        one_task(
            house, [sys.executable, "-c", 'import sys; [sys.stdout.write("x" * 99 + chr(10)) for _ in range(1000000)]'],
            "    output_cap: 1MB\n",
        )  # fmt: skip
        house.start_runtime()
        before = resident(house)
        run = house.order("ops/hard")
        assert house.wait_for(run).run.state is RunState.SUCCEEDED
        attempt = only_attempt(house, run)
        assert attempt.output_bytes == 100_000_000
        assert attempt.output_dropped >= 98_000_000
        output = house.client.output(attempt.id)
        assert output is not None
        assert 0 < len(output.tail) <= 65_536
        assert resident(house) - before < 8_192
        kept = sum(file.stat().st_blocks * 512 for file in house.home.spool.rglob("out.log"))
        assert kept <= 1_200_000


def test_invalid_utf8_and_escape_sequences_come_through_as_bytes(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        one_task(house, ["/usr/bin/printf", HOSTILE.decode()])
        house.start_runtime()
        run = house.order("ops/hard")
        assert house.wait_for(run).run.state is RunState.SUCCEEDED
        output = house.client.output(only_attempt(house, run).id)
        assert output is not None
        assert output.tail == b"\x1b]52;c;ZXZpbA==\x07 \xff\xfe [/nope] \x00 \x9b2J"


def test_a_missing_program_is_a_start_that_failed_with_its_reason(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        one_task(house, ["/no/such/program"])
        house.start_runtime()
        run = house.order("ops/hard")
        view = house.wait_for(run, RunState.STALLED)
        attempt = only_attempt(house, run)
        assert attempt.state.value == "start-failed"
        assert "/no/such/program" in attempt.reason
        assert "ENOENT" in attempt.reason
        assert "No such file" in view.run.reason or "ENOENT" in view.run.reason


def test_a_program_that_ignores_sigterm_is_killed_after_its_time(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        script = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); signal.pause()"
        one_task(house, [sys.executable, "-c", script], "    timeout: 1s\n")
        house.start_runtime()
        run = house.order("ops/hard")
        house.wait_for(run, RunState.STALLED)
        attempt = only_attempt(house, run)
        assert attempt.state.value == "timed-out"
        assert attempt.signal == 9


def test_kill_ends_the_whole_process_group(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        one_task(house, ["/bin/sh", "-c", f"sleep 600 & echo $$! > {tmp_path}/child; echo up; wait"])
        house.start_runtime()
        run = house.order("ops/hard")
        child = tmp_path / "child"
        wait_until(lambda: child.exists() and child.read_text().strip(), "the grandchild")
        assert house.act("kill", f"{run}:only").code == "ok"
        house.wait_for(run, RunState.STALLED)
        assert only_attempt(house, run).state.value == "killed"
        wait_until(lambda: not _lives(int(child.read_text())), "the grandchild to be gone")
        assert house.run(run).tasks[next(iter(house.run(run).tasks))].reason == "killed by admin"


def test_the_environment_of_a_task_is_what_the_contract_says(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        one_task(house, ["/usr/bin/env"], "    environment: {REGION: west}\n")
        house.start_runtime(environment={"SECRET_OF_THE_RUNTIME": "canary", "TZ": "Asia/Kolkata"})
        run = house.order("ops/hard")
        house.wait_for(run)
        output = house.client.output(only_attempt(house, run).id)
        assert output is not None
        names = {line.partition(b"=")[0].decode() for line in output.tail.splitlines()}
        told = {"BOMS_RUN", "BOMS_TASK", "BOMS_ATTEMPT", "BOMS_BUSINESS_DATE", "REGION"}
        assert told <= names
        assert names - told <= {"PATH", "HOME", "LANG", "TZ"}
        assert b"canary" not in output.tail


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
