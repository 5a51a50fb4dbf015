"""How far the reasons of a run are followed into other processes: a picture for each run, and not without end."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from boms_tui import clock
from boms_tui.commands.context import Context
from boms_tui.commands.out import Out
from boms_tui.commands.reasons import MOST, reasons
from boms_tui.errors import UsageError
from boms_tui.model.ids import RunId
from boms_tui.model.picture import Picture
from tests.commands.house import House

DATE = "2026-03-02"
LONG = MOST + 5


def run(number: int) -> str:
    return f"deep/p{number}@{DATE}.1"


class Counting:
    """A reader that notes of which runs it was asked for a picture."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.pictures: list[str] = []

    def picture(self, run: RunId) -> Picture:
        self.pictures.append(run)
        found: Picture = self._reader.picture(run)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


@pytest.fixture(scope="module")
def reader(house: House) -> Iterator[Any]:
    """25 runs, each of which waits for the next; the last one waits for its own task, which asks a person."""
    deep = [f"process: deep/p{n}\nafter: [deep/p{n + 1}]\ntasks: {{t: {{command: ['true']}}}}\n" for n in range(LONG)]
    last = f"process: deep/p{LONG}\ntasks: {{t: {{manual: {{prompt: All well?}}}}}}\n"
    assert house.apply("---\n".join([*deep, last])).code == 0
    ordered(house, [f"deep/p{number}" for number in range(LONG, -1, -1)])
    with Context(Out(), home=str(house.path)) as context:
        yield context.reader
    house.end_all()


def ordered(house: House, processes: Sequence[str]) -> None:
    for process in processes:
        assert house.boms("order", process, "--date", DATE, user="operator").code == 0


def test_each_run_behind_is_looked_into_once(reader: Any) -> None:
    counting = Counting(reader)
    found = reasons(counting, run(LONG - 3), clock.now())
    assert [root.says for root in found.roots] == [f"{run(LONG)}:t asks a person: All well?"]
    assert counting.pictures == [run(number) for number in range(LONG - 3, LONG + 1)]
    assert found.beyond == ()


def test_the_search_ends_after_twenty_runs_and_says_where(reader: Any) -> None:
    counting = Counting(reader)
    found = reasons(counting, run(0), clock.now())
    assert len(counting.pictures) == MOST + 1
    assert found.beyond == (run(MOST + 1),)
    assert [root.ref for root in found.roots] == [run(MOST + 1)]


def test_a_run_and_a_task_that_are_not_there_are_told(reader: Any, house: House) -> None:
    with pytest.raises(UsageError, match="has no task none"):
        reasons(reader, f"{run(0)}:none", clock.now())
    said = house.boms("why", f"deep/p0@{DATE}.7")
    assert (said.code, "no such run" in said.err) == (2, True)


def test_the_console_asks_the_same(house: House, reader: Any) -> None:
    with Context(Out(), home=str(Path(house.path))) as context:
        assert context.client.why(run(LONG)).roots == reasons(reader, run(LONG), clock.now()).roots
