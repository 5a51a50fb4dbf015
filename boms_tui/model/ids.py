"""Names of things.

A process is `folder/name`, a run `PROCESS@DATE.N`, a task run `RUN:TASK`, an attempt `RUN:TASK.N`.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import NewType

ProcessId = NewType("ProcessId", str)
TaskName = NewType("TaskName", str)
RunId = NewType("RunId", str)
AttemptId = NewType("AttemptId", str)
RequestId = NewType("RequestId", str)
SessionId = NewType("SessionId", str)

ROOT = "/"
"""What a hold on everything is placed on."""
SEGMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,199}")
PROCESS = re.compile(rf"{SEGMENT.pattern}(/{SEGMENT.pattern})*")
EARLIEST, LATEST = 1970, 9000
"""The years in which anybody trades."""
_RUN = re.compile(rf"(?P<process>{PROCESS.pattern})@(?P<date>\d{{4}}-\d{{2}}-\d{{2}})\.(?P<number>[1-9]\d*)")


def run_id(process: ProcessId, business_date: date, number: int) -> RunId:
    return RunId(f"{process}@{business_date.isoformat()}.{number}")


def parse_run_id(text: str) -> tuple[ProcessId, date, int] | None:
    """The parts of a full run id; None where the text is not one."""
    match = _RUN.fullmatch(text)
    if match is None:
        return None
    day = business_date(match["date"])
    return (ProcessId(match["process"]), day, int(match["number"])) if day is not None else None


def business_date(text: str) -> date | None:
    """A date as people write it, YYYY-MM-DD; None for any other text, and for years nobody trades in."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day.year <= LATEST else None


def task_ref(run: RunId, task: TaskName) -> str:
    return f"{run}:{task}"


def split_ref(ref: str) -> tuple[RunId, TaskName | None]:
    """`RUN` or `RUN:TASK` as its two parts."""
    run, colon, task = ref.partition(":")
    return RunId(run), TaskName(task) if colon else None


def attempt_id(run: RunId, task: TaskName, number: int) -> AttemptId:
    return AttemptId(f"{run}:{task}.{number}")


def parse_attempt_id(attempt: AttemptId) -> tuple[RunId, TaskName, int]:
    """The run, the task and the number of an attempt."""
    run, _, rest = attempt.partition(":")
    task, _, number = rest.rpartition(".")
    return RunId(run), TaskName(task), int(number)


def folder_of(process: ProcessId) -> str:
    """The department a process belongs to: all but its last segment ("" at the top)."""
    return process.rpartition("/")[0]


def folders_of(process: ProcessId) -> Iterator[str]:
    """The folders that a process lies in, as `FOLDER/`, the nearest first."""
    folder = folder_of(process)
    while folder:
        yield f"{folder}/"
        folder = folder_of(ProcessId(folder))


def above(ref: str) -> set[str]:
    """Everything that a process, a run or `RUN:TASK` lies under, itself included: what holds on it are placed on."""
    run, _ = split_ref(ref)
    process = ProcessId(run.partition("@")[0])
    return {ref, run, process, *folders_of(process), ROOT}
