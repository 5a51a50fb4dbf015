"""What a screen may ask of the app it is in."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from textual.message import Message

from boms_tui.model.ids import RunId
from boms_tui.model.views import Pulse, UserRow
from boms_tui.screens.freshness import Freshness
from boms_tui.screens.gateway import Gateway, Hint, SignedIn
from boms_tui.screens.line import Span


class Host(Protocol):
    """The console as its screens see it."""

    gateway: Gateway
    hint: Hint
    zone: ZoneInfo
    fresh: Freshness
    signed_in: SignedIn | None
    said: Span

    @property
    def pulse(self) -> Pulse | None:
        """The last answer of the store."""
        ...

    @property
    def place(self) -> str:
        """The machine whose runtime leads, as the first part of the breadcrumb."""
        ...

    def now(self) -> datetime:
        """The store's time."""
        ...

    def today(self) -> date:
        """The date in the zone of the business."""
        ...

    def may(self, verb: str) -> bool:
        """Whether this person could use the verb at this moment."""
        ...

    def watch_again(self) -> None:
        """What the screen looks at has changed."""
        ...

    def say(self, text: str, tone: str = "", *, stays: bool = False) -> None:
        """Put a line above the status bar. It fades, and goes with its screen.

        One that `stays` begins to fade when the person goes on to another screen.
        """
        ...

    def moved_on(self) -> None:
        """Another screen may be on top."""
        ...

    def open_run(self, run: RunId) -> None: ...

    def open_task(self, ref: str) -> None: ...

    def open_why(self, ref: str) -> None:
        """Show why a run or task does not go on."""
        ...

    def account(self, do: str, user: UserRow | None) -> None:
        """Ask for what a change of an account needs, and send it."""
        ...

    def post_message(self, message: Message) -> bool: ...
