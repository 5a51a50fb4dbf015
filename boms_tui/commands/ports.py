"""What the command line and the console read from the store and put into it.

`boms_tui.store.reader.Reader` and `boms_tui.store.inbox.Inbox` are the implementations; both are safe to call
from several threads.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from boms_tui.model.approval import Approval
from boms_tui.model.decision import LoginAnswer
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, TaskName
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import Attempt, CheckVerdict, Habit, Hold, Revision, SealedEntry, Verdict
from boms_tui.model.request import Envelope, Request
from boms_tui.model.views import BoardQuery, BoardRow, Output, Overdue, ProcessRow, Progress, Pulse, Stretch, UserRow


class Reader(Protocol):
    """Reads; each call is one consistent moment. Times are aware UTC."""

    def deployment(self) -> str: ...

    def pulse(self) -> Pulse: ...

    def board(self, query: BoardQuery) -> Sequence[BoardRow]:
        """Runs as the query narrows them, the newest business date first, then by time of order."""
        ...

    def changed_runs(self, after: int) -> Collection[RunId]:
        """The runs that journal rows after sequence number `after` speak of."""
        ...

    def find_runs(self, text: str) -> Sequence[RunId]:
        """Runs whose id is, or ends with, `text`, the newest first; at most 20."""
        ...

    def latest_run(self, process: ProcessId, business_date: date | None = None) -> RunId | None: ...

    def picture(self, run: RunId) -> Picture:
        """That run and everything that deciding about it needs: the runs it depends on, holds, live attempts."""
        ...

    def picture_ahead(self, process: ProcessId, business_date: date) -> Picture:
        """The same for a run that a process could be ordered for."""
        ...

    def attempts(self, run: RunId, task: TaskName | None = None) -> Sequence[Attempt]: ...

    def checks(self, run: RunId, task: TaskName | None = None) -> Sequence[CheckVerdict]:
        """What the checks of a run's attempts, or of one task's, found; by attempt, those before the start first."""
        ...

    def output(self, attempt: AttemptId, *, last: int = 65_536) -> Output | None:
        """The end of an output, `last` bytes at most, as far back as there is no gap; None where nothing is known."""
        ...

    def stretch(self, attempt: AttemptId, start: int) -> Stretch | None:
        """The first bytes of an output from `start` on that are there; None behind the last."""
        ...

    def progress(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Progress]:
        """What attempts said of themselves; those that said nothing are left out."""
        ...

    def holds(self) -> Sequence[Hold]:
        """Those that nobody has released and whose end the runtime has not seen."""
        ...

    def journal(self, *, about: str = "", after: int = 0, limit: int = 1_000) -> Sequence[SealedEntry]:
        """Rows after `after`, the oldest first; `about` narrows to an object and what lies under it."""
        ...

    def catalogue(self) -> Catalogue: ...

    def habits(self) -> Mapping[ProcessId, Habit]:
        """How long the tasks of each process took in its newest runs."""
        ...

    def overdue(self, now: datetime) -> Sequence[Overdue]:
        """The processes that something should have ordered by `now`, and that have no run for their current date."""
        ...

    def approvals(self) -> Sequence[Approval]:
        """What waits for a second person, the oldest first."""
        ...

    def approval(self, name: RequestId) -> Approval | None:
        """What waits, or waited, for a second person under this name."""
        ...

    def request(self, request: RequestId) -> Request | None:
        """What was asked, as it was signed."""
        ...

    def documents(self, manifest: str) -> Sequence[str]:
        """The YAML texts that a manifest lists, each proved by its hash."""
        ...

    def processes(self) -> Sequence[ProcessRow]: ...

    def revisions(self, kind: str, name: str) -> Sequence[Revision]:
        """The newest first."""
        ...

    def current(self) -> Sequence[Revision]: ...

    def users(self) -> Sequence[UserRow]: ...

    def verdict(self, request: RequestId) -> Verdict | None: ...

    def login_answer(self, login: str) -> LoginAnswer | None: ...


class Inbox(Protocol):
    """Inserts. A second insert with the same id is the same act and changes nothing."""

    def submit(self, request: Envelope) -> None: ...

    def submit_login(self, login: str, sealed: bytes) -> None: ...

    def put_documents(self, texts: Sequence[str]) -> str:
        """Store YAML texts by their SHA-256, and the manifest that lists them; the manifest's hash."""
        ...
