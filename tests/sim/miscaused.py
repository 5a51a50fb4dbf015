"""Faults planted into what orders runs: events, files, ends, words, rounds, and what was missed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from boms_tui.model import arrivals, cycles, downtime, followers, ordering
from boms_tui.model.checks import FileSeen, wrong_with
from boms_tui.model.condition import FileCheck, Outcome
from boms_tui.model.definition import CyclicFrom, Missed, Process
from boms_tui.model.draft import Draft
from boms_tui.model.facts import FileCame
from boms_tui.model.ids import ProcessId
from boms_tui.model.planning import business_date_of
from boms_tui.model.records import Event, Run
from boms_tui.model.states import RunEvent, RunState, TaskState
from tests.sim.orders import CYCLE, DUE, EVENT, FILE, FOLLOW, MISSED, ONCE
from tests.sim.planting import Plant, Planted, instead, nothing, rule
from tests.sim.starts import ROUND

_ANY_END = frozenset(Outcome)


def _by_receiver(draft: Draft, name: ProcessId, posted: Event) -> None:
    """As if the same event, posted for its date and for one process, were two."""
    process, day = draft.catalogue.processes[name], posted.business_date
    occurrence = f"event:{posted.name}@{day}.{posted.receiver}"
    if not draft.has_occurrence(name, occurrence):
        ordering.order_by_itself(draft, process, day, occurrence=occurrence, by=f"event {posted.name}")


@contextmanager
def _of_each_leader() -> Iterator[None]:
    """As if the name of a file's occurrence depended on who saw it."""
    real = arrivals.occurrence_of

    def came(draft: Draft, fact: FileCame) -> None:
        with patch.object(arrivals, "occurrence_of", lambda fact: f"{real(fact)}.{draft.snapshot.epoch}"):
            arrivals.came(draft, fact)

    with rule(FileCame, came)():
        yield


def _unlike(change: Callable[[FileCheck], FileCheck]) -> Plant:
    """As if files were started by whatever some of their limits say."""

    def wrong(check: FileCheck, seen: FileSeen, now: datetime, by: datetime) -> str:
        return wrong_with(change(check), seen, now, by)

    return instead("runtime.files.watcher.wrong_with", wrong)


def _to(event: RunEvent) -> Callable[[Draft, Any], None]:
    return lambda draft, late: downtime._order(draft, late, event)


def _missed(policy: Missed, follow: Callable[[Draft, Any], None]) -> Plant:
    return lambda: patch.dict(downtime._POLICIES, {policy: follow})


def _ends(runs: Mapping[RunState, frozenset[Outcome]], tasks: Mapping[TaskState, frozenset[Outcome]]) -> Plant:
    """As if ends brought about something else."""

    @contextmanager
    def plant() -> Iterator[None]:
        with patch.dict(followers._OF_RUNS, runs), patch.dict(followers._OF_TASKS, tasks):
            yield

    return plant


@contextmanager
def _at_once() -> Iterator[None]:
    real = ordering.order

    def order(*of: Any, **more: Any) -> Run:
        return real(*of, **{**more, "not_before": None})

    with patch.object(cycles, "order", order):
        yield


def _until_alone(process: Process, cyclic: Any, run: Run, _number: int, at: Any) -> str:
    return cycles._past(process, cyclic, run, at, "the next round would start")


_NONE: frozenset[Outcome] = frozenset()
_TURNED = {CyclicFrom.START: cycles.Round.ENDED, CyclicFrom.END: cycles.Round.STARTED}

MISCAUSED: dict[str, Planted] = {
    "an event that is posted in two ways orders twice": Planted(
        instead("model.acts.event._order_one", _by_receiver), (EVENT,), near=16
    ),
    "an event is not kept": Planted(instead("model.draft.Draft.post", nothing), (EVENT,), near=3),
    "an event orders nobody": Planted(instead("model.acts.event._order", lambda *_: ()), (EVENT,), near=3),
    "a file orders a run for each leader": Planted(_of_each_leader, (FILE,), near=13),
    "a file starts a run before it has settled": Planted(
        _unlike(lambda check: replace(check, settled_for=None)), (FILE,), near=8
    ),
    "a file of any size starts a run": Planted(_unlike(lambda check: replace(check, min_size=None)), (FILE,), near=14),
    "a file orders a run of today, whatever date it names": Planted(
        instead("model.arrivals.date_of", lambda process, _fact, draft: business_date_of(process, draft.now)),
        (FILE,),
        near=9,
    ),
    "a file that came orders nobody": Planted(rule(FileCame, nothing), (FILE,), near=8),
    "a file is left where it came": Planted(instead("model.draft.Draft.take", nothing), (FILE,), near=9),
    "missed: latest orders all": Planted(_missed(Missed.LATEST, _to(RunEvent.ORDERED)), (MISSED,), near=17),
    "missed: none orders": Planted(_missed(Missed.NONE, _to(RunEvent.ORDERED)), (MISSED,), near=19),
    "missed: ask does not ask": Planted(_missed(Missed.ASK, _to(RunEvent.ORDERED)), (MISSED,), near=2),
    "missed: all starts all at once": Planted(instead("model.downtime.APART", timedelta()), (MISSED,)),
    "one run a date is not enough": Planted(
        instead("model.ordering.has_run_of_date", lambda *_: False), (ONCE,), near=23
    ),
    "a cycle goes on into the night": Planted(instead("model.cycles._past", lambda *_: ""), (ROUND,), near=19),
    "a cycle has a round too many": Planted(instead("model.cycles._why_last", _until_alone), (CYCLE,), near=51),
    "a cycle goes round from the wrong end": Planted(lambda: patch.dict(cycles._NEXT, _TURNED), (CYCLE,), near=13),
    "a round follows at once": Planted(_at_once, (ROUND,), near=13),
    "a cycle ends after its first round": Planted(instead("model.progress.go_round", nothing), (CYCLE,), near=13),
    "a failure orders nobody": Planted(_ends({RunState.FAILED: _NONE}, {TaskState.FAILED: _NONE}), (DUE,), near=6),
    "any end of a task is as good as another": Planted(
        _ends({RunState.FAILED: _ANY_END}, {TaskState.FAILED: _ANY_END}), (FOLLOW,), near=6
    ),
    "what a task says orders nobody": Planted(instead("model.arrivals.follow_milestone", nothing), (DUE,), near=6),
}
