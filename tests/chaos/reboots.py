"""The host restarts while tasks run: all ends at once, the boot id is another, and people say what became of it."""

import os
import signal
from collections.abc import Iterator

from boms_tui.commands.client import Client
from boms_tui.commands.session import MemoryKeeper
from boms_tui.model.ids import RunId
from boms_tui.model.states import AttemptState, RunState, TaskState
from tests.chaos.campaign import Figures, Stage, figures_of
from tests.chaos.judge import Finding, Kind
from tests.chaos.night import Night, Step
from tests.chaos.rig import Rig, lives
from tests.runtime.house import PASSWORD, wait_until

ANSWERS = {
    "ok": TaskState.FORCED_OK,
    "failed": TaskState.FAILED,
    "rerun": TaskState.SUCCEEDED,
}
"""What a supervisor may say of a task that ran when the host went down, and what the task is then."""


def of_host(stage: Stage) -> Figures:
    """`times` restarts, each with a task for every answer that a person may give."""
    gate = stage.folder / "gate"
    strange: list[Finding] = []
    with Rig(stage.folder, _night(str(gate))) as rig:
        rig.store.appoint("sam", PASSWORD, ("supervisor",))
        sam = Client(rig.store, MemoryKeeper())
        rig.apply_night()
        for number in range(stage.times):
            gate.unlink(missing_ok=True)
            rig.lead(*_booted(rig, number))
            run = rig.order_night()
            wait_until(lambda: len(rig.shims()) == len(ANSWERS), "the tasks to run")
            _lose_power(rig)
            gate.touch()
            rig.lead(*_booted(rig, number + 1))
            wait_until(lambda: rig.run(run).run.state is RunState.STALLED, "the run to wait for a person")  # noqa: B023
            strange += _without_evidence(rig, run)
            if sam.signed_in() is None:
                sam.sign_in("sam", PASSWORD)
            for answer in ANSWERS:
                verdict = sam.act("resolve", f"{run}:{answer}", reason="asked", parameters={"as": answer})
                if verdict.code != "ok":
                    strange.append(Finding(Kind.UNEXPECTED, f"resolve {answer}: {verdict.reason}"))
            rig.wait_quiet()
            rig.kill_runtime()
        rig.lead()
        return figures_of(rig, stage.times, *strange, allowed=stage.times * len(ANSWERS))


def _night(gate: str) -> Night:
    """The first start of each waits for the gate, which opens only behind the restart."""
    return Night(
        tuple(
            Step(name, codes=(0,) if name == "rerun" else (), options=(f"gate={gate}",), ends=state)
            for name, state in ANSWERS.items()
        )
    )


def _booted(rig: Rig, number: int) -> tuple[str, ...]:
    """The program under which the kernel seems to have been started for the `number`-th time."""
    identity = rig.folder / f"boot-{number}"
    identity.write_text(f"00000000-0000-4000-8000-{number:012}\n")
    bind = f"mount --bind '{identity}' /proc/sys/kernel/random/boot_id"
    return ("unshare", "--mount", "/bin/sh", "-c", f'{bind} && exec "$@"', "sh")


def _lose_power(rig: Rig) -> None:
    """End the runtime, its shims and then their tasks, so that nobody lives to tell."""
    shims, tasks = rig.shims(), {int(pid) for _, pid, _ in rig.witnessed()}
    rig.kill_runtime()
    for pids in (shims, tasks):
        for pid in filter(lives, pids):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(lives, pids)), "everything to be down")  # noqa: B023


def _without_evidence(rig: Rig, run: RunId) -> Iterator[Finding]:
    for attempt in rig.store.reader.attempts(run):
        if attempt.state is not AttemptState.UNKNOWN or "the host restarted" not in attempt.reason:
            yield Finding(Kind.WRONG, f"{attempt.id} is {attempt.state} after a restart: {attempt.reason}")
