"""What a plan leaves open: what has to come from outside, and what nobody will set.

It hangs on the definitions, the calendars and the date alone, as the plan does (SEMANTICS S24).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from boms_tui.model.condition import Condition, Dependency, EventWait, FileWait, Group, duration_text
from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.placeholders import pieces
from boms_tui.model.planning import Plan, ordered, why_not
from boms_tui.model.shape import shape_of
from boms_tui.model.trigger import EventStart, FileStart


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is to be expected of a process; for one business date, or for good."""

    process: ProcessId
    reason: str
    business_date: date | None = None


@dataclass(frozen=True, slots=True)
class Prospects:
    """Of what is planned for a date: what it `needs` from outside, and what of it is `unset` for ever."""

    needs: tuple[Prospect, ...]
    unset: tuple[Prospect, ...]


class Open(NamedTuple):
    """What a condition waits for: things that come from outside, and things that will not come."""

    needs: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()


def prospects(catalogue: Catalogue, plan: Plan, day: date) -> Prospects:
    """What the runs planned for business date `day` wait for that no process of the plan brings about."""
    planned = list(dict.fromkeys(one.process for one in plan.planned))
    outlook = _Outlook(catalogue, day, planned)
    causes: defaultdict[ProcessId, list[str]] = defaultdict(list)
    for one in plan.planned:
        causes[one.process].append(one.cause)
    needs, unset = [], []
    for name in planned:
        process = catalogue.processes[name]
        needs += [Prospect(name, f"is ordered by {text}", day) for text in _outside_cause(process, causes[name], day)]
        for whose, found in outlook.waits(process):
            needs += [Prospect(name, f"{whose}waits for {text}", day) for text in found.needs]
            unset += [Prospect(name, f"{whose}waits for {text}", day) for text in found.unset]
    return Prospects(tuple(needs), tuple(unset))


def _outside_cause(process: Process, causes: Iterable[str], day: date) -> Iterator[str]:
    """The events and files of which one has to come, where nothing else orders a process."""
    outside = [
        f"file {_filled(start.check.path, day)}" if isinstance(start, FileStart) else str(start)
        for start in process.start
        if isinstance(start, EventStart | FileStart)
    ]
    if all(cause in outside for cause in causes):
        yield " or ".join(outside)


class _Outlook:
    """What is ordered for the dates that the processes planned for a day read."""

    def __init__(self, catalogue: Catalogue, day: date, planned: Iterable[ProcessId]) -> None:
        self._catalogue = catalogue
        self._day = day
        self._ordered: Mapping[date, set[ProcessId]] = {day: set(planned)}
        read: defaultdict[date, set[ProcessId]] = defaultdict(set)
        for name in self._ordered[day]:
            for _, dependency in shape_of(catalogue.processes[name]).outside:
                other = catalogue.date_read(dependency, day)
                if other is not None and other != day and dependency.process is not None:
                    read[other].add(dependency.process)
        self._ordered |= {other: ordered(catalogue, other, names) for other, names in read.items()}

    def waits(self, process: Process) -> Iterator[tuple[str, Open]]:
        """What the run and each task wait for, with whose it is."""
        for condition in process.after:
            yield "", self._open(condition)
        for task in process.tasks.values():
            for condition in shape_of(process).outer[task.name]:
                yield f"{task.name} ", self._open(condition)

    def _open(self, condition: Condition) -> Open:
        match condition:
            case Dependency():
                unset = self._unset(condition) if condition.process is not None else ""
                return Open(unset=(unset,)) if unset else Open()
            case EventWait(event):
                return Open(needs=(f"event {event}",))
            case FileWait(check):
                return Open(needs=(f"file {_filled(check.path, self._day)}",))
            case Group():
                return (_every if condition.every else _any)([self._open(one) for one in condition.of])

    def _unset(self, dependency: Dependency) -> str:
        """Why nobody will set a dependency on another process; "" where somebody will."""
        name = dependency.process or ProcessId("")
        known = self._catalogue.processes.get(name)
        day = self._catalogue.date_read(dependency, self._day)
        if dependency.if_planned:
            return ""
        if known is None:
            return f"{name}, which is not defined"
        if day is None:
            within = f" within {duration_text(dependency.within)}" if dependency.within is not None else ""
            return "" if known.start else f"{name}{within}, which only a person orders"
        if name in self._ordered[day]:
            return ""
        return f"{name}@{day}, which nothing orders for that date: {why_not(self._catalogue, known, day)}"


def _every(parts: list[Open]) -> Open:
    return Open(tuple(one for part in parts for one in part.needs), tuple(one for part in parts for one in part.unset))


def _any(parts: list[Open]) -> Open:
    """One that comes is enough; so is one that may come from outside."""
    if any(part == Open() for part in parts):
        return Open()
    hopeful = [" and ".join(part.needs) for part in parts if not part.unset]
    if hopeful:
        return Open(needs=(" or ".join(hopeful),))
    return Open(unset=(", or for ".join("; ".join(part.unset) for part in parts),))


def _filled(path: str, day: date) -> str:
    """A path with the business date in it; what only a run knows stays a placeholder."""
    return "".join(
        text or (day.strftime(form or "%Y-%m-%d") if name == "business_date" else f"${{{name}}}")
        for text, name, form in pieces(path)
    )
