"""A console before a real runtime: the processes of these tests, the people, and what the store says of it all."""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from boms_tui.commands.client import Client
from boms_tui.commands.session import MemoryKeeper
from boms_tui.model.records import TaskRun
from boms_tui.model.states import TaskState
from boms_tui.screens.app import Console
from boms_tui.screens.gateway import Hint
from tests.runtime.house import PASSWORD, House
from tests.screens.stage import STEP, Seat
from tests.screens.terminal import Terminal

SECONDS = 30
PEOPLE = {"olga": "operator", "supra": "supervisor", "victor": "viewer"}
"""Who may sign in besides admin, all with the house's password, and their roles."""


def definition(process: str) -> str:
    """A process with a task of each kind: one that waits for a file, one that fails without one, one that asks."""
    stem = process.replace("/", "-")
    return f"""
process: {process}
title: The works of {process}
instructions: Call the desk, then retry.
tasks:
  fetch: {{command: [sh, -c, "until [ -e {stem}.go ]; do sleep 0.05; done; echo fetched"]}}
  load: {{after: [fetch], command: [sh, -c, "echo no price file; test -e {stem}.mended || exit 3"]}}
  report: {{after: [load], command: ["true"]}}
  sign: {{after: [report], manual: {{prompt: All well?}}}}
"""


class Asked(NamedTuple):
    """A request as the store has it. `answer` and `reason` are its verdict's; None where there is none yet."""

    verb: str
    target: str
    answer: str | None
    reason: str | None


@contextmanager
def house_with(folder: Path, *processes: str, texts: Sequence[str] = ()) -> Iterator[House]:
    """A home with these processes, other definitions and people, and a runtime that leads."""
    with House(folder) as house:
        for name, role in PEOPLE.items():
            house.store.appoint(name, PASSWORD, (role,))
        house.home.work.mkdir(parents=True, exist_ok=True)
        house.apply(*map(definition, processes), *texts)
        house.start_runtime()
        yield house


@contextmanager
def console(house: House, user: str) -> Iterator[Terminal]:
    """The console as a program on a terminal, with this person signed in and the board on it."""
    terminal = Terminal("boms_tui", "--home", str(house.home.path), "console")
    try:
        terminal.sees("Look around", "● LIVE")
        terminal.type(f"{user}\r", f"{PASSWORD}\r")
        terminal.sees(f"{user} {PEOPLE[user]}", "● LIVE <2 s")
        yield terminal
    finally:
        terminal.child.close(force=True)


def requests(house: House, verb: str) -> list[Asked]:
    """Every request with this verb, one row for each verdict it has."""
    statement = (
        "select verb, request.target, answer, reason from request left join verdict on verdict.request = request.id "
        "where verb = ? order by arrival"
    )
    with closing(sqlite3.connect(f"{store_file(house).as_uri()}?mode=ro", uri=True)) as connection:
        return [Asked(*row) for row in connection.execute(statement, (verb,))]


def store_file(house: House) -> Path:
    file = house.home.embedded_file
    assert file is not None
    return file


def let_go(house: House, process: str) -> None:
    """Let the first task of the process end."""
    (house.home.work / f"{process.replace('/', '-')}.go").touch()


def mend(house: House, process: str) -> None:
    """Let the second task of the process succeed from now on."""
    (house.home.work / f"{process.replace('/', '-')}.mended").touch()


@dataclass
class Desk(Seat):
    """A seat before the real client, in whose house the store can be asked."""

    house: House

    def task(self, ref: str) -> TaskRun:
        return self.house.client.task(ref).task

    async def lists(self, process: str, state: str) -> None:
        """Wait until the board has the process in this state."""
        names = {process, process.rpartition("/")[2]}
        await self.until(lambda: any(names & set(row.split()) and state in row.split() for row in self.rows))

    async def is_so(self, ref: str, state: TaskState) -> None:
        """Wait until the store says that the task is in this state."""
        await self.until(lambda: self.task(ref).state is state)


@asynccontextmanager
async def desk(house: House, *, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Desk]:
    """A console with the real client and nobody signed in, that has painted its board."""
    client = Client(house.store, MemoryKeeper(), timeout=SECONDS)
    app = Console(client, hint=Hint(), zone="UTC", interval=0.1)
    async with app.run_test(size=size) as pilot:
        at = Desk(app, pilot, house, patience=round(SECONDS / STEP))
        await at.until(lambda: app.board.data is not None)
        yield at
