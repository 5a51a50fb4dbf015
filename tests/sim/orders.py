"""Every run has its cause, and every cause one run: times, ends, events, files, and rounds of a cycle."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from re import compile as regex

from boms_tui.model.definition import Cyclic, CyclicFrom, Missed, Process
from boms_tui.model.ids import RunId
from boms_tui.model.states import RunEvent
from boms_tui.model.trigger import EventStart, FileStart, ProcessStart
from tests.sim.board import RunRow
from tests.sim.chronicle import Row
from tests.sim.drive import fits
from tests.sim.past import BORN, named
from tests.sim.reading import Moment, Reading, business_day
from tests.sim.starts import Starts
from tests.sim.trace import Trace

DUE = "I9 each occurrence once"
EVENT, FILE = "S8 an event orders one run a date", "S8 a file orders one run"
FOLLOW, MISSED = "S9 a start for each end of another", "what is missed goes by its policy"
ONCE, CYCLE = "S9 one run a date", "a cycle goes on as it says"
_FILE = regex(r"file:(?P<path>.+)@(?P<changed>\d{8}T\d{6}\.\d{6}Z)\.(?P<size>\d+)")
_GRACE, _APART, _TICK = timedelta(seconds=60), timedelta(seconds=30), timedelta(microseconds=1)
_COUNTS = frozenset({"cron", "process", "event", "file"})
_CAME_TO_NOTHING = frozenset({"cancelled", "missed"})
_GOOD = frozenset({"succeeded", "skipped", "forced-ok"})
Cause = tuple[str, ...]


@dataclass
class Orders:
    """`caused` has, by process and cause, the run that it ordered."""

    trace: Trace
    reading: Reading
    starts: Starts
    caused: dict[tuple[str, Hashable], str] = field(default_factory=dict)
    _rounds: dict[str, str] = field(default_factory=dict)
    _late: dict[tuple[str, datetime], list[datetime]] = field(default_factory=dict)

    def judge(self, row: Row, at: Moment) -> None:
        """A row that was not folded yet."""
        entry = row.entry
        if ":" in entry.object or entry.action not in BORN or entry.object in self.reading.past.states:
            return
        run = self.reading.board.runs[RunId(entry.object)]
        process = self.reading.definitions.of(run)
        kind = run.occurrence.partition(":")[0]
        if kind in _COUNTS and process.once_per_date and entry.action == RunEvent.ORDERED.value:
            self._judge_date(run)
        judges: Mapping[str, Callable[[RunRow, Process, Row, Moment], None]] = {
            "cron": self._by_clock, "process": self._by_process, "event": self._by_event, "file": self._by_file,
            "cycle": self._by_round,
        }  # fmt: skip
        if kind in judges:
            judges[kind](run, process, row, at)

    def fulfilled(self, start: ProcessStart, upstream: str) -> bool:
        """Whether a run has brought about what a start waits for."""
        ever = self.reading.past.ever.get(f"{upstream}:{start.task}" if start.task else upstream, set())
        if start.milestone is not None:
            return f"{start.milestone}" in ever
        good = bool(ever & _GOOD) if start.task else "succeeded" in ever
        wanted = {"succeeded": good, "failed": "failed" in ever}
        return any(wanted.values()) if start.when.value == "finished" else wanted[start.when.value]

    def is_used_up(self, process: Process, day: date) -> bool:
        """Whether a cause may order nothing, since there is a run of its date."""
        return process.once_per_date and bool(self.reading.past.of_day(process.id, day))

    def counts_from(self, cyclic: Cyclic, run: str) -> datetime | None:
        """When a round reached what the next one counts from; None where it has not."""
        if cyclic.start_from is CyclicFrom.START:
            return self.starts.began.get(run)
        past = self.reading.past
        return past.since.get(run) if past.state(run) in {"succeeded", "failed"} else None

    def _judge_date(self, run: RunRow) -> None:
        past = self.reading.past
        for other in past.of_day(run.process, named(run.id).day):
            if past.state(other) not in _CAME_TO_NOTHING:
                self.trace.complain(ONCE, f"{run.id} by {run.occurrence} beside {other}, which is {past.state(other)}")

    def _claim(self, run: RunRow, cause: Hashable, promise: str) -> None:
        """A cause orders one run of a process."""
        other = self.caused.setdefault((run.process, cause), run.id)
        if other != run.id:
            self.trace.complain(promise, f"{run.id} and {other} by {cause}")

    def _by_clock(self, run: RunRow, process: Process, row: Row, _at: Moment) -> None:
        due = datetime.fromisoformat(run.occurrence.partition(":")[2])
        self._claim(run, due, DUE)
        action, wanted = row.entry.action, {RunEvent.ORDERED.value, RunEvent.OVERLAP_SKIPPED.value}
        if row.entry.at - due > _GRACE:
            wanted = {self._after_downtime(process, due, row.entry.at)}
        if action not in wanted:
            self.trace.complain(MISSED, f"{run.id}, due at {due}, was {action} at {row.entry.at}: not {wanted}")
        if row.entry.at - due > _GRACE and process.missed is Missed.ALL:
            self._judge_distance(run, row)

    def _after_downtime(self, process: Process, due: datetime, now: datetime) -> str:
        """What becomes of a time that was missed."""
        if process.missed is Missed.LATEST:
            later = self.reading.plan.times[process.id].between(process.timezone, due, now - _GRACE - _TICK)
            return (RunEvent.PASSED_OVER if later else RunEvent.ORDERED).value
        return _POLICIES[process.missed].value

    def _judge_distance(self, run: RunRow, row: Row) -> None:
        """Those that are all caught up with do not start at once."""
        starts = self.starts.times.get(run.id, row.entry.at)
        others = self._late.setdefault((run.process, row.entry.at), [])
        if any(abs(starts - other) < _APART for other in others):
            self.trace.complain(MISSED, f"{run.id} is to start at {starts}, and others at {others}")
        others.append(starts)

    def _by_process(self, run: RunRow, process: Process, _row: Row, _at: Moment) -> None:
        upstream, *what = run.occurrence.split(":")[1:]
        found = [start for start in process.start if isinstance(start, ProcessStart) and words(start) == what]
        if named(upstream).day != named(run.id).day or not any(self.fulfilled(start, upstream) for start in found):
            self.trace.complain(FOLLOW, f"{run.id} by {run.occurrence}, which did not come about")
        self._claim(run, (upstream, *what), FOLLOW)

    def _by_event(self, run: RunRow, process: Process, _row: Row, _at: Moment) -> None:
        event, day = run.occurrence.partition(":")[2].partition("@")[0], named(run.id).day
        if EventStart(event) not in process.start or not self.reading.is_posted_for(event, day, process.id):
            self.trace.complain(EVENT, f"{run.id} by {run.occurrence}, and nobody posted that")
        self._claim(run, (event, day), EVENT)

    def _by_file(self, run: RunRow, process: Process, row: Row, at: Moment) -> None:
        said = _FILE.match(run.occurrence)
        if said is None:
            self.trace.complain(FILE, f"{run.id} by {run.occurrence}, which names no file")
            return
        path, size = said["path"], int(said["size"])
        changed = datetime.strptime(said["changed"], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        seen = self.reading.sights.before(at.epoch, at.now)
        copies = self.reading.drive.between(path, at.boot if seen is None else seen, at.boot)
        real = [copy for copy in copies if (copy.size, copy.changed) == (size, changed)]
        starts = [one for one in process.start if isinstance(one, FileStart) and fits(one.check.path, path)]
        if not any(self.reading.drive.suits(copy, start.check, at.now) for start in starts for copy in real):
            self.trace.complain(FILE, f"{run.id} by {run.occurrence}: no such file lay there")
        dated = [start for start in starts if "$" in start.check.path]
        own = named(run.id).day
        came = [min(max(copy.changed, copy.written), at.now) for copy in real]
        if not (f"{own:%Y%m%d}" in path if dated else own in {business_day(process, when) for when in came}):
            self.trace.complain(FILE, f"{run.id} at {row.entry.at}: not for its date")
        self._claim(run, (path, changed, size), FILE)

    def _by_round(self, run: RunRow, process: Process, row: Row, _at: Moment) -> None:
        first, number = place_of(run)
        before = first if number == 2 else self._rounds.get(f"{first}.{number - 1}", "")
        cyclic = process.cyclic
        self._claim(run, (first, number), CYCLE)
        self._rounds[f"{first}.{number}"] = run.id
        if cyclic is None or (cyclic.rounds is not None and number > cyclic.rounds):
            self.trace.complain(CYCLE, f"{run.id} is round {number} of {first}")
            return
        cause = self.counts_from(cyclic, before)
        if cause != row.entry.at:
            self.trace.complain(CYCLE, f"{run.id} at {row.entry.at}: {before} reached {cyclic.start_from} at {cause}")


_POLICIES = {Missed.ASK: RunEvent.MISSED, Missed.NONE: RunEvent.PASSED_OVER, Missed.ALL: RunEvent.ORDERED}


def place_of(run: RunRow) -> tuple[str, int]:
    """The run that its cycle began with, and which round it is."""
    kind, _, rest = run.occurrence.partition(":")
    if kind != "cycle":
        return run.id, 1
    first, _, number = rest.rpartition(".")
    return first, int(number)


def words(start: ProcessStart) -> list[str]:
    """What the name of an occurrence says after the run."""
    what = f"{start.milestone}" if start.milestone else "" if start.when.value == "succeeded" else start.when.value
    return [one for one in (start.task, what) if one]
