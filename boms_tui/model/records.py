"""The durable records. Each is one row of the store; a new version replaces the old one, guarded by `version`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from boms_tui.model.ids import (
    AttemptId,
    ProcessId,
    RequestId,
    RunId,
    TaskName,
    attempt_id,
    task_ref,
)
from boms_tui.model.states import ATTEMPT_LIVE, AttemptState, RunState, TaskState


class Late(StrEnum):
    """How a run is late: by the deadline that it has passed, or at risk of passing one."""

    START_BY = "start-by"
    FINISH_BY = "finish-by"
    MAX_DURATION = "max-duration"
    AT_RISK = "at-risk"


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a process for a business date.

    `occurrence` names what ordered it and is unique per process, so that each cause makes one run. `freed` has the
    gates that a person lifted for its start, each with who and why.
    `acts_for` is the person (`personal`), or the owner role, on whose behalf it runs. `expected_end` is the forecast of
    an open run, where there is one. `late` has the deadlines (`Late`) that it has passed. `version` 1 is the row's
    insert.
    """

    id: RunId
    process: ProcessId
    business_date: date
    number: int
    revision: int
    state: RunState
    ordered_at: datetime
    ordered_by: str
    acts_for: str
    personal: bool
    occurrence: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cancelling: bool = False
    freed: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    expected_end: datetime | None = None
    late: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class TaskRun:
    """One task of one run.

    `attempts` counts all attempts ever, `tries` those of the automatic budget since a person last retried.
    `check_tries` are those of them that ended check-failed, where the checks have a policy of their own.
    `in_vain` counts the newest attempts in a row that left no end: they proved void, or `on_unknown: rerun` followed
    them by another. `due_at` ends a backoff. `confirmed_by` and `approved_by` have given those gates for the next
    start, `freed` has the gates that a person lifted for it, each with who and why. `said` are the milestones that its
    newest attempt has reached.
    """

    run: RunId
    task: TaskName
    state: TaskState = TaskState.WAITING
    attempts: int = 0
    tries: int = 0
    check_tries: int = 0
    in_vain: int = 0
    due_at: datetime | None = None
    ready_at: datetime | None = None
    confirmed_by: str = ""
    approved_by: str = ""
    freed: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    changed_at: datetime | None = None
    reason: str = ""
    said: tuple[str, ...] = ()
    version: int = 1

    @property
    def ref(self) -> str:
        return task_ref(self.run, self.task)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One start of one task run, pinned to the node that may launch it. Times of the start and end are the shim's.

    `output_bytes` is what the task printed, `output_dropped` how much of it the cap cut. `remain` is how many of its
    processes outlived it. `checked` says that what the checks before it found is on record.
    """

    run: RunId
    task: TaskName
    number: int
    node: str
    epoch: int
    claimed_at: datetime
    pool: str = "local"
    state: AttemptState = AttemptState.STARTING
    pid: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    signal: int | None = None
    kill_by: str = ""
    reason: str = ""
    output_bytes: int = 0
    output_dropped: int = 0
    remain: int = 0
    checked: bool = False
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it may still have a process: it lives, or is unknown and no person has resolved it."""
        return self.state in ATTEMPT_LIVE or (self.state is AttemptState.UNKNOWN and self.ended_at is None)

    @property
    def id(self) -> AttemptId:
        return attempt_id(self.run, self.task, self.number)


class Phase(StrEnum):
    """When a check is made."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """What one check of an attempt found. `check` is the check in words, `saw` the facts it was judged by.

    `place` is its position among the checks of its phase.
    """

    attempt: AttemptId
    phase: Phase
    place: int
    check: str
    passed: bool
    saw: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing under `object` starts while it stands: a run, `RUN:TASK`, a process, `FOLDER/`, or `/`.

    `begins` is None for one that stands at once. `began_at` is when a planned one was seen to have begun: from then on
    it stands wherever clocks are set.
    """

    id: str
    object: str
    owner: str
    reason: str
    placed_at: datetime
    until: datetime | None = None
    released_at: datetime | None = None
    begins: datetime | None = None
    began_at: datetime | None = None
    version: int = 1

    @property
    def start(self) -> datetime:
        """From when on it stands."""
        return self.begins or self.placed_at

    @property
    def is_planned(self) -> bool:
        """Whether it is to begin at a time, and has not been seen to."""
        return self.begins is not None and self.began_at is None

    def stands(self, now: datetime) -> bool:
        return self._is_due(now) and self.released_at is None and (self.until is None or now < self.until)

    def comes(self, now: datetime) -> bool:
        """Whether it will stand later on."""
        return not self._is_due(now) and self.released_at is None

    def overlaps(self, other: "Hold") -> bool:
        """Whether there is a time at which both would stand."""
        return _before(self.start, other.until) and _before(other.start, self.until)

    def _is_due(self, now: datetime) -> bool:
        return not self.is_planned or self.start <= now


def _before(at: datetime, end: datetime | None) -> bool:
    return end is None or at < end


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was posted for a business date: for all, or for the one process `receiver`."""

    name: str
    business_date: date
    receiver: str
    posted_at: datetime
    posted_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a run was last told of a file that it waits for: `size` in bytes and `changed`, or the `problem`.

    `key` is short for `place`, the path with its placeholders filled. `since` is when it was first seen like this.
    """

    run: RunId
    key: str
    place: str
    size: int | None
    changed: datetime | None
    since: datetime
    problem: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Habit:
    """How long the tasks of a process took in its newest runs: milliseconds, the newest last, nine at the most."""

    process: ProcessId
    durations: Mapping[TaskName, tuple[int, ...]] = field(default_factory=dict)
    version: int = 1


class Answer(StrEnum):
    """The one verdict each request gets."""

    APPLIED = "applied"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The runtime's answer to a request. `code` is from a closed set; `state` is the target's afterwards."""

    request: RequestId
    answer: Answer
    code: str
    reason: str
    at: datetime
    state: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal row: who did what to which object, when and why."""

    at: datetime
    actor: str
    action: str
    object: str
    before: str = ""
    after: str = ""
    reason: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A journal row as stored: numbered without gaps and chained by hash (see `journal`)."""

    sequence: int
    epoch: int
    entry: Entry
    hash: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One applied revision of a document. `source` is its YAML; `body` the resolved record as JSON text."""

    kind: str
    id: str
    number: int
    source: str
    body: str
    applied_by: str
    applied_at: datetime
    reason: str = ""
