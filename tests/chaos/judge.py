"""The outside judge: what the tasks wrote themselves against what BOMS says of them.

Pure: `Evidence` is everything that is known when nothing moves any more, `judge` is every way in which it contradicts
itself. The witness is the file that tasks append to and BOMS never reads.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, pairwise
from typing import NamedTuple

from boms_tui.model.ids import AttemptId, RunId
from boms_tui.model.journal import first_broken
from boms_tui.model.records import Attempt, SealedEntry
from boms_tui.model.states import RUN_ENDED, AttemptState, RunEvent, RunState, TaskEvent, TaskState


class Word(NamedTuple):
    """One line of the witness; `code` is None where the attempt says that it starts."""

    attempt: AttemptId
    pid: int
    code: int | None

    @property
    def task(self) -> str:
        """The task run, `RUN:TASK`."""
        return self.attempt.rpartition(".")[0]


class Kind(StrEnum):
    """What can be wrong; a closed set."""

    DOUBLED = "doubled"
    OVERLAPPING = "overlapping"
    WRONG = "wrong"
    LOST = "lost"
    UNCLAIMED = "unclaimed"
    UNKNOWN = "unknown"
    JOURNAL = "journal"
    FOLD = "fold"
    UNEXPECTED = "unexpected"


class Finding(NamedTuple):
    kind: Kind
    detail: str


@dataclass(frozen=True)
class Evidence:
    """The witness's words in the order in which they were written, and the store as every console reads it."""

    words: Sequence[Word]
    attempts: Mapping[AttemptId, Attempt]
    tasks: Mapping[str, TaskState]
    runs: Mapping[RunId, RunState]
    journal: Sequence[SealedEntry]
    deployment: str
    head: int


def words_of(lines: Iterable[tuple[str, str, str]]) -> tuple[Word, ...]:
    """The lines of a witness file as `House.witnessed` splits them: attempt, pid, `start` or `end CODE`."""
    return tuple(
        Word(AttemptId(attempt), int(pid), None if what == "start" else int(what.split()[1]))
        for attempt, pid, what in lines
    )


def judge(evidence: Evidence) -> tuple[Finding, ...]:
    """Everything that is wrong; empty where every promise was kept."""
    return tuple(finding for rule in RULES for finding in rule(evidence))


def counted(findings: Iterable[Finding]) -> Mapping[Kind, int]:
    return Counter(finding.kind for finding in findings)


def started_once(evidence: Evidence) -> Iterator[Finding]:
    starts = Counter(word.attempt for word in evidence.words if word.code is None)
    for attempt, count in starts.items():
        if count > 1:
            yield Finding(Kind.DOUBLED, f"{attempt} started {count} times")


def one_at_a_time(evidence: Evidence) -> Iterator[Finding]:
    """No attempt of a task run starts while another one has not ended, by its own word or by its record."""
    spoken: dict[str, list[Word]] = defaultdict(list)
    for word in evidence.words:
        spoken[word.task].append(word)
    for words in spoken.values():
        for one, other in pairwise(words):
            if one.code is None and one.attempt != other.attempt and not _over_before(evidence, one, other):
                yield Finding(Kind.OVERLAPPING, f"{other.attempt} started while {one.attempt} ran")
            if one.code is not None and other.code is not None:
                yield Finding(Kind.OVERLAPPING, f"{other.attempt} ended behind the end of {one.attempt}")


def _over_before(evidence: Evidence, one: Word, other: Word) -> bool:
    """Whether an attempt that did not live to say so had ended, by its exit record, when the other began."""
    ended, began = evidence.attempts.get(one.attempt), evidence.attempts.get(other.attempt)
    if ended is None or ended.ended_at is None or began is None:
        return False
    return began.started_at is None or ended.ended_at <= began.started_at


