"""The judge finds each way in which a store can contradict the witness, and nothing where all is well."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from boms_tui.model.ids import AttemptId, RunId, TaskName
from boms_tui.model.journal import genesis, seal
from boms_tui.model.records import Attempt, Entry
from boms_tui.model.states import AttemptState, RunState, TaskState
from tests.chaos.judge import Evidence, Kind, Word, judge, words_of
from tests.chaos.night import Night, Step

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
RUN = RunId("ops/east@2026-11-20.1")
TASK = f"{RUN}:load"
FIRST, SECOND = AttemptId(f"{TASK}.1"), AttemptId(f"{TASK}.2")


def an_attempt(number: int, state: AttemptState, code: int | None, **more: Any) -> Attempt:
    began = NOW + timedelta(minutes=number)
    fields: dict[str, Any] = {"started_at": began, "ended_at": began + timedelta(seconds=30), **more}
    return Attempt(RUN, TaskName("load"), number, "here", 1, NOW, state=state, exit_code=code, **fields)


def rows(*moves: tuple[str, str, str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(NOW, "runtime", action, about, before, after) for action, about, before, after in moves)


MOVES = (
    ("ordered", RUN, "", "waiting"),
    ("started", RUN, "waiting", "running"),
    ("gates-opened", TASK, "waiting", "ready"),
    ("claimed", TASK, "ready", "starting"),
    ("backed-off", TASK, "starting", "backoff"),
    ("held", TASK, "", "held"),
    ("delay-over", TASK, "backoff", "waiting"),
    ("gates-opened", TASK, "waiting", "ready"),
    ("claimed", TASK, "ready", "starting"),
    ("started", TASK, "starting", "running"),
    ("succeeded", TASK, "running", "succeeded"),
    ("succeeded", RUN, "running", "succeeded"),
)
WORDS = (Word(FIRST, 10, None), Word(FIRST, 10, 3), Word(SECOND, 11, None), Word(SECOND, 11, 0))
JOURNAL = seal(rows(*MOVES), sequence=0, previous=genesis("d"), epoch=1)
SOUND = Evidence(
    words=WORDS,
    attempts={FIRST: an_attempt(1, AttemptState.FAILED, 3), SECOND: an_attempt(2, AttemptState.SUCCEEDED, 0)},
    tasks={TASK: TaskState.SUCCEEDED},
    runs={RUN: RunState.SUCCEEDED},
    journal=JOURNAL,
    deployment="d",
    head=len(JOURNAL),
)


def with_first(state: AttemptState, code: int | None, **more: Any) -> Evidence:
    return replace(SOUND, attempts={**SOUND.attempts, FIRST: an_attempt(1, state, code, **more)})


FOUND: dict[str, tuple[Evidence, set[Kind]]] = {
    "all is well": (SOUND, set()),
    "an attempt started twice": (replace(SOUND, words=(WORDS[0], *WORDS)), {Kind.DOUBLED}),
    "a second attempt while the first runs": (
        replace(SOUND, words=(WORDS[0], WORDS[2], WORDS[1], WORDS[3])), {Kind.OVERLAPPING},
    ),
    "a second attempt after one that was stopped": (
        replace(with_first(AttemptState.TIMED_OUT, None), words=(WORDS[0], *WORDS[2:])), set(),
    ),
    "a second attempt before one that was stopped had ended": (
        replace(with_first(AttemptState.TIMED_OUT, None, ended_at=LATER), words=(WORDS[0], *WORDS[2:])),
        {Kind.OVERLAPPING},
    ),
    "another code": (with_first(AttemptState.FAILED, 4), {Kind.WRONG}),
    "a code that nobody said": (replace(SOUND, words=(WORDS[0], *WORDS[2:])), {Kind.WRONG}),
    "a success without an end": (replace(SOUND, words=WORDS[:3]), {Kind.WRONG}),
    "void, and it ran": (with_first(AttemptState.VOID, None), {Kind.WRONG, Kind.LOST}),
    "an end that was not recorded": (with_first(AttemptState.FAILED, None), {Kind.LOST}),
    "an end that nobody knows of": (with_first(AttemptState.UNKNOWN, None), {Kind.UNKNOWN}),
    "a start that nothing claimed": (
        replace(SOUND, words=(*WORDS, Word(AttemptId(f"{RUN}:other.1"), 12, None))), {Kind.UNCLAIMED},
    ),
    "a run that does not end": (replace(SOUND, runs={RUN: RunState.STALLED}), {Kind.LOST, Kind.FOLD}),
    "a state that the journal does not tell": (replace(SOUND, tasks={TASK: TaskState.FAILED}), {Kind.FOLD}),
    "a journal whose end is cut off": (replace(SOUND, journal=JOURNAL[:-1]), {Kind.JOURNAL, Kind.FOLD}),
    "a journal without a row": (
        replace(SOUND, journal=(*JOURNAL[:5], *JOURNAL[6:])), {Kind.JOURNAL},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_it_finds_what_is_wrong_and_nothing_else(name: str) -> None:
    evidence, kinds = FOUND[name]
    assert {finding.kind for finding in judge(evidence)} == kinds


def test_the_lines_of_the_witness_are_read() -> None:
    lines = [(FIRST, "10", "start"), (FIRST, "10", "end 3")]
    assert words_of(lines) == WORDS[:2]
    assert WORDS[0].task == TASK


def test_a_night_says_what_its_tasks_must_come_to() -> None:
    night = Night((Step("load", codes=(3, 0)),))
    attempts = SOUND.attempts.values()
    assert list(night.unexpected(RUN, {TaskName("load"): TaskState.SUCCEEDED}, attempts)) == []
    (wrong,) = night.unexpected(RUN, {TaskName("load"): TaskState.FAILED}, attempts)
    assert wrong.detail == f"{RUN}:load is failed, not succeeded"
    (short,) = night.unexpected(RUN, {TaskName("load"): TaskState.SUCCEEDED}, list(attempts)[1:])
    assert short.detail == f"{RUN}:load ended with [0], not [3, 0]"


def test_attempts_that_never_ran_are_no_tries() -> None:
    void = an_attempt(3, AttemptState.VOID, None)
    night = Night((Step("load", codes=(3, 0)),))
    assert list(night.unexpected(RUN, {TaskName("load"): TaskState.SUCCEEDED}, [*SOUND.attempts.values(), void])) == []
