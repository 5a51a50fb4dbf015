"""What is behind the closed gates of a run or task: other runs and tasks, each looked at once, down to the roots."""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeAlias

from boms_tui.model.definition import OnFailure
from boms_tui.model.gates import last_gates, run_gates, task_gates
from boms_tui.model.ids import RunId, TaskName, split_ref, task_ref
from boms_tui.model.overlay import Overlay
from boms_tui.model.reasons import REASONS, RUN_ENDS, TASK_ENDS
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.states import ATTEMPT_LIVE, ENDED, LIVE, RUN_ENDED, AttemptState, RunState, TaskState
from boms_tui.model.views import Gate, GateKind, Reason

Key: TypeAlias = str | tuple[str, str, str]
"""What reasons are told apart by: a run id or `RUN:TASK`; or a gate that is about neither, as (run, name, detail)."""


class Waits(NamedTuple):
    """What a run or task waits for: closed gates, or as a run under way its tasks, by reference; nothing at an end."""

    gates: tuple[Gate, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def is_end(self) -> bool:
        return not self.gates and not self.parts


_END = Waits()


class Behind:
    """Looks at what gates are about. Runs that are not `whole` are not looked into: they are `beyond`."""

    def __init__(self, draft: Overlay, about: str, whole: Collection[RunId] | None = None) -> None:
        self.draft = draft
        self.beyond: dict[RunId, None] = {}
        self._about = about
        self._home = split_ref(about)[0]
        self._whole = whole
        self._waits: dict[str, Waits | None] = {}

    def waits(self, ref: str) -> Waits | None:
        """What a run or task waits for; None where it has come to a good end, and nobody has to wait for it."""
        if ref not in self._waits:
            self._waits[ref] = self._look(ref)
        return self._waits[ref]

    def after(self, gate: Gate) -> list[str]:
        """The runs and tasks that a closed gate is about, but for those that have come to a good end."""
        return [ref for ref in gate.about if self.waits(ref) is not None]

    def roots(self, begin: str) -> dict[Key, Reason]:
        """Where the reasons of a run or task end, the nearest first."""
        todo, seen = deque([begin]), {begin}
        found: dict[Key, Reason] = {}
        while todo:
            ref = todo.popleft()
            waits = self.waits(ref)
            if waits is None or waits.is_end:
                found.update({} if waits is None else {ref: self.told(ref)})
                continue
            for new in self._onwards(ref, waits, found):
                if new not in seen:
                    seen.add(new)
                    todo.append(new)
        return found

    def end(self, ref: str, gate: Gate, *, of: str = "") -> Reason:
        """A closed gate that is about nothing else; `of` is whose it is said to be, unless that is what was asked."""
        words = REASONS[gate.kind]
        whose = self.shown(of) if of not in {"", self._about} else ""
        return Reason(
            ": ".join(filter(None, (whose, said_of(gate)))), ref, gate, opens_at=gate.opens_at,
            by_itself=gate.by_itself, verbs=words.verbs,
            advice="" if gate.by_itself and gate.kind not in _BY_OTHERS else words.advice,
        )  # fmt: skip

    def told(self, ref: str) -> Reason:
        """What is to be said of a run or task by itself; why a run stands still only where nothing is behind it."""
        run_id, name = split_ref(ref)
        run = self.draft.run(run_id)
        if run is None or (name is not None and not self.draft.has_task(run_id, name)):
            return self._stranger(ref, run_id, name)
        return self._run_told(run) if name is None else self._task_told(self.draft.task(run_id, name))

    def shown(self, ref: str) -> str:
        """A task of the run that is asked about by its own name, anything else in full."""
        run, _, name = ref.partition(":")
        return name if name and run == self._home else ref

    def _onwards(self, ref: str, waits: Waits, found: dict[Key, Reason]) -> Iterator[str]:
        """What something waits for; gates that are about nothing else are `found`."""
        yield from waits.parts
        for gate in waits.gates:
            after = self.after(gate)
            yield from after
            if not after:
                found.setdefault(key_of(ref, gate), self.end(ref, gate, of=ref))

    def _look(self, ref: str) -> Waits | None:
        run_id, name = split_ref(ref)
        run = self.draft.run(run_id)
        if run is None or (name is not None and not self.draft.has_task(run_id, name)):
            if name is None or self.draft.attempt(run_id, name) is None:
                self._is_whole(run_id)
            return _END
        return self._of_run(run) if name is None else self._of_task(run, self.draft.task(run_id, name))

    def _is_whole(self, run: RunId) -> bool:
        """Whether everything that the gates of a run look at is at hand; it is noted where that is not so."""
        whole = self._whole is None or run in self._whole
        if not whole:
            self.beyond[run] = None
        return whole

    def _of_task(self, run: Run, task: TaskRun) -> Waits | None:
        if task.state not in TASK_ENDS:
            return None
        if task.state not in _WAITS or not self._is_whole(run.id):
            return _END
        closed = [gate for gate in task_gates(self.draft, run, task) if not gate.open]
        if task.state is TaskState.BACKOFF and all(gate.kind is GateKind.BACKOFF for gate in closed):
            return _END
        return Waits(tuple(closed or [gate for gate in last_gates(self.draft, run, task) if not gate.open]))

    def _of_run(self, run: Run) -> Waits | None:
        if run.state not in RUN_ENDS:
            return None
        if run.state not in RUN_ENDED and not self._is_whole(run.id):
            return _END
        if run.state not in RUN_ENDED and run.started_at is None and not run.cancelling:
            return Waits(tuple(gate for gate in run_gates(self.draft, run) if not gate.open))
        return Waits(parts=tuple(self._parts(run)))

    def _parts(self, run: Run) -> Iterator[str]:
        """The tasks that keep a run from its end; of one that has failed, those that it did so by."""
        for name, defined in self.draft.definition(run).tasks.items():
            if not self.draft.has_task(run.id, name):
                continue
            state = self.draft.task(run.id, name).state
            keeps = state not in ENDED or (state is TaskState.FAILED and defined.on_failure is OnFailure.WAIT)
            if state in _BAD if run.state is RunState.FAILED else keeps and run.state not in RUN_ENDED:
                yield task_ref(run.id, name)

    def _task_told(self, task: TaskRun) -> Reason:
        since = task.ended_at or (task.started_at if task.state in LIVE else None) or task.changed_at
        told = self._told(task.ref, task.state, task.reason, since, by_itself=task.state not in _STUCK)
        return replace(told, opens_at=task.due_at) if task.state is TaskState.BACKOFF else told

    def _run_told(self, run: Run) -> Reason:
        stuck = run.state is RunState.STALLED or run.state in RUN_ENDED
        waits = self.waits(run.id)
        reason = "being cancelled" if run.cancelling else run.reason if waits is None or waits.is_end else ""
        return self._told(run.id, run.state, reason, run.ended_at or run.started_at, by_itself=not stuck)

    def _stranger(self, ref: str, run_id: RunId, name: TaskName | None) -> Reason:
        """Something of a run that is not at hand: what its attempt tells."""
        attempt = self.draft.attempt(run_id, name) if name is not None else None
        if attempt is None:
            return Reason(f"{ref} waits as well", ref)
        lives = attempt.state in ATTEMPT_LIVE
        return self._told(ref, _OF_ATTEMPT[attempt.state], attempt.reason, attempt.started_at, by_itself=lives)

    def _told(
        self, ref: str, state: TaskState | RunState, reason: str, since: datetime | None, *, by_itself: bool
    ) -> Reason:
        end = TASK_ENDS[state] if isinstance(state, TaskState) else RUN_ENDS[state]
        says = ": ".join(filter(None, (f"{self.shown(ref)} {end.says}", reason)))
        return Reason(
            says, ref, state=state.value, since=since, by_itself=by_itself, verbs=end.verbs, advice=end.advice
        )


def key_of(ref: str, gate: Gate) -> Key:
    """What tells one closed gate from another: alike for all tasks of a run that it is alike for."""
    return split_ref(ref)[0], gate.name, gate.detail


def said_of(gate: Gate) -> str:
    """What a gate says, with its name where that is not in it."""
    return f"{gate.name}: {gate.detail}" if REASONS[gate.kind].named else gate.detail


_WAITS = frozenset({TaskState.WAITING, TaskState.READY, TaskState.BACKOFF})
_STUCK = frozenset({TaskState.FAILED, TaskState.UNKNOWN, TaskState.CONFIRM, TaskState.CANCELLED, TaskState.NOT_NEEDED})
_BAD = frozenset({TaskState.FAILED, TaskState.CANCELLED})
_BY_OTHERS = frozenset({GateKind.EVENT, GateKind.FILE})
"""They open by themselves, if somebody elsewhere does his part."""
_OF_ATTEMPT = {
    AttemptState.STARTING: TaskState.STARTING,
    AttemptState.RUNNING: TaskState.RUNNING,
    AttemptState.UNKNOWN: TaskState.UNKNOWN,
}
