"""What people ask: requests proved at once; what takes its time, hashes above all, is left to a worker."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from boms_tui.model.acts.ask import Code, Refusal
from boms_tui.model.admission import admissible
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Asked, Unproved
from boms_tui.model.ids import ProcessId, RequestId, SessionId, split_ref
from boms_tui.model.lease import RawLogin, RawRequest
from boms_tui.model.people import User
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.verbs import APPROVE
from boms_tui.runtime import logs
from boms_tui.runtime.people.authority import Authority, Checked, Numbered
from boms_tui.runtime.ports import LeaderStore

T = TypeVar("T")
BATCH = 64
BRINGING = frozenset({"apply", "users", APPROVE})
"""The verbs whose requests bring something along."""


class InboxReader:
    """Turns the store's pending rows into facts. `wake` is called from the worker when it is done with one."""

    def __init__(self, store: LeaderStore, authority: Authority, snapshot: Snapshot, wake: Callable[[], None]) -> None:
        self._store = store
        self._authority = authority
        self._snapshot = snapshot
        self._wake = wake
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sign-in")
        self._checking: dict[str, Future[Checked]] = {}
        self._bringing: dict[str, Future[Asked]] = {}

    def requests(self, now: datetime) -> list[Asked | Unproved]:
        """The requests without a verdict that can be decided about now; those of one session in their order."""
        waiting: set[SessionId] = set()
        found = (self._request(raw, now, waiting) for raw in self._store.pending(BATCH))
        return [one for one in found if one is not None]

    def look_for_logins(self, users: Mapping[str, User]) -> None:
        """Hand new sign-ins to the worker."""
        for login in self._store.pending_logins(BATCH):
            if login.id not in self._checking:
                self._checking[login.id] = self._hand_over(self._check, login, dict(users))

    def checked(self) -> list[Checked]:
        """The sign-ins that the worker is done with."""
        done = [login for login, future in self._checking.items() if future.done()]
        return [self._checking.pop(login).result() for login in done]

    @property
    def busy(self) -> bool:
        return bool(self._checking or self._bringing)

    def close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _request(self, raw: RawRequest, now: datetime, waiting: set[SessionId]) -> Asked | Unproved | None:
        """None where it waits for what it brings along, or for an earlier one of its session that does."""
        brought = self._bringing.get(raw.id)
        if brought is not None and brought.done():
            return self._bringing.pop(raw.id).result()
        proved = self._authority.prove(raw)
        if isinstance(proved, Unproved):
            return proved
        session = proved.request.session
        if session in waiting:
            return None
        if brought is None and not self._brings(proved, now):
            return proved
        if brought is None:
            self._bringing[raw.id] = self._hand_over(self._authority.bring, proved, self._revision(proved))
        waiting.add(session)
        return None

    def _brings(self, proved: Asked, now: datetime) -> bool:
        """Whether it brings something along, and may."""
        if proved.request.verb not in BRINGING:
            return False
        return not isinstance(admissible(Draft(self._snapshot, now), proved), Refusal)

    def _revision(self, proved: Asked) -> Numbered | None:
        """The process, with its revision, that what is to be approved would run; None where it runs none."""
        approval = self._snapshot.approvals.get(RequestId(proved.request.target))
        if proved.request.verb != APPROVE or approval is None:
            return None
        run = self._snapshot.runs.get(split_ref(approval.target)[0])
        process = ProcessId(approval.place.partition(":")[0])
        number = run.revision if run is not None else self._snapshot.catalogue.revisions.get(process)
        return None if number is None else (process, number)

    def _check(self, login: RawLogin, users: Mapping[str, User]) -> Checked:
        try:
            return self._authority.check(login, users)
        except Exception as error:  # noqa: BLE001 whatever was sealed, it is one wrong sign-in and no more
            logs.defect("a sign-in could not be checked", error)
            return Checked(login)

    def _hand_over(self, work: Callable[..., T], *given: object) -> Future[T]:
        future = self._worker.submit(work, *given)
        future.add_done_callback(lambda _: self._wake())
        return future


def broken(asked: Asked) -> Unproved:
    """The answer to a request that the rules stumbled over."""
    return Unproved(asked.request.id, Code.INTERNAL, "a defect of BOMS: the runtime's log says more")
