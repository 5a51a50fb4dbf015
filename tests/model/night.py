"""A night in memory: a catalogue, a snapshot, and the verbs of a test, with a clock that the test moves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from boms_tui.model.decide import decide
from boms_tui.model.decision import Decision
from boms_tui.model.definition import Command, Dependency, Outcome, Process, Task
from boms_tui.model.facts import Asked, Exited, Fact, How, Lost, Started, Voided
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, SessionId, TaskName
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import Attempt, Entry, Run, Session, TaskRun, User, Verdict
from boms_tui.model.request import Request
from boms_tui.model.snapshot import Snapshot

EVENING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
USERS = tuple(User(name, (name,), EVENING) for name in ("viewer", "operator", "supervisor", "author", "admin"))


def after(*names: str, when: Outcome = Outcome.SUCCEEDED) -> tuple[Dependency, ...]:
    """Dependencies on tasks (`name`), processes (`folder/name`) or their tasks (`folder/name:task`)."""
    found = []
    for name in names:
        process, colon, task = name.rpartition(":")
        if "/" in name and not colon:
            found.append(Dependency(when, process=ProcessId(name)))
        else:
            found.append(Dependency(when, ProcessId(process) if colon else None, TaskName(task)))
    return tuple(found)


def task(name: str, *behind: str, **changes: object) -> Task:
    made = Task(TaskName(name), Command(("true",)), after=after(*behind))
    return replace(made, **changes)  # type: ignore[arg-type]


def process(name: str, *tasks: Task, **changes: object) -> Process:
    made = Process(ProcessId(name), {one.name: one for one in tasks})
    return replace(made, **changes)  # type: ignore[arg-type]


class Night:
    """Facts go in, decisions are applied at once, as a commit that always succeeds."""

    def __init__(self, *processes: Process, slots: int = 16) -> None:
        catalogue = Catalogue(
            {one.id: one for one in processes}, {one.id: 1 for one in processes}, contacts={}, roles={}
        )
        self.now = EVENING
        self.snapshot = Snapshot.of(catalogue, Picture(), pools={"local": slots}, epoch=1, users=USERS)
        self.launched: list[AttemptId] = []
        self.killed: list[AttemptId] = []
        self.watched: list[AttemptId] = []
        self.journal: list[Entry] = []
        self.verdicts: dict[str, Verdict] = {}
        self._asked = 0

    def tell(self, *facts: Fact) -> Decision:
        decision = decide(self.snapshot, facts, self.now)
        self.snapshot.apply(decision)
        self.launched.extend(decision.launches)
        self.killed.extend(kill.attempt for kill in decision.kills)
        self.watched.extend(decision.watches)
        self.journal.extend(decision.journal)
        self.verdicts.update((verdict.request, verdict) for verdict in decision.verdicts)
        return decision

    def wait(self, duration: timedelta) -> None:
        self.now += duration
        self.tell(*self.snapshot.due(self.now))

    def ask(
        self,
        verb: str,
        target: str,
        *,
        by: str = "admin",
        seen: int | None = None,
        reason: str = "because",
        given: Mapping[str, str] | None = None,
    ) -> Verdict:
        """Make one request and return its verdict."""
        self._asked += 1
        session = Session(
            SessionId(f"session-{by}-{self.now:%d%H%M%S}"), by, b"", self.now, self.now + timedelta(hours=1)
        )
        request = Request(
            RequestId(f"request-{self._asked}"), "test", session.id, self._asked, verb, target, self.now,
            self.now + timedelta(minutes=5), reason, seen, given or {},
        )  # fmt: skip
        self.tell(Asked(request, session))
        return self.verdicts[request.id]

    def order(self, name: str, given: Mapping[str, str] | None = None) -> RunId:
        verdict = self.ask("order", name, given=given)
        assert verdict.code == "ok", verdict
        return RunId(verdict.target)

    def run(self, run: str) -> Run:
        return self.snapshot.runs[RunId(run)]

    def task(self, run: str, name: str) -> TaskRun:
        return self.snapshot.tasks[RunId(run)][TaskName(name)]

    def states(self, run: str) -> dict[str, str]:
        return {name: task.state.value for name, task in self.snapshot.tasks[RunId(run)].items()}

    def attempt(self, run: str, name: str) -> Attempt:
        return self.snapshot.attempts[RunId(run), TaskName(name)]

    def start(self, run: str, name: str) -> None:
        self.tell(Started(self.attempt(run, name).id, 4711, self.now))

    def end(self, run: str, name: str, code: int = 0, how: How = How.EXITED) -> None:
        """The attempt ran and left an exit record."""
        self.tell(Exited(self.attempt(run, name).id, how, code, None, self.now))

    def void(self, run: str, name: str) -> None:
        self.tell(Voided(self.attempt(run, name).id, "never decided"))

    def lose(self, run: str, name: str) -> None:
        self.tell(Lost(self.attempt(run, name).id, "the shim is gone"))
