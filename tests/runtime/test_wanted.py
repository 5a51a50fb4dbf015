"""Since when files count: from when somebody first waited for that path, whatever else became of the start."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId
from boms_tui.model.trigger import FileStart
from boms_tui.runtime.files.wanted import Wants
from boms_tui.runtime.ports import LeaderStore
from tests.model.night import EVENING, Night, process, task

DAY = timedelta(days=1)
PLAIN = FileStart(FileCheck("in/*.csv"))
SETTLED = FileStart(FileCheck("in/*.csv", settled_for=timedelta(minutes=1)), mark=".taken")
ELSEWHERE = FileStart(FileCheck("out/*.csv"))


class History:
    """A store that knows what was applied, the newest first."""

    def __init__(self, *starts: FileStart) -> None:
        self._applied = [(EVENING - number * DAY, started(start)) for number, start in enumerate(starts)]

    def history(self, _process: ProcessId) -> Sequence[tuple[datetime, Process]]:
        return self._applied


def started(*starts: FileStart) -> Process:
    return process("a/prices", task("load"), start=starts)


def since(wants: Wants) -> list[datetime]:
    return [wish.since for wish in wants.wanted(EVENING + DAY).wishes]


def test_a_path_counts_from_when_it_was_first_waited_for() -> None:
    history = cast("LeaderStore", History(SETTLED, PLAIN, ELSEWHERE, PLAIN))
    assert since(Wants(history, Night(started(SETTLED)).snapshot)) == [EVENING - DAY]


def test_files_that_lie_there_are_not_lost_when_what_they_have_to_be_like_changes() -> None:
    night = Night(started(PLAIN))
    wants = Wants(cast("LeaderStore", History(PLAIN)), night.snapshot)
    assert since(wants) == [EVENING]
    night.redefine(processes=[started(SETTLED, ELSEWHERE)])
    assert since(wants) == [EVENING, EVENING + DAY]


def test_what_is_wanted_is_made_anew_only_when_definitions_change() -> None:
    night = Night(started(PLAIN))
    wants = Wants(cast("LeaderStore", History(PLAIN)), night.snapshot)
    before = wants.wanted(EVENING)
    night.order("a/prices")
    assert wants.wanted(EVENING + DAY).wishes is before.wishes
