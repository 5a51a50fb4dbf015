"""The words for everything that can keep a run or a task from starting: each kind of gate, and what is behind one.

`why`, the console, the refusals of `free` and docs/REASONS.md are made of these tables.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from boms_tui.model.states import RunState, TaskState
from boms_tui.model.views import GateKind, Reason

K, T, R = GateKind, TaskState, RunState


class Words(NamedTuple):
    """What a closed gate of a kind means, what opens it, who may free it, and by which verbs.

    `advice` says to a person what to do; "" where there is nothing but to wait. `instead` is what opens a gate that
    `free` cannot lift; "" where it can. `named` says that what such a gate says does not make sense without its name.
    """

    means: str
    opens: str
    who: str
    verbs: tuple[str, ...]
    advice: str = ""
    instead: str = ""
    named: bool = False


_OPERATOR = "operator"

REASONS: Mapping[GateKind, Words] = {
    K.RUN: Words(
        "The task's run has not started, is being cancelled or has ended, or a failed task ends it.",
        "The start of the run; after a failure that ends it, whatever lets the failed task pass.",
        "nobody", ("retry", "skip", "force-ok", "rerun"), instead="it opens with its run",
    ),
    K.START_TIME: Words(
        "The run was ordered before the time it is to start at.", "That time.", _OPERATOR, ("free",),
        "free the gate to start it now",
    ),
    K.OVERLAP: Words(
        "An earlier run of the same process has not ended.", "The end of that run.", _OPERATOR, ("free",),
        "free the gate",
    ),
    K.DEPENDENCY: Words(
        "A task, a process or a task of one has not ended as it must, or for the wrong date, or too long ago.",
        "Its end; a person, where nothing orders it or it can no longer end so.",
        _OPERATOR, ("free", "order", "retry", "skip", "force-ok"), "order it, or free the gate",
    ),
    K.FILE: Words(
        "A file is not there, or not as it has to be.", "A file that is: large, young and settled enough.",
        _OPERATOR, ("free",), "have it sent, or free the gate",
    ),
    K.EVENT: Words(
        "An event has not been posted for the business date.", "The event.", _OPERATOR, ("event", "free"),
        "post it, or free the gate",
    ),
    K.GROUP: Words(
        "Of several conditions none holds (`any`), or not every one (`all`).", "What opens its conditions.",
        _OPERATOR, ("free",), "free the gate",
    ),
    K.WINDOW: Words(
        "It is not within the hours in which tasks of the process may start.",
        "The hour at which they begin; a person, once they are over.", _OPERATOR, ("free", "cancel"),
        "free the gate, or cancel the run", named=True,
    ),
    K.HOLD: Words(
        "Somebody holds the task, its run, its process, its folder or everything.",
        "The release of the hold, or its time.",
        "operator; for a hold on everything supervisor; for one that BOMS placed itself admin",
        ("release",), "release it", instead="release lifts it",
    ),
    K.CONFIRM: Words(
        "A person has to say yes first.", "That yes.", _OPERATOR, ("confirm",), "confirm it",
        instead="confirm opens it",
    ),
    K.APPROVAL: Words(
        "The task starts only with the yes of a second person.",
        "The yes of somebody who may have it run, and is neither whom the run acts for nor the author of the process.",
        _OPERATOR, ("approve",), "a second person approves it: boms approvals", instead="approve opens it",
    ),
    K.BACKOFF: Words(
        "An attempt failed and the next one is due after a while.", "The time at which it is due.",
        _OPERATOR, ("retry", "skip"), "retry ends the wait", instead="retry ends it",
    ),
    K.RIGHT: Words(
        "Whom the run acts for may not have it run any more.", "The yes of somebody who may.", _OPERATOR,
        ("confirm",), "somebody who may confirms it", instead="confirm opens it",
    ),
    K.POOL: Words(
        "No runtime serves the pool of the task.", "A runtime that does: `boms runtime --pool NAME`.", "admin", (),
        "start a runtime with that pool", instead="it opens when a runtime serves the pool",
    ),
    K.SLOT: Words(
        "Every slot of the pool is taken.", "The end of an attempt in that pool.", "nobody", (),
        instead="it opens when an attempt of the pool ends",
    ),
    K.RESOURCE: Words(
        "There are not as many units left of a resource as the task needs.",
        "The proven end of who holds them; a new definition, where there are too few at all.",
        "operator; where there are too few at all admin", ("free",), "free the gate", named=True,
    ),
    K.LOCK: Words(
        "Another attempt holds the lock.", "The proven end of who holds it.", _OPERATOR, ("free",), "free the gate",
        named=True,
    ),
}  # fmt: skip


class End(NamedTuple):
    """What is said of a run or task behind a gate that waits for nothing itself: the end of a chain of reasons."""

    says: str
    verbs: tuple[str, ...] = ()
    advice: str = ""


TASK_ENDS: Mapping[TaskState, End] = {
    T.FAILED: End("failed", ("retry", "skip", "force-ok"), "retry or skip it"),
    T.UNKNOWN: End("may have run, and nobody can prove it", ("resolve",), "resolve it"),
    T.CONFIRM: End("asks a person", ("confirm",), "confirm it"),
    T.BACKOFF: End("backs off", ("retry", "skip"), "retry ends the wait"),
    T.CANCELLED: End("was cancelled", ("rerun",), "rerun it"),
    T.NOT_NEEDED: End("is not needed", ("skip", "force-ok"), "skip it"),
    T.WAITING: End("waits"),
    T.READY: End("is ready"),
    T.STARTING: End("is starting"),
    T.RUNNING: End("is running"),
    T.KILLING: End("is being killed"),
}
"""A task that has passed is no reason for anything."""

RUN_ENDS: Mapping[RunState, End] = {
    R.FAILED: End("failed", ("rerun",), "rerun it"),
    R.CANCELLED: End("was cancelled", ("rerun", "order"), "rerun or order it"),
    R.MISSED: End("was missed", ("order",), "order it"),
    R.WAITING: End("waits"),
    R.RUNNING: End("is running"),
    R.STALLED: End("is stalled"),
}


_TELL_TIMES = frozenset({K.WINDOW, K.START_TIME, K.HOLD, K.BACKOFF})
"""Gates that say themselves when they open, by the clocks of their process."""


def in_words(reason: Reason, time_of: Callable[[datetime], str]) -> str:
    """One reason: what it is, since and until when, what to do about it, and how many tasks wait for it."""
    says = reason.says
    if reason.since is not None and not reason.because:
        says += f", since {time_of(reason.since)}"
    until = time_of(reason.opens_at) if reason.opens_at is not None else ""
    told_already = reason.gate is not None and reason.gate.kind in _TELL_TIMES
    if until and until not in says and not told_already:
        says += f", {'until' if reason.state else 'opens at'} {until}"
    notes = "".join(f" ({note})" for note in (reason.advice, reason.cut) if note)
    waiting = "1 task waits" if reason.waiting == 1 else f"{reason.waiting} tasks wait"
    return says + notes + (f"; {waiting} for this" if reason.waiting else "")


def page() -> str:
    """docs/REASONS.md."""
    gates = ([kind, one.means, one.opens, one.who, _quoted(one.verbs)] for kind, one in REASONS.items())
    ends = [*_ends("task", TASK_ENDS), *_ends("run", RUN_ENDS)]
    return "\n".join([*_HEAD, *_table(_GATES, gates), "", *_BEHIND, *_table(_ENDS, ends), ""])


def _ends(what: str, ends: Mapping[TaskState, End] | Mapping[RunState, End]) -> Iterator[list[str]]:
    for state, one in ends.items():
        yield [f"a {what} that is {state.value}", one.says, _quoted(one.verbs)]


def _quoted(verbs: Iterable[str]) -> str:
    return ", ".join(f"`{verb}`" for verb in verbs) or "none"


def _table(heads: Iterable[str], rows: Iterable[list[str]]) -> Iterator[str]:
    heads = list(heads)
    for row in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(row)} |"


_GATES = ("gate", "closed it means", "what opens it", "who may free it", "verbs")
_ENDS = ("behind the gate", "`why` says", "verbs that move it")
_HEAD = (
    "# Reasons",
    "",
    "Everything that can keep a run or a task from starting: a closed set. Generated from",
    "`boms_tui/model/reasons.py` by `make docs`; a test holds the two together.",
    "",
    "## Gates",
    "",
    "All gates of a task or run must be open at the same moment. `boms why RUN[:TASK]` lists them as the scheduler",
    "evaluates them, with what holds each and when it opens where that is known. `boms free` lifts one for one start,",
    "but for those that only another verb opens.",
    "",
)
_BEHIND = (
    "## What is behind a gate",
    "",
    "Behind a closed gate `why` goes on to the run or task that it is about: what waits has closed gates of its own,",
    "and so on to the root cause, which is a gate that is about nothing else, or one of these.",
    "",
)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
