"""A whole night of the sample brokerage without a person: its orders, its operator's acts, and how it must end."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from boms_tui import clock
from boms_tui.commands.client import Client
from boms_tui.model.ids import ProcessId, RunId, TaskName, task_ref
from boms_tui.model.records import Answer, Attempt
from boms_tui.model.states import ENDED, RUN_ENDED, AttemptState, RunState, TaskState
from boms_tui.model.views import BoardQuery, BoardRow, GateKind, TaskView

_PAUSE = 0.2
_LAST_WORDS = 5
_NOTABLE = (TaskState.FAILED, TaskState.BACKOFF, TaskState.CONFIRM, TaskState.UNKNOWN)
_ONCE = (AttemptState.SUCCEEDED,)


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does when the task has `failed`, or when it is `asked`: only a person's word is missing."""

    when: str
    verb: str
    process: ProcessId
    task: TaskName
    reason: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run must end. A task that is not named here succeeds with its first attempt."""

    state: RunState
    tasks: Mapping[TaskName, TaskState] = field(default_factory=dict)
    attempts: Mapping[TaskName, tuple[AttemptState, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """The sample's own account of a night."""

    order: tuple[ProcessId, ...]
    acts: tuple[Act, ...]
    endings: Mapping[ProcessId, Ending]


def read_script(file: Path) -> Script:
    """The script in the sample's `expected.yaml`."""
    import yaml

    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Script(
        order=tuple(ProcessId(name) for name in said["order"]),
        acts=tuple(_act(**entry) for entry in said["acts"]),
        endings={ProcessId(name): _ending(**entry) for name, entry in said["runs"].items()},
    )


def _act(when: str, verb: str, target: str, reason: str) -> Act:
    process, _, task = target.partition(":")
    return Act(when, verb, ProcessId(process), TaskName(task), reason)


def _ending(
    state: str, tasks: Mapping[str, str] | None = None, attempts: Mapping[str, list[str]] | None = None
) -> Ending:
    return Ending(
        RunState(state),
        {TaskName(name): TaskState(end) for name, end in (tasks or {}).items()},
        {TaskName(name): tuple(map(AttemptState, ends)) for name, ends in (attempts or {}).items()},
    )


class Night:
    """One business date, ordered, watched and acted upon through a signed-in client; `say` gets each change."""

    def __init__(self, client: Client, script: Script, business_date: date, say: Callable[[str], None]) -> None:
        self._client = client
        self._script = script
        self._date = business_date
        self._say = say
        self._to_do = list(script.acts)
        self._told: dict[RunId, tuple[object, ...]] = {}
        self._pause = threading.Event()
        self._began = clock.monotonic()

    def order(self) -> None:
        """Order what nothing else orders; each of these requests must be applied."""
        for process in self._script.order:
            verdict = self._client.act("order", process, parameters={"date": self._date.isoformat()})
            self._note(
                f"ordered {verdict.target}" if verdict.answer is Answer.APPLIED else f"{process}: {verdict.reason}"
            )

    def watch(self, *, limit: float, patience: float) -> None:
        """Follow the night to its end, at most `limit` seconds, or until nothing has moved for `patience` seconds."""
        seen, moved_at = -1, clock.monotonic()
        while clock.monotonic() - self._began < limit and clock.monotonic() - moved_at < patience:
            sequence = self._client.pulse().sequence
            if sequence != seen:
                seen, moved_at = sequence, clock.monotonic()
                rows = self.board()
                self._tell(rows)
                if self._is_over(rows):
                    return
                self._act(rows)
            self._pause.wait(_PAUSE)

    def board(self) -> dict[ProcessId, BoardRow]:
        """The newest run of each process."""
        rows = self._client.board(BoardQuery(dates=frozenset({self._date})))
        return {row.run.process: row for row in sorted(rows, key=lambda row: row.run.number)}

    def differences(self) -> Iterator[str]:
        """Where the night did not end as the sample says it should."""
        rows = self.board()
        for process, ending in self._script.endings.items():
            if process not in rows:
                yield f"{process} has not run"
            else:
                yield from self._run_differences(rows[process].run.id, ending)
        yield from (f"{task_ref(RunId(act.process), act.task)} never needed its {act.verb}" for act in self._to_do)

    def _run_differences(self, run: RunId, ending: Ending) -> Iterator[str]:
        view = self._client.run(run)
        if view.run.state is not ending.state:
            yield f"{run} is {view.run.state}, not {ending.state}"
        for name, task in view.tasks.items():
            expected = ending.tasks.get(name, TaskState.SUCCEEDED)
            if task.state is not expected:
                yield f"{task.ref} is {task.state}, not {expected}"
            attempts = self._client.task(task.ref).attempts
            states = tuple(attempt.state for attempt in attempts)
            wanted = ending.attempts.get(name, _ONCE if expected is TaskState.SUCCEEDED else ())
            if states != wanted:
                yield f"{task.ref} had the attempts {_list(states)}, not {_list(wanted)}"
                yield from self._last_words(attempts)

    def _last_words(self, attempts: Sequence[Attempt]) -> Iterator[str]:
        output = self._client.output(attempts[-1].id) if attempts else None
        if output is not None:
            lines = output.tail.decode("utf-8", errors="replace").splitlines()
            yield from (f"{attempts[-1].id} printed: {line}" for line in lines[-_LAST_WORDS:])

    def _is_over(self, rows: Mapping[ProcessId, BoardRow]) -> bool:
        return all(process in rows and rows[process].run.state in RUN_ENDED for process in self._script.endings)

    def _act(self, rows: Mapping[ProcessId, BoardRow]) -> None:
        """Do what is due; an act that was refused, because the task has just moved, is due again."""
        for act in list(self._to_do):
            row = rows.get(act.process)
            if row is None or row.run.state in RUN_ENDED:
                continue
            ref = task_ref(row.run.id, act.task)
            view = self._client.task(ref)
            if not _is_due(act.when, view):
                continue
            verdict = self._client.act(act.verb, ref, version_seen=view.task.version, reason=act.reason)
            self._note(f"{act.verb} {ref}: {verdict.answer} ({act.reason})")
            if verdict.answer is Answer.APPLIED:
                self._to_do.remove(act)

    def _tell(self, rows: Mapping[ProcessId, BoardRow]) -> None:
        """Say which runs changed in what matters: their state, or what needs attention in them."""
        for row in rows.values():
            news = (row.run.state, *(row.counts.get(state, 0) for state in _NOTABLE))
            if self._told.get(row.run.id) != news:
                self._told[row.run.id] = news
                self._note(summary(row))

    def _note(self, text: str) -> None:
        self._say(f"{clock.monotonic() - self._began:6.1f}s  {text}")


def summary(row: BoardRow) -> str:
    """One run in one line."""
    ended = sum(count for state, count in row.counts.items() if state in ENDED)
    others = ", ".join(
        f"{count} {state}" for state, count in sorted(row.counts.items()) if count and state is not TaskState.SUCCEEDED
    )
    return f"{row.run.id:<44} {row.run.state:<10} {ended}/{row.total}" + (f"  {others}" if others else "")


def _is_due(when: str, view: TaskView) -> bool:
    if when == "failed":
        return view.task.state is TaskState.FAILED
    closed = {gate.kind for gate in view.gates if not gate.open}
    return view.task.state is TaskState.CONFIRM or closed == {GateKind.CONFIRM}


def _list(states: tuple[AttemptState, ...]) -> str:
    return ", ".join(states) or "none"
