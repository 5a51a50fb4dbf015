"""What it costs to plan a date for very many processes, with everything that the plan leaves open."""

from collections.abc import Iterator
from datetime import date

from bench.figures import Figure
from boms_tui import clock
from boms_tui.commands.plan import outlook
from boms_tui.model.calendar import Calendar
from boms_tui.model.condition import Dependency, RelativeDate
from boms_tui.model.definition import Command, Process, Task
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.picture import Catalogue
from boms_tui.model.trigger import CronStart

PROCESSES = 10_000
SCHEDULES = 10
ZONES = ("Asia/Kolkata", "UTC", "Europe/Berlin")
DAY = date(2026, 11, 20)


def figures() -> Iterator[Figure]:
    """10,000 processes with ten schedules each, of which every one reads the day before of another."""
    processes = [_process(number) for number in range(PROCESSES)]
    catalogue = Catalogue({one.id: one for one in processes}, calendars={"nse": Calendar("nse", holidays=("XNSE",))})
    begun = clock.monotonic()
    found = outlook(catalogue, DAY)
    taken = clock.monotonic() - begun
    assert len(found.plan.planned) == PROCESSES * SCHEDULES
    yield Figure(f"plan of {PROCESSES:,} processes with {SCHEDULES} schedules each", taken, "s", 5)


def _process(number: int) -> Process:
    name = TaskName("t")
    return Process(
        ProcessId(f"f{number % 50}/p{number}"),
        {name: Task(name, Command(("/bin/true",)))},
        start=tuple(CronStart(f"{number % 60} {hour} * * 1-5") for hour in range(8, 8 + SCHEDULES)),
        after=(Dependency(process=ProcessId(f"f{number % 50}/p{number}"), date=RelativeDate.PREVIOUS),),
        calendar="nse" if number % 2 else "",
        timezone=ZONES[number % len(ZONES)],
    )
