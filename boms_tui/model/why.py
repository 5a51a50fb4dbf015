"""Why a run or task does not go on: every gate of it, and behind each closed one the reasons, to the root cause.

The gates are those that the scheduler evaluates. A run under way has none of its own any more: its tasks that wait are
told by what they wait for in the end, so that a thousand of them behind one that failed are one reason.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial

from boms_tui.model.behind import Behind, Key, Waits, said_of
from boms_tui.model.definition import Manual
from boms_tui.model.gates import all_gates, last_gates
from boms_tui.model.groups import Groups, is_told, urgency
from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.overlay import Overlay
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.states import IDLE, TaskState
from boms_tui.model.views import Gate, GateKind, Reason, Reasons

DEEPEST = 20
"""How many reasons one behind the other are told."""
WIDEST = 20
"""How many reasons beside each other are told."""
_AS_ONE = frozenset({GateKind.DEPENDENCY, GateKind.RUN})
"""Gates that say nothing that the one thing which they are about does not say."""


def why(draft: Overlay, run: Run, task: TaskRun | None = None, *, whole: Collection[RunId] | None = None) -> Reasons:
    """The reasons of a run, or of one of its tasks. `whole` are the runs that can be looked into; None for all."""
    told = _Told(Behind(draft, run.id if task is None else task.ref, whole))
    found = told.of_run(run) if task is None else told.of_task(run, task)
    return replace(found, beyond=tuple(told.behind.beyond))


def gates_of(draft: Overlay, run: Run, task: TaskRun) -> tuple[Gate, ...]:
    """The gates of a task that has not started. Only ready ones compete for the slots of their pool."""
    if task.state not in IDLE:
        return ()
    gates = all_gates(draft, run, task)
    return gates if task.state is TaskState.READY else tuple(gate for gate in gates if gate.kind is not GateKind.SLOT)


def _rest_of(draft: Overlay, run: Run, task: TaskRun) -> Iterable[Gate]:
    """What counts for a task once those that keep it are open, but for the slot; most take nothing else."""
    if not draft.shape(run).needs[task.task] and not isinstance(draft.definition(run).tasks[task.task].work, Manual):
        return ()
    return (gate for gate in last_gates(draft, run, task) if gate.kind is not GateKind.SLOT)


class _Told:
    """What has been told of a tree of reasons: nothing in it is told twice, which cuts circles too."""

    def __init__(self, behind: Behind) -> None:
        self.behind = behind
        self._told: set[str] = set()

    def of_task(self, run: Run, task: TaskRun) -> Reasons:
        self._told |= {run.id, task.ref}
        waits = self.behind.waits(task.ref)
        counts = waits.gates if waits is not None else ()
        gates = [
            told if gate in counts else replace(told, advice="", verbs=())
            for gate in gates_of(self.behind.draft, run, task)
            for told in [self._gate(task.ref, gate, 1)]
        ]
        return _reasons(task.ref, task.state, gates, filter(_is_closed, gates), self._roots(task.ref))

    def of_run(self, run: Run) -> Reasons:
        self._told.add(run.id)
        waits = self.behind.waits(run.id)
        if waits is not None and waits.parts:
            return self._under_way(run, waits)
        gates = [self._gate(run.id, gate, 1) for gate in all_gates(self.behind.draft, run, None)]
        return _reasons(run.id, run.state, gates, filter(_is_closed, gates), self._roots(run.id))

    def _roots(self, ref: str) -> list[Reason]:
        """Where the reasons of a run or task end; none of one that is on its way itself."""
        waits = self.behind.waits(ref)
        if waits is None or (waits.is_end and not is_told(self.behind.told(ref))):
            return []
        return sorted(self.behind.roots(ref).values(), key=urgency)

    def _under_way(self, run: Run, waits: Waits) -> Reasons:
        groups = Groups(self.behind, waits)
        gates = [
            Reason(said_of(gate), part, gate, opens_at=gate.opens_at, by_itself=gate.by_itself, because=roots)
            for part in waits.parts
            for gate, roots in self._closed(run, part, groups)
        ]
        told = {key: reason for key, reason in groups.reasons().items() if is_told(reason)}
        because = [self._grouped(key, reason, 1) for key, reason in told.items()]
        return _reasons(run.id, run.state, gates, because, filter(is_told, groups.roots()))

    def _closed(self, run: Run, part: str, groups: Groups) -> Iterator[tuple[Gate, tuple[Reason, ...]]]:
        """The closed gates of a task, each with what it waits for in the end."""
        draft, waits = self.behind.draft, self.behind.waits(part)
        task = draft.task(run.id, TaskName(part.removeprefix(f"{run.id}:")))
        known = waits.gates if waits is not None else ()
        rest = _rest_of(draft, run, task) if known else gates_of(draft, run, task)
        for gate in (*known, *(one for one in rest if not one.open and one not in known)):
            yield gate, groups.roots_of(part, gate)[:WIDEST]

    def _gate(self, ref: str, gate: Gate, depth: int) -> Reason:
        """A gate, and what it is about."""
        if gate.open:
            return Reason(gate.detail, ref, gate)
        after = self.behind.after(gate)
        if not after:
            return self.behind.end(ref, gate)
        if len(after) == 1 and gate.kind in _AS_ONE:
            told = self._thing(after[0], depth)
            return replace(told, gate=gate, says=told.says if told.advice else said_of(gate))
        because = self._some([partial(self._thing, other, depth + 1) for other in after])
        return Reason(said_of(gate), ref, gate, opens_at=gate.opens_at, by_itself=gate.by_itself, because=because)

    def _thing(self, ref: str, depth: int) -> Reason:
        """A run or task, and what it waits for."""
        waits, reason = self.behind.waits(ref), self.behind.told(ref)
        if waits is None or waits.is_end:
            return reason
        reason = replace(reason, since=None, opens_at=None)
        if ref in self._told or depth >= DEEPEST:
            return replace(reason, cut="see above" if ref in self._told else "and so on")
        self._told.add(ref)
        groups = Groups(self.behind, waits).reasons() if waits.parts else {}
        gates = [partial(self._gate, ref, gate, depth + 1) for gate in waits.gates]
        parts = [partial(self._grouped, key, one, depth + 1) for key, one in groups.items()]
        return replace(reason, because=self._some([*gates, *parts]))

    def _grouped(self, key: Key, reason: Reason, depth: int) -> Reason:
        """What some tasks of a run wait for, and what that waits for."""
        told = self._thing(key, depth) if isinstance(key, str) else reason
        return replace(told, waiting=reason.waiting)

    def _some(self, reasons: list[Callable[[], Reason]]) -> tuple[Reason, ...]:
        return _bounded([reason() for reason in reasons[:WIDEST]], len(reasons))


def _reasons(
    about: str, state: str, gates: Iterable[Reason], because: Iterable[Reason], roots: Iterable[Reason]
) -> Reasons:
    told, ends = list(because), list(roots)
    return Reasons(
        about=about,
        state=state,
        gates=tuple(gates),
        because=_bounded(told[:WIDEST], len(told)),
        roots=tuple(ends[:WIDEST]),
        more=max(0, len(ends) - WIDEST),
    )


def _bounded(reasons: list[Reason], count: int) -> tuple[Reason, ...]:
    """Those, and how many more there are."""
    left = count - len(reasons)
    return (*reasons, *([Reason(f"+{left} more")] if left else []))


def _is_closed(reason: Reason) -> bool:
    return reason.gate is not None and not reason.gate.open
