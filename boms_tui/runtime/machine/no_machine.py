"""The executor of a leader for a moment: it answers what people ask, and starts nothing."""

from collections.abc import Sequence
from datetime import datetime
from threading import Event

from boms_tui.model.decision import Take
from boms_tui.model.facts import Fact, Strayed
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import Attempt
from boms_tui.runtime.ports import Printout, Spec, Wanted


class NoMachine:
    """Everything that would touch a process is left to the runtime that will lead."""

    def __init__(self) -> None:
        self._woken = Event()

    def launch(self, specs: Sequence[Spec]) -> None:
        raise AssertionError(f"a momentary leader starts nothing, not {len(specs)} attempts")

    def adopt(self, attempt: AttemptId, *, ran: bool = False) -> None:
        """Leave it to the runtime that will lead."""

    def kill(self, attempt: AttemptId, by: str) -> None:
        """The intent is recorded; the runtime that will lead carries it out."""

    def poll(self, timeout: float) -> Sequence[Fact]:
        self._woken.wait(timeout)
        self._woken.clear()
        return ()

    def output(self, attempt: AttemptId) -> Printout | None:
        """It ran nothing, so there is none."""

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        """It has nothing open."""


class NoFiles:
    """Files wait for the runtime that will lead."""

    def want(self, wanted: Wanted) -> None:
        """It looks for nothing."""

    def facts(self) -> Sequence[Fact]:
        return ()

    def take(self, take: Take) -> None:
        """It stays where it is until it is seen again."""

    def close(self) -> None:
        """It has nothing open."""


class NoCustody:
    """The custody of a leader that has no spool."""

    def strayed(self) -> Strayed | None:
        """It has seen nothing before."""

    def saw(self, *, durably: bool) -> None:
        """It has nowhere to remember it."""

    def close_books(self, attempt: AttemptId) -> None:
        """It keeps none."""

    def beat(self, now: datetime) -> Sequence[Attempt]:  # noqa: ARG002
        return ()
