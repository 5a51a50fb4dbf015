"""What the feed is asked for, and what it posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from textual.message import Message

from boms_tui.model.ids import AttemptId
from boms_tui.model.records import Hold
from boms_tui.model.views import Output, ProcessRow, Progress, Pulse


class View(StrEnum):
    """What a screen can ask to be kept informed of."""

    NOTHING = "nothing"
    BOARD = "board"
    RUN = "run"
    TASK = "task"
    WHY = "why"
    PROCESSES = "processes"
    PROCESS = "process"
    CONTACTS = "contacts"
    USERS = "users"


@dataclass(frozen=True, slots=True)
class Interest:
    """What is looked at: a view, the object's id where it has one, and the attempt whose output is followed."""

    view: View = View.NOTHING
    key: str = ""
    attempt: AttemptId | None = None
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Processes:
    """What there is to see of the definitions in force: the processes, and the holds, whatever they are on."""

    rows: tuple[ProcessRow, ...] = ()
    holds: tuple[Hold, ...] = ()


@dataclass
class Beat(Message):
    """The store answered. `asked` is when it was asked, by the steady clock of this machine; seconds."""

    pulse: Pulse
    asked: float

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Beat)


@dataclass
class Silence(Message):
    """The store did not answer, or not as it should."""

    title: str
    next_step: str

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Silence)


@dataclass
class Shown(Message):
    """What there is to see of a view, and the store's answer of the same look."""

    view: View
    key: str
    data: object
    beat: Beat

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Shown) and (message.view, message.key) == (self.view, self.key)


@dataclass
class Refused(Message):
    """What a screen asked to see cannot be shown."""

    view: View
    key: str
    title: str
    next_step: str


@dataclass
class Printed(Message):
    """The end of an attempt's output, when it has grown; None where there is none."""

    attempt: AttemptId
    output: Output | None

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Printed) and message.attempt == self.attempt


@dataclass
class Progressed(Message):
    """What the attempts that run say of themselves, when that has changed."""

    view: View
    key: str
    progress: Mapping[AttemptId, Progress]

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Progressed) and (message.view, message.key) == (self.view, self.key)
