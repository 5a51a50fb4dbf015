"""Output over a night with a runtime that is killed: all that was kept arrives, and its folder goes after a day."""

import os
from pathlib import Path

import pytest

from boms_tui.model.ids import AttemptId, RunId
from boms_tui.model.states import RunState
from boms_tui.runtime.spool.spool import Spool
from tests.runtime.house import House, wait_until

LINES = 300_000
WHOLE = b"".join(b"%07d of a flood\n" % number for number in range(1, LINES + 1))


def a_flood(house: House) -> str:
    gate = house.folder / "gate"
    return (
        "process: ops/flood\ntasks:\n  flood: {command: [sh, -c, "
        f'"echo ::boms meter 7; while [ ! -e {gate} ]; do sleep 0.05; done; '
        f"seq -f '%07.0f of a flood' 1 {LINES}\"]}}\n"
        "  after: {after: [flood], command: [/bin/true]}\n"
    )


def folder(house: House, attempt: AttemptId) -> Path:
    return Spool(house.home.spool).folder(attempt)


def stored(house: House, attempt: AttemptId) -> bytes:
    parts, at = [], 0
    while stretch := house.store.reader.stretch(attempt, at):
        assert stretch.start == at, "a gap"
        parts.append(stretch.data)
        at += len(stretch.data)
    return b"".join(parts)


def is_complete(house: House, attempt: AttemptId) -> bool:
    output = house.store.reader.output(attempt, last=0)
    return output is not None and output.complete


def progress_of(house: House, run: RunId) -> int | None:
    return next((said.meter for said in house.run(run).progress.values()), None)


@pytest.mark.parametrize("hit", [1, 2])
def test_what_was_not_shipped_when_the_runtime_was_killed_arrives_later(tmp_path: Path, hit: int) -> None:
    with House(tmp_path) as house:
        house.apply(a_flood(house))
        house.start_runtime()
        run = house.order("ops/flood")
        wait_until(lambda: progress_of(house, run) == 7, "the meter")
        attempt = next(iter(house.run(run).attempts.values())).id
        house.kill_runtime()
        (house.folder / "gate").touch()
        wait_until((folder(house, attempt) / "exit.rec").exists, "the flood to be over")

        house.spawn_runtime(environment={"BOMS_FAILPOINT": f"after-commit:{hit}"})
        wait_until(house.has_died, "the runtime to die with the end on record and the output not all shipped")
        assert not (folder(house, attempt) / "closed").exists()
        house.restart_runtime()
        house.wait_for(run, RunState.SUCCEEDED)
        wait_until(lambda: is_complete(house, attempt), "the rest of the output")
        assert stored(house, attempt) == b"::boms meter 7\n" + WHOLE
        assert progress_of(house, run) is None
        wait_until((folder(house, attempt) / "closed").exists, "the folder to be marked")

        os.utime(folder(house, attempt) / "closed", (0, 0))
        house.restart_runtime()
        wait_until(lambda: not folder(house, attempt).exists(), "the folder to go")
        assert stored(house, attempt) == b"::boms meter 7\n" + WHOLE


def test_the_end_of_the_output_is_there_when_the_end_is_told(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.apply(a_flood(house))
        (house.folder / "gate").touch()
        house.start_runtime()
        run = house.order("ops/flood")
        view = house.wait_for(run, RunState.SUCCEEDED)
        attempt = next(one for one in view.attempts.values() if one.task == "flood")
        output = house.client.output(attempt.id)
        assert output is not None
        assert (output.tail, output.size) == (WHOLE[-65_536:], attempt.output_bytes)


def test_a_secret_that_a_task_prints_in_halves_is_nowhere_in_the_store(tmp_path: Path) -> None:
    canary = "canary-7f3a-correct-horse"
    with House(tmp_path) as house:
        gate = house.folder / "gate"
        script = (
            f"printf 'it is '; head -c 20 <&3; while [ ! -e {gate} ]; do sleep 0.05; done; cat <&3; echo; seq 1 40000"
        )
        house.apply(
            "process: ops/leak\ntasks:\n  leak:\n    secrets: {token: 'env:BOMS_TEST_TOKEN'}\n"
            f'    command: [sh, -c, "{script}"]\n'
        )
        house.start_runtime(environment={"BOMS_TEST_TOKEN": canary})
        run = house.order("ops/leak")
        wait_until(lambda: house.run(run).attempts, "an attempt")
        attempt = next(iter(house.run(run).attempts.values())).id
        wait_until(lambda: house.store.reader.output(attempt), "the first half to be looked at")
        gate.touch()
        house.wait_for(run, RunState.SUCCEEDED)
        wait_until(lambda: is_complete(house, attempt), "all of the output")
        printed = stored(house, attempt)
        assert printed.startswith(b'it is {"token": "' + b"*" * len(canary) + b'"}\n1\n2\n')
        assert printed.endswith(b"\n40000\n")
        assert canary.encode() in (folder(house, attempt) / "out.log").read_bytes()
        assert not any(canary.encode() in part.read_bytes() for part in house.home.path.glob("boms.db*"))
