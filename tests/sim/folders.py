"""What there is of an attempt on its host: files that survive everything, and two processes that do not."""

from dataclasses import dataclass
from datetime import datetime

from boms_tui.model.facts import How
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.spool.protocol import ExitRecord, StartRecord
from tests.sim.lives import Life


@dataclass(slots=True)
class Folder:
    """An attempt's files. `spec` is None where its place was taken by a cancelled one; `started` is the decision."""

    spec: Spec | None
    boot: int
    start_by: int
    checked: tuple[CheckVerdict, ...] = ()
    cancelled: bool = False
    started: StartRecord | None = None
    exit: ExitRecord | None = None
    killer: str = ""

    @property
    def is_decided(self) -> bool:
        return self.cancelled or self.started is not None


@dataclass(slots=True)
class Shim:
    """A shim's process. `status` is how it ended by itself, `said` what it said."""

    attempt: AttemptId
    pid: int
    life: Life
    alive: bool = True
    locked: bool = False
    status: int | None = None
    said: str = ""


@dataclass(slots=True)
class Program:
    """A task's process. `stopping` says who or what is ending it."""

    attempt: AttemptId
    pid: int
    since: int
    began: datetime
    alive: bool = True
    stopping: How | None = None