def true_codes(evidence: Evidence) -> Iterator[Finding]:
    """What is stored is what the attempt ended with, and nothing is stored that nobody said."""
    said = {word.attempt: word.code for word in evidence.words if word.code is not None}
    for attempt in evidence.attempts.values():
        if attempt.exit_code is not None and attempt.exit_code != said.get(attempt.id):
            yield Finding(Kind.WRONG, f"{attempt.id}: stored {attempt.exit_code}, true {said.get(attempt.id)}")
        if attempt.state is AttemptState.SUCCEEDED and attempt.id not in said:
            yield Finding(Kind.WRONG, f"{attempt.id} succeeded, and never came to its end")
    started = {word.attempt for word in evidence.words}
    for attempt in evidence.attempts.values():
        if attempt.id in started and attempt.state in _NEVER_RAN:
            yield Finding(Kind.WRONG, f"{attempt.id} is {attempt.state}, and it ran")


_NEVER_RAN = frozenset({AttemptState.VOID, AttemptState.START_FAILED})


def nothing_lost(evidence: Evidence) -> Iterator[Finding]:
    """Every end that a task came to is on record, and every run has ended."""
    for word in evidence.words:
        attempt = evidence.attempts.get(word.attempt)
        if word.code is None or attempt is None or attempt.state is AttemptState.UNKNOWN:
            continue
        if attempt.exit_code is None:
            yield Finding(Kind.LOST, f"{word.attempt} ended with {word.code}, and is {attempt.state} without a code")
    for run, state in evidence.runs.items():
        if state not in RUN_ENDED:
            yield Finding(Kind.LOST, f"{run} is {state} and does not end")


def claimed_first(evidence: Evidence) -> Iterator[Finding]:
    """Intent before effect: nothing runs that the store does not know of."""
    for attempt in {word.attempt for word in evidence.words} - evidence.attempts.keys():
        yield Finding(Kind.UNCLAIMED, f"{attempt} runs, and no row claims it")


def nothing_unknown(evidence: Evidence) -> Iterator[Finding]:
    for attempt in evidence.attempts.values():
        if attempt.state is AttemptState.UNKNOWN:
            yield Finding(Kind.UNKNOWN, f"{attempt.id}: {attempt.reason}")


def whole_journal(evidence: Evidence) -> Iterator[Finding]:
    broken = first_broken(evidence.journal, evidence.deployment)
    if broken is not None:
        yield Finding(Kind.JOURNAL, f"row {broken[0]}: {broken[1]}")
    elif len(evidence.journal) != evidence.head:
        yield Finding(Kind.JOURNAL, f"it has {len(evidence.journal)} rows, its head says {evidence.head}")


def journal_tells_the_state(evidence: Evidence) -> Iterator[Finding]:
    """Each state is what the journal's rows add up to, each row beginning where the one before it ended."""
    told: dict[str, str] = {}
    for sealed in evidence.journal:
        row = sealed.entry
        if not _is_transition(row.action, row.after):
            continue
        before = told.get(row.object, TaskState.WAITING if ":" in row.object else "")
        if row.before != before:
            yield Finding(Kind.FOLD, f"row {sealed.sequence}: {row.object} was {before}, not {row.before}")
        told[row.object] = row.after
    for name, state in chain[tuple[str, str]](evidence.tasks.items(), evidence.runs.items()):
        if told.get(name, TaskState.WAITING) != state:
            yield Finding(Kind.FOLD, f"{name} is {state}, and the journal tells {told.get(name)}")


_EVENTS = frozenset({*(event.value for event in TaskEvent), *(event.value for event in RunEvent)})
_STATES = frozenset({*(state.value for state in TaskState), *(state.value for state in RunState)})


def _is_transition(action: str, after: str) -> bool:
    return action in _EVENTS and after in _STATES


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    started_once,
    one_at_a_time,
    true_codes,
    nothing_lost,
    claimed_first,
    nothing_unknown,
    whole_journal,
    journal_tells_the_state,
)
