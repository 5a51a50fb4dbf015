"""Runs the sample brokerage's night without BOMS: a second reading of its definitions, for what its scripts promise."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from boms_tui.model.definitions.amounts import size
from tests.data.sample import documents, expected, of_the_night

SHORTER = {"parameters.scenarios": "250"}
"""The long task is long by design; a fifth of its default shows the same."""


@dataclass(frozen=True)
class Step:
    """One task. `after` are refs of tasks, `on_failure_of` those that must fail for it to run."""

    ref: str
    argv: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]
    success_codes: frozenset[int]
    retries: int
    checks: Mapping[str, Any]
    after: frozenset[str]
    on_failure_of: frozenset[str]


@dataclass(frozen=True)
class Attempt:
    """How one start of a task ended, and what it printed."""

    succeeded: bool
    output: str


def steps() -> dict[str, Step]:
    """Every task of every process, with all that it waits for spelled out as tasks."""
    processes = documents("process")
    return {step.ref: step for process in processes for step in _steps_of(process, processes)}


def _steps_of(process: str, processes: Mapping[str, dict[str, Any]]) -> Iterator[Step]:
    said = processes[process]
    upstream = [entry["process"] for entry in said["start"] if "process" in entry]
    waits = [*upstream, *(entry for entry in said.get("after", []) if entry.get("date") != "previous")]
    outside = {ref for entry in waits for ref, _ in _refs(entry, process, processes)}
    parameters = {f"parameters.{name}": one["default"] for name, one in said.get("parameters", {}).items()} | SHORTER
    for name, task in said["tasks"].items():
        entries = [pair for entry in task.get("after", []) for pair in _refs(entry, process, processes)]
        command = task.get("command", [])
        words = shlex.split(command) if isinstance(command, str) else command
        yield Step(
            ref=f"{process}:{name}",
            argv=tuple(_filled(word, parameters) for word in words),
            directory=task.get("directory", "."),
            environment=task.get("environment", {}),
            success_codes=frozenset(map(int, task.get("success_codes", [0]))),
            retries=int(task.get("retries", 0)),
            checks=task.get("checks", {}),
            after=frozenset(outside | {ref for ref, _ in entries}),
            on_failure_of=frozenset(ref for ref, when in entries if when == "failed"),
        )


def _refs(entry: Any, process: str, processes: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The tasks that one entry of `after` waits for, each with the outcome it asks for."""
    match entry:
        case {"process": other, **rest}:
            names = [rest["task"]] if "task" in rest else processes[other]["tasks"]
            yield from ((f"{other}:{name}", str(rest.get("when", "succeeded"))) for name in names)
        case {"task": name, "meter": _}:
            yield f"{process}:{name}", "succeeded"      # a task that has succeeded has passed every mark
        case dict():
            yield from ((f"{process}:{name}", when) for name, when in entry.items())
        case str() if ":" in entry:
            yield entry, "succeeded"
        case str() if "/" in entry:
            yield from ((f"{entry}:{name}", "succeeded") for name in processes[entry]["tasks"])
        case _:
            yield f"{process}:{entry}", "succeeded"


def _filled(word: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(f"${{{name}}}", value)
    return word


def run(work: Path, day: date, *, at_once: int = 4) -> dict[str, list[Attempt]]:
    """A whole night: each task's attempts, none where the task was not needed or is a person's."""
    processes = of_the_night()
    everything = {ref: step for ref, step in steps().items() if ref.partition(":")[0] in processes}
    waiting = TopologicalSorter({ref: step.after for ref, step in everything.items()})
    waiting.prepare()
    done: dict[str, list[Attempt]] = {}
    running: dict[Future[list[Attempt]], str] = {}
    with ThreadPoolExecutor(at_once) as pool:
        while waiting.is_active():
            for ref in waiting.get_ready():
                running[pool.submit(_attempts, everything[ref], done, work, day)] = ref
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                ref = running.pop(future)
                done[ref] = future.result()
                waiting.done(ref)
    return done


def again(work: Path, day: date, refs: Iterable[str]) -> None:
    """Start tasks once more, one after the other; each must succeed."""
    everything = steps()
    for ref in refs:
        attempt = start(everything[ref], work, day)
        assert attempt.succeeded, f"{ref}: {attempt.output}"


def start(step: Step, work: Path, day: date, file: str = "") -> Attempt:
    """One attempt, in the environment that a task is promised; `file` is what started its run."""
    for check in step.checks.get("before", []):
        assert not [*_wrong(check, "", work, day)], f"{step.ref} starts although a check before it does not hold"
    filled = {"business_date": day.isoformat(), "file": file}
    _, *arguments = (_filled(word, filled) for word in step.argv)
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=work / step.directory,
        env={
            "PATH": "/usr/bin:/bin",
            "LANG": "C",
            "BOMS_RUN": f"{step.ref.partition(':')[0]}@{day}.1",
            **step.environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode not in step.success_codes:
        return Attempt(succeeded=False, output=ended.stdout)
    wrong = [found for check in step.checks.get("after", []) for found in _wrong(check, ended.stdout, work, day)]
    return Attempt(not wrong, "\n".join([ended.stdout, *wrong]))


def _wrong(check: Mapping[str, Any], output: str, work: Path, day: date) -> Iterator[str]:
    """What does not hold of one of a step's checks."""
    for file in [check["file"]] if "file" in check else []:
        path = work / file["path"].replace("${business_date}", day.isoformat())
        if not path.is_file() or path.stat().st_size < size(file["min_size"]):
            yield f"{path} is not there, or too small"
    patterns = check.get("output", {})
    if "fail_on" in patterns and re.search(patterns["fail_on"], output, re.MULTILINE):
        yield f"it printed {patterns['fail_on']}"
    if "require" in patterns and not re.search(patterns["require"], output, re.MULTILINE):
        yield f"it did not print {patterns['require']}"


def _attempts(step: Step, done: Mapping[str, list[Attempt]], work: Path, day: date) -> list[Attempt]:
    """As many attempts as the step's own retries and the operator's acts allow, up to the one that succeeds."""
    a_person = not step.argv
    not_needed = any(done[ref][0].succeeded for ref in step.on_failure_of)
    if a_person or not_needed:
        return []
    by_operator = sum(act["verb"] == "retry" and act["target"] == step.ref for act in expected()["acts"])
    attempts: list[Attempt] = []
    for _ in range(1 + step.retries + by_operator):
        attempts.append(start(step, work, day))
        if attempts[-1].succeeded:
            return attempts
    raise AssertionError(f"{step.ref} failed:\n" + "\n".join(attempt.output for attempt in attempts))
