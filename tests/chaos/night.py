"""The nights that are thrown at the runtime: tasks as data, and what must have become of each at the end."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.records import Attempt
from boms_tui.model.states import AttemptState, TaskState
from tests.chaos.judge import Finding, Kind

Witnessed = Callable[..., list[str]]
"""The command line of a witness program that behaves as its arguments say."""


@dataclass(frozen=True)
class Step:
    """One task: how its program behaves, and how its attempts end.

    `codes` are the exit codes of its starts, one after the other; `None` is a start that is stopped by its timeout.
    """

    name: str
    codes: tuple[int | None, ...] = (0,)
    seconds: float = 0.02
    after: tuple[str, ...] = ()
    more: Mapping[str, Any] | None = None
    options: tuple[str, ...] = ()
    ends: TaskState = TaskState.SUCCEEDED

    def defined(self, witnessed: Witnessed) -> dict[str, Any]:
        told = [f"code={','.join(str(code or 0) for code in self.codes)}", f"seconds={self.seconds}", *self.options]
        after = [dict([name.split(": ")]) if ": " in name else name for name in self.after]
        return {"command": witnessed(*told), "after": after, **(self.more or {})}


@dataclass(frozen=True)
class Night:
    """A process of several names, whose runs go side by side, and what each run must come to."""

    steps: tuple[Step, ...]
    processes: tuple[str, ...] = ("ops/east", "ops/west")

    def texts(self, witnessed: Witnessed) -> list[str]:
        """The definitions; JSON is YAML."""
        tasks = {step.name: step.defined(witnessed) for step in self.steps}
        more = {"on_failure": "continue", "tasks": tasks}
        return [json.dumps({"process": process, **more}, indent=1) for process in self.processes]

    def unexpected(
        self, run: RunId, tasks: Mapping[TaskName, TaskState], attempts: Iterable[Attempt]
    ) -> Iterator[Finding]:
        """Where an ended run differs from what its definition says; attempts that never ran count as nothing."""
        ends: dict[str, list[int | None]] = defaultdict(list)
        for attempt in attempts:
            if attempt.state not in _NOT_TRIED:
                ends[attempt.task].append(attempt.exit_code)
        for step in self.steps:
            state = tasks[TaskName(step.name)]
            if state is not step.ends:
                yield Finding(Kind.UNEXPECTED, f"{run}:{step.name} is {state}, not {step.ends}")
            if ends[step.name] != _run_by(step):
                yield Finding(Kind.UNEXPECTED, f"{run}:{step.name} ended with {ends[step.name]}, not {_run_by(step)}")


_NOT_TRIED = frozenset({AttemptState.VOID, AttemptState.START_FAILED, AttemptState.UNKNOWN})


def _run_by(step: Step) -> Sequence[int | None]:
    return [] if step.ends is TaskState.NOT_NEEDED else list(step.codes)


FAILS = TaskState.FAILED
_THERE = {"file": {"path": __file__}}
_PRINTED = {"output": {"require": "at work"}}
_REFUSED = {"output": {"fail_on": "at work"}}


def varied(long: float = 1.5) -> Night:
    """Short tasks and such as live through kills, all exit codes to 5, retries, time limits, a fan-out and its join.

    `long` seconds is how long the long ones take.
    """
    fan = tuple(Step(f"fan{n}", after=("root",), codes=(n % 2,), more={"success_codes": [0, 1]}) for n in range(6))
    codes = tuple(Step(f"code{n}", codes=(n,), after=("root",), ends=FAILS) for n in range(1, 6))
    longs = tuple(
        Step(f"long{n}", seconds=long * (n + 1) / 2, codes=(n,), more={"success_codes": [n]}) for n in range(4)
    )
    again = {"retries": 3, "retry_delay": "1s"}
    return Night((
        Step("root"),
        *fan,
        *codes,
        *longs,
        Step("join", after=tuple(step.name for step in fan)),
        Step("retried", codes=(4, 2, 0), more=again),
        Step("in-vain", codes=(5, 5), more={"retries": 1, "retry_delay": "1s"}, ends=FAILS),
        *(Step(f"looked-after{n}", more={"checks": {"before": [_THERE], "after": [_PRINTED]}}) for n in range(3)),
        Step("found-wanting", more={"checks": {"after": [_REFUSED]}}, ends=FAILS),
        Step("late", codes=(None,), seconds=600, more={"timeout": "1s"}, ends=FAILS),
        Step("answer", after=("in-vain: failed",)),
        Step("never", after=("code1",), ends=TaskState.NOT_NEEDED),
        Step("clear-up", after=("long3", "join", "code5: finished")),
    ))  # fmt: skip


def gated(count: int, *options: str, followers: int = 0) -> Night:
    """Tasks beside one another, with exit codes 0 to 5, that go on when the test lets them.

    Each follower comes after one of them, and is tried again for as long as it cannot be started.
    """
    held = tuple(
        Step(f"t{n}", codes=(n % 6,), seconds=0, options=options, more={"success_codes": [0, n % 6]})
        for n in range(count)
    )
    patient = {"retries": 100, "retry_delay": "1s", "success_codes": [0, 1, 2]}
    behind = tuple(Step(f"f{n}", codes=(n % 3,), after=(f"t{n}",), more=patient) for n in range(followers))
    return Night((*held, *behind), processes=("ops/held",))
