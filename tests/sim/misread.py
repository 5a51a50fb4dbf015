"""Faults planted into what runs and tasks wait for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

from boms_tui.model import arrivals, standing, waits
from boms_tui.model.checks import FileSeen, wrong_with
from boms_tui.model.condition import Outcome
from boms_tui.model.definition import Process
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Sighted
from boms_tui.model.ids import ProcessId
from boms_tui.model.overlay import Overlay
from boms_tui.model.records import Event, Run, TaskRun
from boms_tui.model.standing import Says, Standing
from boms_tui.model.states import RunState, TaskEvent
from tests.sim.arrears import LOST
from tests.sim.planting import Plant, Planted, instead, nothing, rule
from tests.sim.starts import CONDITIONS, TIME


def _of_any_date(draft: Overlay, name: str, _day: date, receiver: ProcessId) -> Event | None:
    """As if an event were posted for all dates."""
    known = {**draft.snapshot.events, **draft._events}
    return next((event for (what, _, who), event in known.items() if what == name and who in {"", receiver}), None)


def _oldest(draft: Overlay, process: ProcessId) -> Run | None:
    """As if the newest run were the one of the least date."""
    ids = {*draft.snapshot.of_process.get(process, ()), *draft._added.get(process, ())}
    return min((run for run in map(draft.run, ids) if run), key=lambda run: run.ordered_at, default=None)


@contextmanager
def _outliving() -> Iterator[None]:
    """As if what a task said counted for its next attempt, too."""
    real = Draft.move_task

    def move(draft: Draft, task: TaskRun, event: TaskEvent, **changes: Any) -> TaskRun:
        moved = real(draft, task, event, **changes)
        return draft.edit_task(moved, said=task.said) if task.said and not moved.said else moved

    with patch.object(Draft, "move_task", move):
        yield


@contextmanager
def _with_all() -> Iterator[None]:
    """As if nothing were excluded."""
    real, known = Overlay.definition, dict[int, tuple[Process, Process]]()

    def definition(draft: Overlay, run: Run) -> Process:
        process = real(draft, run)
        if id(process) not in known:
            tasks = {name: replace(task, exclude=False) for name, task in process.tasks.items()}
            known[id(process)] = process, replace(process, tasks=tasks)
        return known[id(process)][1]

    with patch.object(Overlay, "definition", definition):
        yield


def _ever_young(_draft: Overlay, _run: Run, _wanted: Any, says: Says, _ended_at: Any) -> Says:
    return says


def _ever_there(draft: Draft, fact: Sighted) -> None:
    """As if nobody were told that a file is not there any more."""
    if isinstance(fact.seen, FileSeen):
        arrivals.sighted(draft, fact)


def _unsettled(check: Any, *of: Any) -> str:
    return wrong_with(replace(check, settled_for=None), *of)


def _swapped(name: str, other: str) -> Plant:
    """One rule for groups in the place of the other."""
    return lambda: patch.object(waits, name, getattr(waits, other))


MISREAD: dict[str, Planted] = {
    "one of a group is not enough": Planted(_swapped("_of_any", "_of_every"), (LOST,), near=21),
    "one of a group is enough where all must hold": Planted(_swapped("_of_every", "_of_any"), (CONDITIONS,), near=24),
    "an event of another date opens a gate": Planted(
        instead("model.overlay.Overlay.event", _of_any_date), (CONDITIONS,), near=3
    ),
    "an event wakes nobody": Planted(instead("model.draft.Draft._wake_awaiting", nothing), (LOST,), near=29),
    "a file opens a gate before it has settled": Planted(
        instead("model.files.wrong_with", _unsettled), (CONDITIONS,), near=9
    ),
    "a file that is gone opens a gate": Planted(rule(Sighted, _ever_there), (CONDITIONS,), near=32),
    "what the leader before saw of files is believed": Planted(
        instead("model.decide.look_away", nothing), (CONDITIONS,), near=202
    ),
    "a run that failed is as good as one that succeeded": Planted(
        lambda: patch.dict(standing._RUN_SAYS, {(Outcome.SUCCEEDED, RunState.FAILED): Standing.OPEN}),
        (CONDITIONS,),
        near=27,
    ),
    "an end counts however long it is ago": Planted(
        instead("model.standing._young_enough", _ever_young), (CONDITIONS,), near=78
    ),
    "the oldest run is taken for the newest": Planted(
        instead("model.overlay.Overlay.newest", _oldest), (CONDITIONS,), near=110
    ),
    "what is planned is not waited for": Planted(instead("model.standing.expected", nothing), (CONDITIONS,), near=15),
    "what a task said outlives its attempt": Planted(_outliving, (CONDITIONS,), near=51),
    "what was lifted for one start is lifted for the next": Planted(
        instead("model.endings.SPENT", {"confirmed_by": ""}), (CONDITIONS,), near=161
    ),
    "what is excluded is run": Planted(_with_all, ("S6",), near=19),
    "a start time keeps nothing from starting": Planted(
        instead("model.gates._start_time", lambda *_: ()), (TIME, "a round keeps"), near=13
    ),
}
