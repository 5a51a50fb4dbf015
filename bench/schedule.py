"""A thousand schedules that come due in the same second, and what deciding and planning cost by what is defined."""

import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bench.figures import Figure
from bench.houses import installation
from boms_tui import clock
from boms_tui.model.definition import Process
from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import plan
from boms_tui.model.trigger import CronStart
from tests.model.night import Night, process, task
from tests.runtime.house import House, wait_until

DEFINED = 10_000
DUE = 1_000
TASKS = 10
IN_A_TEXT = 2_000
ROUNDS = 60
DAY = date(2026, 11, 20)


def figures() -> Iterator[Figure]:
    yield from _planning()
    yield from _deciding()
    yield from _due_at_once()


def _planning() -> Iterator[Figure]:
    """Ten thousand processes with ten schedules each."""
    processes = {one.id: one for one in (_scheduled(number) for number in range(DEFINED))}
    catalogue = Catalogue(processes=processes, revisions=dict.fromkeys(processes, 1))
    begun = clock.monotonic()
    found = plan(catalogue, DAY)
    seconds = clock.monotonic() - begun
    assert len(found.planned) == DEFINED * 10
    yield Figure(f"planning a date for {DEFINED:,} processes of 10 schedules", seconds, "s", 5)


def _scheduled(number: int) -> Process:
    crons = tuple(CronStart(f"{(number + hour) % 60} {hour * 2} * * *") for hour in range(10))
    return process(f"bench/p{number}", task("only"), start=crons)


def _deciding() -> Iterator[Figure]:
    """The same run, ordered and run to its end, beside few and beside many definitions, turn by turn."""
    few, many = (_night(count) for count in (1_000 // TASKS, 100_000 // TASKS))
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        for night, taken in zip((few, many), spent, strict=True):
            begun = clock.monotonic()
            _run_through(night, number)
            taken.append(clock.monotonic() - begun)
    ratio = statistics.median(spent[1]) / statistics.median(spent[0])
    yield Figure("decide: a run of 10 tasks beside 1,000 defined tasks", statistics.median(spent[0]) * 1e3, "ms")
    yield Figure("decide: beside 100,000, against beside 1,000", ratio, "x", 1.5)


def _night(count: int) -> Night:
    names = [f"t{number}" for number in range(TASKS)]
    chain = [task(name, *names[max(0, place - 1) : place]) for place, name in enumerate(names)]
    return Night(*(process(f"bench/p{number}", *chain) for number in range(count)))


def _run_through(night: Night, number: int) -> None:
    night.now += timedelta(minutes=1)
    name = ProcessId(f"bench/p{number}")
    night.tell(OccurrenceDue(name, night.now))
    run = next(run for run in night.snapshot.runs.values() if run.process == name)
    for task_name in list(night.states(run.id)):
        night.end(run.id, task_name)


def _due_at_once() -> Iterator[Figure]:
    """From the second in which they are due: in the store, and started by 16 slots."""
    with installation() as house:
        for start in range(0, DEFINED, IN_A_TEXT):
            house.apply(_text(range(start, start + IN_A_TEXT), "0 0 1 1 *"))
        house.start_runtime(slots=16)
        due = _minute_after(clock.now() + timedelta(seconds=30))
        house.apply(_text(range(DUE), f"{due:%M %H} * * *"))
        wait_until(lambda: clock.now() >= due, "the minute", 120)
        news = _News(house)
        wait_until(lambda: news.count("ordered") == DUE, "every order", 60)
        recorded = (clock.now() - due).total_seconds()
        wait_until(lambda: news.count("succeeded") == 2 * DUE, "every end", 300)
        started = sorted(news.starts(due))
        yield Figure(f"{DUE:,} due at once, {DEFINED:,} defined: all in the store", recorded * 1e3, "ms", 300)
        yield Figure(f"{DUE:,} due at once: started, p50", statistics.median(started), "s", 1)
        yield Figure(f"{DUE:,} due at once: started, p99", started[int(len(started) * 0.99)], "s", 4)


class _News:
    """What the journal has said since: how often each action, of runs and of tasks."""

    def __init__(self, house: House) -> None:
        self._reader = house.store.reader
        self._after = self._reader.pulse().sequence
        self._actions: Counter[str] = Counter()
        self._runs: list[RunId] = []

    def count(self, action: str) -> int:
        while rows := self._reader.journal(after=self._after, limit=5_000):
            self._after = rows[-1].sequence
            self._actions.update(row.entry.action for row in rows)
            self._runs += [RunId(row.entry.object) for row in rows if row.entry.action == "ordered"]
        return self._actions[action]

    def starts(self, since: datetime) -> Iterator[float]:
        """Seconds until the one task of each run started."""
        for run in self._runs:
            (attempt,) = self._reader.attempts(run)
            assert attempt.started_at is not None
            yield (attempt.started_at - since).total_seconds()


def _text(numbers: range, cron: str) -> str:
    return "---\n".join(
        f'process: bench/p{number}\nstart: [{{cron: "{cron}"}}]\ntasks: {{only: {{command: [/bin/true]}}}}\n'
        for number in numbers
    )


def _minute_after(at: datetime) -> datetime:
    return (at + timedelta(minutes=1)).astimezone(UTC).replace(second=0, microsecond=0)
