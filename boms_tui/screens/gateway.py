"""The console's one way to the data. Every call may block: call it from a worker thread, never from the event loop.

`boms_tui.commands.client.Client` is the implementation; tests use a fake.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from boms_tui.model.definition import Contact
from boms_tui.model.ids import AttemptId, ProcessId, RunId
from boms_tui.model.records import Hold, SealedEntry, Verdict
from boms_tui.model.views import (
    BoardQuery,
    BoardRow,
    Effect,
    Output,
    Overdue,
    ProcessRow,
    ProcessView,
    Progress,
    Pulse,
    Reasons,
    RunView,
    TaskView,
    UserRow,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who uses this console, and the verbs that the roles allow."""

    user: str
    roles: tuple[str, ...]
    verbs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hint:
    """What the sign-in screen may show beside the form: sample accounts of a demo, as (name, password, role)."""

    accounts: tuple[tuple[str, str, str], ...] = ()


class Gateway(Protocol):
    """Reads raise `NoAnswerError` when the store is lost; acts raise a `BomsError` that says what to do."""

    def pulse(self) -> Pulse: ...

    def board(self, query: BoardQuery) -> Sequence[BoardRow]: ...

    def overdue(self) -> Sequence[Overdue]:
        """What should have been ordered by now, and has no run."""
        ...

    def changed_runs(self, after: int) -> Collection[RunId]: ...

    def run(self, run: RunId) -> RunView: ...

    def task(self, ref: str) -> TaskView: ...

    def why(self, ref: str) -> Reasons:
        """Why a run, or `RUN:TASK`, does not go on."""
        ...

    def output(self, attempt: AttemptId) -> Output | None: ...

    def progress(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Progress]:
        """What attempts said of themselves, which changes without a journal row; the silent ones are left out."""
        ...

    def processes(self) -> Sequence[ProcessRow]: ...

    def process(self, process: ProcessId) -> ProcessView: ...

    def holds(self) -> Sequence[Hold]:
        """Those that nobody has released, whatever they are on."""
        ...

    def contacts(self) -> Sequence[Contact]: ...

    def journal(self, *, about: str = "", limit: int = 200) -> Sequence[SealedEntry]:
        """The newest rows about an object, the newest first."""
        ...

    def users(self) -> Sequence[UserRow]: ...

    def roles(self) -> Sequence[str]: ...

    def effect(self, verb: str, target: str, parameters: Mapping[str, str] | None = None) -> Effect:
        """What the act would free and what would stay blocked."""
        ...

    def sign_in(self, user: str, password: str, new_password: str = "") -> SignedIn:
        """Raises:
        MustChangeError: the password is right but must be changed: call again with `new_password`.
        NotAuthorisedError: refused, without saying why.
        """
        ...

    def sign_out(self) -> None: ...

    def act(
        self,
        verb: str,
        target: str,
        *,
        version_seen: int | None = None,
        reason: str = "",
        parameters: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> Verdict:
        """Insert one request and wait for its verdict. `secret` (a password) travels sealed."""
        ...
