"""A program that runs in turns: on a thread of its own, but only while the night waits for it."""

import threading
from collections.abc import Callable


class Killed(BaseException):
    """Ends an actor wherever it is. Whatever it still tries while it unwinds meets the same end."""


class Actor:
    """`body` runs from one `pause` to the next whenever it is given a turn."""

    def __init__(self, name: str, body: Callable[[], object]) -> None:
        self.name = name
        self.ended = False
        self.dying = False
        self.result: object = None
        self.error: BaseException | None = None
        self._body = body
        self._mine, self._nights = threading.Lock(), threading.Lock()
        self._mine.acquire()
        self._nights.acquire()
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self.begun = False

    def turn(self) -> None:
        """Let it run until it pauses or ends."""
        if self.ended:
            raise AssertionError(f"{self.name} has ended")
        if not self.begun:
            self.begun = True
            self._thread.start()
        self._mine.release()
        self._nights.acquire()

    def pause(self) -> None:
        """Called by the actor itself: give the turn back, and go on with the next one."""
        self._nights.release()
        self._mine.acquire()
        self.live_on()

    def live_on(self) -> None:
        """Called by the actor itself: go on, unless it is being killed."""
        if self.dying:
            raise Killed

    def kill(self) -> None:
        """End it where it stands; called by the night, or by itself."""
        self.dying = True
        if threading.current_thread() is self._thread:
            raise Killed
        if not self.begun:
            self.ended = True
        while not self.ended:
            self.turn()

    def _live(self) -> None:
        self._mine.acquire()
        try:
            self.live_on()
            self.result = self._body()
        except BaseException as error:  # noqa: BLE001 whatever ends it is for the night to judge
            self.error = error
        self.ended = True
        self._nights.release()
