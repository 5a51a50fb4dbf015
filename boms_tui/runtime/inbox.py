"""What people ask: requests proved at once, sign-ins checked by a worker because a hash takes its time."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from boms_tui.model.facts import Asked
from boms_tui.model.lease import RawLogin
from boms_tui.model.records import User
from boms_tui.runtime.authority import Authority, Checked
from boms_tui.runtime.ports import LeaderStore

BATCH = 64


class InboxReader:
    """Turns the store's pending rows into facts. `wake` is called from the worker when a sign-in has been checked."""

    def __init__(self, store: LeaderStore, authority: Authority, wake: Callable[[], None]) -> None:
        self._store = store
        self._authority = authority
        self._wake = wake
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sign-in")
        self._checking: dict[str, Future[Checked]] = {}

    def requests(self, now: datetime) -> list[Asked]:
        """The requests without a verdict, each proved or refused."""
        return [self._authority.prove(raw, now) for raw in self._store.pending(BATCH)]

    def look_for_logins(self, users: Mapping[str, User]) -> None:
        """Hand new sign-ins to the worker."""
        for login in self._store.pending_logins(BATCH):
            if login.id not in self._checking:
                self._start(login, dict(users))

    def checked(self) -> list[Checked]:
        """The sign-ins that the worker is done with."""
        done = [login for login, future in self._checking.items() if future.done()]
        return [self._checking.pop(login).result() for login in done]

    @property
    def busy(self) -> bool:
        return bool(self._checking)

    def close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _start(self, login: RawLogin, users: Mapping[str, User]) -> None:
        future = self._worker.submit(self._authority.check, login, users)
        self._checking[login.id] = future
        future.add_done_callback(lambda _: self._wake())
