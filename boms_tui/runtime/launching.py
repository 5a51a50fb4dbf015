"""From a definition to what a shim is told: arguments, environment and folder, with their placeholders filled."""

import os
from collections.abc import Mapping
from datetime import date

from boms_tui.config import Home
from boms_tui.model.definition import Command
from boms_tui.model.placeholders import render
from boms_tui.model.records import Attempt, Run
from boms_tui.model.snapshot import Snapshot
from boms_tui.runtime.ports import Spec

_INHERITED = ("PATH", "HOME", "LANG", "TZ")


def spec_of(attempt: Attempt, snapshot: Snapshot, home: Home) -> Spec:
    """The spec of a claimed attempt (SEMANTICS S30: nothing else of the runtime's environment)."""
    run = snapshot.runs[attempt.run]
    task = snapshot.definitions[run.process, run.revision].tasks[attempt.task]
    if not isinstance(task.work, Command):
        raise TypeError(f"{attempt.id} is a manual task and has no attempt")
    values = values_of(run, attempt)
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    own = {name: render(value, values) for name, value in task.work.environment.items()}
    return Spec(
        attempt=attempt.id,
        argv=tuple(render(argument, values) for argument in task.work.argv),
        environment={**inherited, **_told(run, attempt), **own},
        directory=str(home.work / render(task.work.directory, values)),
        timeout=task.timeout.total_seconds() if task.timeout else None,
        output_cap=task.output_cap,
    )


def values_of(run: Run, attempt: Attempt) -> Mapping[str, str | date]:
    """What the placeholders of a definition stand for."""
    return {
        "business_date": run.business_date,
        "run": run.id,
        "task": attempt.task,
        "attempt": str(attempt.number),
        **{f"parameters.{name}": value for name, value in run.parameters.items()},
    }


def _told(run: Run, attempt: Attempt) -> dict[str, str]:
    return {
        "BOMS_RUN": run.id,
        "BOMS_TASK": attempt.task,
        "BOMS_ATTEMPT": str(attempt.number),
        "BOMS_BUSINESS_DATE": run.business_date.isoformat(),
    }
