"""Faults planted into the real rules and the real loop, to see that nights find them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from boms_tui import clock
from boms_tui.errors import NoAnswerError
from boms_tui.model import admission, decide, endings, gates, settle
from boms_tui.model.acts import hold
from boms_tui.model.acts.ask import Ask, Refusal
from boms_tui.model.deadlines import Deadline, passed
from boms_tui.model.decision import Decision, Kill
from boms_tui.model.definition import Process
from boms_tui.model.draft import Draft
from boms_tui.model.facts import DeadlineDue, Exited, Fact, HoldDue, Lost, OccurrenceDue, TaskDue, TookOver, Voided
from boms_tui.model.overlay import Overlay
from boms_tui.model.records import Attempt, Hold, Run, TaskRun
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import AttemptState, TaskEvent
from boms_tui.model.timers import Coming, Timers
from boms_tui.model.timetable import Timetable
from boms_tui.runtime.leading import Term
from boms_tui.runtime.people.inbox import InboxReader
from boms_tui.store.commit import Commit
from tests.sim.miscaused import MISCAUSED
from tests.sim.misread import MISREAD
from tests.sim.planting import Planted, nothing, rule


def _drop_early_exit(draft: Draft, fact: Exited) -> None:
    attempt = endings._known(draft, fact.attempt)
    if attempt is not None and attempt.state is not AttemptState.STARTING:
        endings.exited(draft, fact)


def _void_is_lost(draft: Draft, fact: Voided) -> None:
    endings.lost(draft, Lost(fact.attempt, fact.why))


def _lost_is_good(draft: Draft, fact: Lost) -> None:
    attempt = endings._known(draft, fact.attempt)
    if attempt is not None:
        draft.move_attempt(attempt, AttemptState.SUCCEEDED, ended_at=draft.now)
        draft.move_task(draft.task(attempt.run, attempt.task), TaskEvent.SUCCEEDED, ended_at=draft.now)


def _a_little_later(draft: Draft, fact: OccurrenceDue) -> None:
    """As if the name of an occurrence depended on who ordered it."""
    decide._occurrence_due(draft, replace(fact, at=fact.at + timedelta(microseconds=draft.snapshot.epoch)))


def _launch_first(term: Term, decision: Decision) -> None:
    if decision:
        term.snapshot.apply(decision)
        term._act(decision)
        term.store.commit(decision, term.epoch)


def _believe_in_commits(term: Term, decision: Decision) -> None:
    if not decision:
        return
    with suppress(NoAnswerError):
        term.store.commit(decision, term.epoch)
    term.snapshot.apply(decision)
    term._act(decision)


def _adoptnothing(term: Term) -> None:
    term.follow([TookOver()], clock.now())
    while not term.stopping:
        term.go_round(term._patience())


def _from_now(catalogue: Any, _since: datetime, eras: Any = ()) -> Timetable:
    return Timetable(catalogue, clock.now(), eras)


def _kill_anywhere(draft: Draft, attempt: Attempt, by: str) -> None:
    draft._kills.append(Kill(attempt.id, by))


def _passed_again(process: Process, run: Run, now: datetime) -> list[Deadline]:
    """As if nobody remembered what was told."""
    return passed(process, replace(run, late=()), now)


@contextmanager
def _newest_last() -> Iterator[None]:
    """As it was before a simulated night showed it: whichever attempt is read last hides the others."""
    real = Snapshot._put_attempt

    def put(snapshot: Snapshot, attempt: Attempt) -> None:
        known = snapshot.attempts.get((attempt.run, attempt.task))
        if known is not None and known.number > attempt.number and not attempt.is_open:
            del snapshot.attempts[attempt.run, attempt.task]
        real(snapshot, attempt)

    with patch.object(Snapshot, "_put_attempt", put):
        yield


def _release_twice_new(draft: Draft, held: Hold) -> None:
    """As it was before a simulated night showed it: a version for each change, even of what is new."""
    draft._holds.changed[held.id] = replace(held, released_at=draft.now, version=held.version + 1)


@contextmanager
def _releases_order() -> Iterator[None]:
    real = hold._covered

    def covered(draft: Draft, ask: Ask) -> str | Refusal:
        as_hold = replace(ask.asked, request=replace(ask.asked.request, verb="hold"))
        return real(draft, replace(ask, asked=as_hold))

    with patch.object(hold, "_covered", covered):
        yield


@contextmanager
def _out_of_turn() -> Iterator[None]:
    real = InboxReader._request

    def request(reader: InboxReader, raw: Any, now: datetime, _waiting: Any) -> Any:
        return real(reader, raw, now, set())

    with patch.object(InboxReader, "_request", request):
        yield


@contextmanager
def _forgetting(kind: type[Fact]) -> Iterator[None]:
    real = Timers.set

    def set_others(timers: Timers, coming: Iterable[Coming]) -> None:
        real(timers, ((when, fact) for when, fact in coming if not isinstance(fact, kind)))

    with patch.object(Timers, "set", set_others):
        yield


@contextmanager
def _silent(action: str) -> Iterator[None]:
    real = Draft.say

    def say(draft: Draft, said: str, about: str, **more: Any) -> None:
        if said != action:
            real(draft, said, about, **more)

    with patch.object(Draft, "say", say):
        yield


def _run_it(draft: Draft, task: TaskRun) -> bool:
    """As if no task were dry."""
    run = draft.run(task.run)
    assert run is not None
    settle._claim(draft, task, draft.definition(run).tasks[task.task].pool)
    return True


FAULTS: dict[str, Planted] = {
    "an exit that comes before running is dropped": Planted(rule(Exited, _drop_early_exit), ("nothing is lost", "I")),
    "void is taken for lost": Planted(rule(Voided, _void_is_lost), ("I7",)),
    "lost is taken for good": Planted(rule(Lost, _lost_is_good), ("I7",), near=16),
    "unknown is run again": Planted(lambda: patch.object(endings, "_runs_again", lambda *_: True), ("I7",), near=27),
    "launched before it is committed": Planted(lambda: patch.object(Term, "_write", _launch_first), ("I", "memory")),
    "a commit without an answer is believed in": Planted(
        lambda: patch.object(Term, "_write", _believe_in_commits), ("I", "memory", "a runtime", "nothing"), near=14
    ),
    "the epoch is not proved": Planted(
        lambda: patch.object(Commit, "_prove", nothing), ("I", "a runtime", "memory"), near=40
    ),
    "nothing is adopted": Planted(lambda: patch.object(Term, "lead", _adoptnothing), ("nothing is lost",)),
    "an occurrence is ordered twice": Planted(rule(OccurrenceDue, _a_little_later), ("I9",)),
    "times that pass without a leader are forgotten": Planted(
        lambda: patch("boms_tui.runtime.daemon.Timetable", _from_now), ("I9",)
    ),
    "a success orders nobody": Planted(lambda: patch("boms_tui.model.progress.follow_run", nothing), ("I9",)),
    "expired requests are applied": Planted(lambda: patch.object(admission, "_in_time", nothing), ("I4",)),
    "a stale board is believed": Planted(lambda: patch.object(admission, "_stale", nothing), ("I4",), near=8),
    "rights are not checked": Planted(lambda: patch.object(admission, "right", nothing), ("I5",)),
    "a window keeps nothing from starting": Planted(lambda: patch.object(gates, "_window", lambda *_: ()), ("S14",)),
    "a backoff has no timer": Planted(lambda: _forgetting(TaskDue), ("nothing is lost",)),
    "a planned hold has no timer": Planted(lambda: _forgetting(HoldDue), ("nothing is lost",)),
    "a hold keeps nothing from starting": Planted(
        lambda: patch.object(Overlay, "holds_over", lambda *_: iter(())), ("nothing starts",)
    ),
    "what is dry is run": Planted(lambda: patch.object(settle, "_start", _run_it), ("S6",)),
    "a deadline has no timer": Planted(lambda: _forgetting(DeadlineDue), ("what is late",)),
    "what is late is told of whenever it is looked at": Planted(
        lambda: patch("boms_tui.model.lateness.passed", _passed_again), ("what is late",)
    ),
    "a transition is not journalled": Planted(lambda: _silent("gates-opened"), ("I10",)),
    "another node's attempt is killed": Planted(lambda: patch.object(Draft, "kill", _kill_anywhere), ("I",), near=64),
    "what is held and released at once has two versions": Planted(
        lambda: patch.object(Draft, "release", _release_twice_new), ("a runtime",)
    ),
    "a release orders what is to come": Planted(_releases_order, ("I4",)),
    "a request is answered before an earlier one": Planted(_out_of_turn, ("I4",), near=131),
    "an old attempt hides a running one": Planted(_newest_last, ("memory", "I", "nothing is lost"), near=52),
    **MISCAUSED,
    **MISREAD,
}
