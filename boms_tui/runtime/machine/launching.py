"""From a definition to what the executor is told: arguments, environment, folder and checks, placeholders filled."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from boms_tui.config import Home
from boms_tui.model.checks import DueAfter, DueBefore, DueFile
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import AfterCheck, BeforeCheck, Command, OutputCheck, Process, Task, Window
from boms_tui.model.files import run_values
from boms_tui.model.placeholders import Values, render
from boms_tui.model.planning import hours_of
from boms_tui.model.records import Attempt, Run
from boms_tui.model.snapshot import Snapshot
from boms_tui.runtime.ports import Spec

SECRETS_FD = "BOMS_SECRETS_FD"
"""Names the descriptor from which a task reads its secrets, one JSON object of names and values."""
_INHERITED = ("PATH", "HOME", "LANG", "TZ")


def spec_of(attempt: Attempt, snapshot: Snapshot, home: Home) -> Spec:
    """The spec of a claimed attempt (SEMANTICS S30: nothing else of the runtime's environment)."""
    run = snapshot.runs[attempt.run]
    process = snapshot.definitions[run.process, run.revision]
    task = process.tasks[attempt.task]
    if not isinstance(task.work, Command):
        raise TypeError(f"{attempt.id} is a manual task and has no attempt")
    values = values_of(run, attempt)
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    own = {name: render(value, values) for name, value in task.work.environment.items()}
    return Spec(
        attempt=attempt.id,
        argv=tuple(render(argument, values) for argument in task.work.argv),
        environment={**inherited, **_told(run, attempt), **own, **_where_secrets_are(task)},
        directory=str(home.work / render(task.work.directory, values)),
        timeout=task.timeout.total_seconds() if task.timeout else None,
        output_cap=task.output_cap,
        before=tuple(_due_before(check, process, run, values, home) for check in task.checks.before),
        after=tuple(_due_after(check, values, home) for check in task.checks.after),
        secrets=task.secrets,
    )


def values_of(run: Run, attempt: Attempt) -> Mapping[str, str | date]:
    """What the placeholders of a definition stand for."""
    return {**run_values(run), "task": attempt.task, "attempt": str(attempt.number)}


def _due_before(check: BeforeCheck, process: Process, run: Run, values: Values, home: Home) -> DueBefore:
    match check:
        case FileCheck():
            return _due_file(check, values, home)
        case Window():
            return hours_of(check, process, run.business_date)


def _due_after(check: AfterCheck, values: Values, home: Home) -> DueAfter:
    match check:
        case FileCheck():
            return _due_file(check, values, home)
        case OutputCheck():
            return check


def _due_file(check: FileCheck, values: Values, home: Home) -> DueFile:
    """Relative paths are resolved in the node's work folder, as the tasks' own folders are."""
    path = render(check.path, values)
    return DueFile(replace(check, path=path), str(home.work / path))


def _where_secrets_are(task: Task) -> dict[str, str]:
    return {SECRETS_FD: "3"} if task.secrets else {}


def _told(run: Run, attempt: Attempt) -> dict[str, str]:
    return {
        "BOMS_RUN": run.id,
        "BOMS_TASK": attempt.task,
        "BOMS_ATTEMPT": str(attempt.number),
        "BOMS_BUSINESS_DATE": run.business_date.isoformat(),
    }
