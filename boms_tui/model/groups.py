"""The tasks of a run under way, grouped by what they wait for in the end."""

from collections.abc import Mapping
from dataclasses import replace

from boms_tui.model.behind import Behind, Key, Waits, key_of
from boms_tui.model.states import TaskState
from boms_tui.model.views import Gate, Reason

_ON_ITS_WAY = frozenset(state.value for state in (TaskState.WAITING, TaskState.READY, TaskState.STARTING,
                                                  TaskState.RUNNING, TaskState.KILLING))  # fmt: skip


class Groups:
    """What keeps the tasks of a run from going on, and how many wait for it, directly or behind each other."""

    def __init__(self, behind: Behind, run: Waits) -> None:
        self.parts = run.parts
        self._behind = behind
        self._ends: dict[Key, Reason] = {}
        self._kept_by: dict[str, dict[Key, None]] = {}
        self._waiting: dict[Key, dict[str, None]] = {}
        self._leaves: dict[Key, Mapping[Key, Reason]] = {}
        self._roots: dict[tuple[Key, ...], tuple[Reason, ...]] = {}
        for part in run.parts:
            self._take(part)

    def reasons(self) -> dict[Key, Reason]:
        """What keeps them: tasks of the run that wait for nothing, gates, and things outside of it."""
        made = {key: self._reason(key, waiting) for key, waiting in self._waiting.items()}
        return dict(sorted(made.items(), key=lambda one: urgency(one[1])))

    def roots(self) -> list[Reason]:
        """The same to the end, wherever that is."""
        found: dict[Key, Reason] = {}
        waiting: dict[Key, dict[str, None]] = {}
        for key, parts in self._waiting.items():
            for end, reason in self._ends_of(key).items():
                found.setdefault(end, reason)
                waiting.setdefault(end, {}).update(parts)
        return sorted((self._told(end, one, waiting[end]) for end, one in found.items()), key=urgency)

    def roots_of(self, part: str, gate: Gate) -> tuple[Reason, ...]:
        """What one closed gate of a task waits for in the end; mostly it is the same as that of many others."""
        keys = tuple(self._behind_gate(part, gate))
        if keys not in self._roots:
            found: dict[Key, Reason] = {}
            for key in keys:
                found.update(self._ends_of(key))
            self._roots[keys] = tuple(found.values())
        return self._roots[keys]

    def _take(self, part: str) -> None:
        """Note what keeps a task; they come in topological order."""
        waits = self._behind.waits(part)
        kept: dict[Key, None] = {}
        if waits is None or waits.is_end:
            kept[part] = None
            self._waiting.setdefault(part, {})
        else:
            for gate in waits.gates:
                kept.update(self._behind_gate(part, gate))
            for key in kept:
                self._waiting.setdefault(key, {})[part] = None
        self._kept_by[part] = kept

    def _behind_gate(self, part: str, gate: Gate) -> dict[Key, None]:
        after = self._behind.after(gate)
        if not after:
            key = key_of(part, gate)
            self._ends.setdefault(key, self._behind.end(part, gate))
            return {key: None}
        found: dict[Key, None] = {}
        for other in after:
            found.update(self._kept_by.get(other) or {other: None})
        return found

    def _reason(self, key: Key, waiting: Mapping[str, None]) -> Reason:
        ends = self._ends_of(key)
        reason = self._behind.told(key) if isinstance(key, str) else self._ends[key]
        return self._told(key, replace(reason, by_itself=all(end.by_itself for end in ends.values())), waiting)

    def _ends_of(self, key: Key) -> Mapping[Key, Reason]:
        if key not in self._leaves:
            self._leaves[key] = self._behind.roots(key) if isinstance(key, str) else {key: self._ends[key]}
        return self._leaves[key]

    def _told(self, key: Key, reason: Reason, waiting: Mapping[str, None]) -> Reason:
        """A gate of one task alone is told as that task's."""
        alone = self._behind.shown(next(iter(waiting))) if len(waiting) == 1 and key in self._ends else ""
        return replace(reason, says=": ".join(filter(None, (alone, reason.says))), waiting=len(waiting))


def urgency(reason: Reason) -> tuple[bool, int]:
    """What needs a person comes first, and of that what most wait for."""
    return reason.by_itself, -reason.waiting


def is_told(reason: Reason) -> bool:
    """Whether it is worth a word of its own: what is on its way is not, unless something waits for it."""
    return bool(reason.waiting) or not reason.by_itself or reason.state not in _ON_ITS_WAY
