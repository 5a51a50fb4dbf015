"""Which business dates the leader holds in memory: all that its open runs and the facts at hand look at."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from boms_tui.model.arrivals import occurrence_of
from boms_tui.model.condition import Dependency, RelativeDate
from boms_tui.model.facts import Asked, Fact, FileCame, NotOrderedDue, OccurrenceDue
from boms_tui.model.ids import ProcessId, business_date, parse_run_id, split_ref
from boms_tui.model.picture import Picture, longest_look_backs
from boms_tui.model.planning import business_date_of
from boms_tui.model.reach import dates_read
from boms_tui.model.records import Run
from boms_tui.model.shape import shape_of
from boms_tui.model.snapshot import Snapshot
from boms_tui.runtime.ports import LeaderStore

AROUND = (-1, 0, 1)
"""The days around today that are always held: every process's current business date is one of them."""
LONGEST_BREAK = 15
"""Days without business that a calendar may have in a row, at the most."""
KEEP = timedelta(days=2)
"""How long a date stays that nothing looks at any more."""


class Dates:
    """Loads whole business dates into a snapshot before they are needed, and drops them afterwards."""

    def __init__(self, store: LeaderStore, snapshot: Snapshot) -> None:
        self._store = store
        self._snapshot = snapshot
        self._tidied: date | None = None
        self._known = snapshot.catalogue

    def load_open(self, now: datetime) -> None:
        """Have what the open runs and the days around today look at."""
        self._load(self._looked_at(now) | self._newest())

    def load_for(self, facts: Iterable[Fact], now: datetime) -> None:
        """Have what deciding about `facts` looks at."""
        facts = list(facts)
        days = self._used_up(fact for fact in facts if isinstance(fact, FileCame))
        days |= {day for fact in facts for day in self._days_of(fact, now)}
        wanted = self._read_by_any(days, now)
        if self._known is not self._snapshot.catalogue:
            self._known = self._snapshot.catalogue
            wanted |= self._ended_lately(now)
        self._load(wanted)

    def tidy(self, now: datetime) -> None:
        """Once a day, forget the dates that nothing looks at any more, and the sessions that are over."""
        if self._tidied == now.date():
            return
        self._tidied = now.date()
        needed = self._looked_at(now) | self._newest()
        old = now.date() - KEEP
        self._load(needed)
        self._snapshot.forget_sessions(now)
        self._snapshot.forget(day for day in list(self._snapshot.dates) if day not in needed and day < old)

    def _load(self, days: set[date]) -> None:
        missing = days - self._snapshot.dates
        if missing:
            self._snapshot.admit(self._store.picture(missing))

    def _looked_at(self, now: datetime) -> set[date]:
        days = {now.date() + timedelta(days=shift) for shift in AROUND}
        open_runs = [(self._outside(run), run.business_date) for run in self._snapshot.unended()]
        own = dates_read(self._snapshot.catalogue, open_runs, now.date())
        days |= {run.business_date for run in self._snapshot.unended()}
        return own | self._read_by_any(days, now) | self._ended_lately(now)

    def _ended_lately(self, now: datetime) -> set[date]:
        """The dates, however old, of what ended lately enough for those who look back."""
        own = longest_look_backs(one for run in self._snapshot.unended() for one in self._outside(run))
        read = {**own, **self._snapshot.catalogue.looked_back_on}
        longest = max((*own.values(), *read.values()), default=None)
        return set() if longest is None else self._store.dates_ended_since(read, now - longest)

    def _newest(self) -> set[date]:
        """The dates of the newest runs that somebody reads: without them an older one would be taken for the newest."""
        known = self._snapshot.catalogue.processes.values()
        read = [one for process in known for _, one in shape_of(process).outside]
        read += [one for run in self._snapshot.unended() for one in self._outside(run)]
        wanted = {one.process for one in read if one.process and one.date is RelativeDate.NEWEST}
        return self._store.newest_dates(wanted) if wanted else set()

    def _read_by_any(self, days: Iterable[date], now: datetime) -> set[date]:
        """What a run of any process for these dates would look at: success may order any of them."""
        catalogue = self._snapshot.catalogue
        return dates_read(catalogue, ((catalogue.elsewhere, day) for day in days), now.date())

    def _outside(self, run: Run) -> list[Dependency]:
        """What a run depends on in other processes."""
        definition = self._snapshot.definitions[run.process, run.revision]
        return [dependency for _, dependency in shape_of(definition).outside]

    def _used_up(self, files: Iterable[FileCame]) -> set[date]:
        """Learn which files that lie there have had their runs, however long ago: only to take one away, the run of
        which is needed, whose date this gives.
        """
        came = {_cause(fact): fact for fact in files}
        unknown = came.keys() - self._snapshot.occurrences
        if not unknown:
            return set()
        used = self._store.dates_ordered(unknown)
        self._snapshot.admit(Picture(used=frozenset(used)))
        return {day for cause, day in used.items() if came[cause].start.takes_away}

    def _days_of(self, fact: Fact, now: datetime) -> set[date]:
        match fact:
            case OccurrenceDue(process, at):
                return self._current(process, at)
            case FileCame(process, came=came, date=day):
                if _cause(fact) in self._snapshot.occurrences:
                    return set()
                return {day} if day is not None else self._current(process, min(came, now))
            case NotOrderedDue(_, day):
                return {day} - self._snapshot.dates
            case Asked():
                return self._days_asked(fact, now)
            case _:
                return set()

    def _days_that_may_move(self, documents: Iterable[str]) -> set[date]:
        """What open runs may read as their previous date once other calendars are in force."""
        if not any("calendar:" in text for text in documents):
            return set()
        own = {run.business_date for run in self._snapshot.unended() if self._reads_previous(run)}
        return {day - timedelta(days=back) for day in own for back in range(LONGEST_BREAK)}

    def _reads_previous(self, run: Run) -> bool:
        return any(dependency.date is RelativeDate.PREVIOUS for dependency in self._outside(run))

    def _days_asked(self, fact: Asked, now: datetime) -> set[date]:
        if fact.request.verb == "event":
            return self._days_of_event(fact, now)
        return self._days_that_may_move(fact.documents) if fact.documents else self._days_named(fact, now)

    def _days_named(self, fact: Asked, now: datetime) -> set[date]:
        """The date of the run that a request names, or of the one that it would order."""
        target = fact.request.target
        run = parse_run_id(split_ref(target)[0])
        if run is not None:
            return {run[1]}
        process, _, day = target.partition("@")
        text = fact.request.parameters.get("date") or day
        if not text:
            return self._current(ProcessId(process), now)
        named = business_date(text)
        return {named} if named is not None else set()

    def _days_of_event(self, fact: Asked, now: datetime) -> set[date]:
        """The date that an event is posted for; without one, the current ones of all who receive it."""
        named = business_date(fact.request.parameters.get("date", ""))
        if named is not None:
            return {named}
        receivers = self._snapshot.receivers(fact.request.target)
        return {day for process in receivers for day in self._current(process, now)}

    def _current(self, process: ProcessId, at: datetime) -> set[date]:
        known = self._snapshot.catalogue.processes.get(process)
        return {business_date_of(known, at)} if known is not None else set()


def _cause(fact: FileCame) -> tuple[ProcessId, str]:
    return fact.process, occurrence_of(fact)
