"""Files that are waited for: what was last seen of them, and when that lets somebody start."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from boms_tui.model.checks import FileSeen, NotSeen, wrong_with
from boms_tui.model.condition import EventWait, FileCheck, FileWait
from boms_tui.model.placeholders import FILE, PARAMETER, render
from boms_tui.model.records import Run, Sighting

UNSEEN = "has not been looked at again yet"
"""What is wrong with a file that was seen, and may have changed since."""
_TICK = timedelta(microseconds=1)


def run_values(run: Run) -> Mapping[str, str | date]:
    """What the placeholders stand for that are known of a run before any attempt."""
    return {
        "business_date": run.business_date,
        "run": run.id,
        FILE: run.parameters.get(FILE, ""),
        **{f"{PARAMETER}{name}": value for name, value in run.parameters.items()},
    }


def awaited_file(wait: FileWait, run: Run) -> FileCheck:
    """The file that a run waits for, its path filled in."""
    return replace(wait.check, path=render(wait.check.path, run_values(run)))


def awaited_name(wait: FileWait | EventWait, run: Run) -> str:
    """What tells who waits for the same: `event:NAME`, or `file:PATH` with the path filled in."""
    return f"file:{awaited_file(wait, run).path}" if isinstance(wait, FileWait) else wait.name


def seen_in(sighting: Sighting) -> FileSeen | NotSeen:
    if sighting.problem or sighting.size is None or sighting.changed is None:
        return NotSeen(sighting.problem)
    return FileSeen(sighting.size, sighting.changed, sighting.since)


def wrong_with_it(check: FileCheck, sighting: Sighting, now: datetime) -> str:
    """Why a file is not as it is waited for; "" where it is."""
    seen = seen_in(sighting)
    return seen.why if isinstance(seen, NotSeen) else wrong_with(check, seen, now, now)


def turning_points(check: FileCheck, sighting: Sighting) -> Iterator[datetime]:
    """When a file, left alone, has settled, and when it is too old."""
    seen = seen_in(sighting)
    if isinstance(seen, NotSeen):
        return
    if check.settled_for is not None:
        yield seen.still_since + check.settled_for
    if check.newer_than is not None:
        yield seen.changed + check.newer_than + _TICK


def opening(check: FileCheck, sighting: Sighting, now: datetime) -> datetime | None:
    """When a file that is not as it is waited for will be, left alone; None where it will not."""
    coming = (at for at in turning_points(check, sighting) if at > now)
    return next((at for at in coming if not wrong_with_it(check, sighting, at)), None)
