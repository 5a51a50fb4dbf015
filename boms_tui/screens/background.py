"""Calls that may block, made in a thread of their own; what comes of them is posted."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

from textual.message import Message

from boms_tui.errors import BomsError


@dataclass
class Done(Message):
    """A call has come back: with what it gave, or with what went wrong. `tag` says which call it was."""

    tag: str
    data: object = None
    error: BomsError | None = None


def in_background(tag: str, call: Callable[[], object], post: Callable[[Message], object]) -> None:
    """Make the call in a daemon thread, which keeps nobody from leaving, and post `Done`."""
    Thread(target=_make, args=(tag, call, post), name=f"boms-{tag}", daemon=True).start()


def told_of(error: Exception) -> BomsError:
    """An error as a person is told of it, whatever raised it."""
    return error if isinstance(error, BomsError) else BomsError(f"{type(error).__name__}: {error}", "the log has more")


def _make(tag: str, call: Callable[[], object], post: Callable[[Message], object]) -> None:
    try:
        answer = Done(tag, call())
    except Exception as error:  # noqa: BLE001 - whatever a driver raises is told, and ends nothing
        answer = Done(tag, error=told_of(error))
    try:
        post(answer)
    except RuntimeError:  # the event loop has ended, and the console with it
        return
