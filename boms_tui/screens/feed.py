"""One thread between the store and the screens: it polls, reads what is looked at, and posts what it found."""

from collections.abc import Callable, Mapping
from threading import Event, Thread

from textual.message import Message

from boms_tui import clock
from boms_tui.errors import NoAnswerError
from boms_tui.model.ids import AttemptId, ProcessId, RunId
from boms_tui.model.states import LIVE
from boms_tui.model.views import Board, BoardQuery, BoardRow, Output, Overdue, Progress, Pulse, RunView, TaskView
from boms_tui.screens.background import told_of
from boms_tui.screens.gateway import Gateway
from boms_tui.screens.messages import Beat, Interest, Printed, Processes, Progressed, Refused, Shown, Silence, View

INTERVAL = 0.5
"""Seconds between two looks at the store."""
LISTEN_EVERY = 2
"""How many looks apart those that run are asked what they say of themselves."""
OVERDUE_EVERY = 10
"""How many looks apart it is asked, where anything has happened, what nothing has ordered."""
_AT_ONCE = 200
"""The most changed runs that are read again by name; beyond it the whole board is read."""


class Feed:
    """Reads in a daemon thread of its own. `post` must be safe to call from it; nothing else is shared."""

    def __init__(
        self,
        gateway: Gateway,
        post: Callable[[Message], object],
        *,
        interval: float = INTERVAL,
        steady: Callable[[], float] = clock.monotonic,
    ) -> None:
        self._gateway = gateway
        self._post = post
        self._interval, self._steady = interval, steady
        self._interest = Interest()
        self._stop = Event()
        self._wake = Event()
        self._begins = False
        self._read: tuple[Interest, int] | None = None
        self._board: dict[RunId, BoardRow] = {}
        self._board_at: int | None = None
        self._overdue: tuple[Overdue, ...] = ()
        self._overdue_at: int | None = None
        self._overdue_in = 1
        self._printed: tuple[AttemptId, Output | None] | None = None
        self._running: tuple[AttemptId, ...] = ()
        self._heard: Mapping[AttemptId, Progress] = {}
        self._looks = 0
        self._thread = Thread(target=self._work, name="boms-feed", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it is not waited for, as the store may keep it."""
        self._stop.set()
        self._wake.set()

    def watch(self, interest: Interest) -> None:
        """Look at something else, at once."""
        if interest != self._interest:
            self._begins |= (interest.view, interest.key) != (self._interest.view, self._interest.key)
            self._interest = interest
            self._wake.set()

    def look(self) -> None:
        """Look again now rather than at the next poll."""
        self._wake.set()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self.poll()
            self._wake.wait(self._interval)

    def poll(self) -> None:
        """Look once. Nothing that goes wrong ends the thread: it is posted."""
        try:
            asked = self._steady()
            beat = Beat(self._gateway.pulse(), asked)
            self._look(self._interest, beat)
            self._say(beat)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises, the console must outlive it
            told = told_of(error)
            self._say(Silence(told.title, told.next_step))

    def _say(self, message: Message) -> None:
        try:
            self._post(message)
        except RuntimeError:  # the event loop has ended, and the console with it
            self._stop.set()

    def _look(self, interest: Interest, beat: Beat) -> None:
        if self._begins:  # another screen, which has nothing yet, though it may show what the one before last did
            self._begins, self._read, self._printed = False, None, None
        wanted = Interest(interest.view, interest.key), beat.pulse.sequence
        moved = self._read != wanted
        if interest.view is View.BOARD:
            moved |= self._look_for_overdue(beat.pulse)
        if moved and interest.view is not View.NOTHING:
            self._read = wanted if self._show(interest, beat) else None
        if interest.view in {View.RUN, View.TASK}:
            self._listen(interest, at_once=moved)
        if interest.attempt is not None:
            self._print(interest.attempt, follow=interest.follow)

    def _show(self, interest: Interest, beat: Beat) -> bool:
        """Post what there is to see; where that cannot be read, why, and False: the next look tries again."""
        try:
            data = self._ask(interest, beat.pulse)
        except NoAnswerError:
            raise
        except Exception as error:  # noqa: BLE001 - the store has answered: what fails is this one view
            self._running = ()
            told = told_of(error)
            self._post(Refused(interest.view, interest.key, told.title, told.next_step))
            return False
        self._running = running(data)
        self._heard = {}
        self._post(Shown(interest.view, interest.key, data, beat))
        return True

    def _ask(self, interest: Interest, pulse: Pulse) -> object:
        gateway, key = self._gateway, interest.key
        questions: dict[View, Callable[[], object]] = {
            View.BOARD: lambda: self._whole_board(pulse),
            View.RUN: lambda: gateway.run(RunId(key)),
            View.TASK: lambda: gateway.task(key),
            View.WHY: lambda: gateway.why(key),
            View.PROCESSES: lambda: Processes(tuple(gateway.processes()), tuple(gateway.holds())),
            View.PROCESS: lambda: gateway.process(ProcessId(key)),
            View.CONTACTS: lambda: tuple(gateway.contacts()),
            View.USERS: lambda: tuple(gateway.users()),
        }
        return questions[interest.view]()

    def _look_for_overdue(self, pulse: Pulse) -> bool:
        """Ask now and then, but not before the first board is there, what nothing has ordered; whether that is news."""
        self._overdue_in -= 1
        if self._overdue_in >= 0 or self._overdue_at == pulse.sequence:
            return False
        before, self._overdue = self._overdue, tuple(self._gateway.overdue())
        self._overdue_at, self._overdue_in = pulse.sequence, OVERDUE_EVERY
        return before != self._overdue

    def _whole_board(self, pulse: Pulse) -> Board:
        """All runs; after the first time only those that changed are read."""
        changed = self._gateway.changed_runs(self._board_at) if self._board_at is not None else None
        if changed is None or len(changed) > _AT_ONCE:
            self._board = {row.run.id: row for row in self._gateway.board(BoardQuery())}
        elif changed:
            rows = self._gateway.board(BoardQuery(runs=frozenset(changed)))
            self._board.update({row.run.id: row for row in rows})
        self._board_at = pulse.sequence
        return Board(tuple(self._board.values()), self._overdue)

    def _listen(self, interest: Interest, *, at_once: bool) -> None:
        """Ask what is said by those that run, once a second, and post it when it has changed."""
        self._looks = 0 if at_once else self._looks + 1
        if not self._running or self._looks % LISTEN_EVERY:
            return
        heard = self._gateway.progress(self._running)
        if heard != self._heard:
            self._heard = heard
            self._post(Progressed(interest.view, interest.key, heard))

    def _print(self, attempt: AttemptId, *, follow: bool) -> None:
        known = self._printed is not None and self._printed[0] == attempt
        if known and not follow:
            return
        output = self._gateway.output(attempt)
        if self._printed != (attempt, output):
            self._printed = (attempt, output)
            self._post(Printed(attempt, output))


def running(data: object) -> tuple[AttemptId, ...]:
    """The attempts that live in what was read."""
    match data:
        case RunView():
            live = (name for name, task in data.tasks.items() if task.state in LIVE)
            return tuple(data.attempts[name].id for name in live if name in data.attempts)
        case TaskView(attempts=(*_, last)) if data.task.state in LIVE:
            return (last.id,)
    return ()
