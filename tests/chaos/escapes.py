"""Tasks whose children leave them, by a double fork into a session of their own, and turn deaf to SIGTERM."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.states import AttemptState
from tests.chaos.campaign import Figures, Stage
from tests.chaos.judge import Finding, Kind
from tests.chaos.night import Night
from tests.chaos.rig import Rig, lives
from tests.runtime.house import wait_until

ESCAPE = (
    "(setsid sh -c 'trap \"\" TERM; echo $$ > {mark}; while :; do sleep 1; done' &); while ! [ -s {mark} ]; do :; done"
)
"""Two forks and a session of its own: no group and no parent leads to it any more."""
TASKS = {
    "left": ("exit 3", {}, AttemptState.FAILED),
    "killed": ("exec sleep 600", {}, AttemptState.KILLED),
    "deaf": ("trap '' TERM; while :; do sleep 1; done", {"timeout": "2s"}, AttemptState.TIMED_OUT),
}
"""What each does when its child has escaped, what else its definition says, and how its attempt ends."""


def of_children(stage: Stage) -> Figures:
    """The runtime is killed while they run; of those that are stopped nothing may live on, of the others it is said."""
    strange: list[Finding] = []
    with Rig(stage.folder, Night(())) as rig:
        for number in range(stage.times):
            folder = stage.folder / str(number)
            folder.mkdir()
            rig.apply(_process(folder))
            rig.lead()
            run = rig.order("ops/escapes")
            rig.ordered.append(run)
            wait_until(lambda: len(_escaped(folder)) == len(TASKS), "every child to escape")  # noqa: B023
            rig.kill_runtime()
            rig.lead()
            assert rig.act("kill", f"{run}:killed").code == "ok"
            rig.wait_quiet()
            strange += _wrong(rig, run, _escaped(folder))
            for pid in filter(lives, _escaped(folder).values()):
                os.kill(pid, signal.SIGKILL)
            rig.kill_runtime()
        strange += (finding for finding in rig.findings() if finding.kind is not Kind.WRONG)
    return Figures(stage.times * len(TASKS), stage.times * len(TASKS), tuple(strange))


def _process(folder: Path) -> str:
    def task(name: str) -> dict[str, object]:
        then, more, _ = TASKS[name]
        script = f"{ESCAPE.format(mark=folder / name)}; {then}"
        return {"command": ["/bin/sh", "-c", script.replace("$", "$$")], **more}

    tasks = {name: task(name) for name in TASKS}
    return json.dumps({"process": "ops/escapes", "on_failure": "continue", "tasks": tasks})


def _escaped(folder: Path) -> dict[str, int]:
    """The pid of each task's child that has left it."""
    marks = {file.name: file.read_text().strip() for file in folder.iterdir()}
    return {name: int(text) for name, text in marks.items() if text}


def _wrong(rig: Rig, run: RunId, escaped: dict[str, int]) -> Iterator[Finding]:
    for name, (_, _, state) in TASKS.items():
        (attempt,) = rig.store.reader.attempts(run, TaskName(name))
        stays = name == "left"
        if attempt.state is not state:
            yield Finding(Kind.UNEXPECTED, f"{attempt.id} is {attempt.state}, not {state}: {attempt.reason}")
        if lives(escaped[name]) is not stays:
            yield Finding(Kind.UNEXPECTED, f"{attempt.id}: the child that left it {'ended' if stays else 'lives on'}")
        if (attempt.remain > 0) is not stays or ("processes remain" in attempt.reason) is not stays:
            yield Finding(Kind.WRONG, f"{attempt.id} tells of {attempt.remain} that remain: {attempt.reason}")
