"""What the checks of an attempt say of facts that somebody else gathered; what was seen is told beside each answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import OutputCheck
from boms_tui.model.planning import Hours
from boms_tui.model.text import safe

SKEW = timedelta(seconds=2)
"""How far the clock of a file's host may be ahead of ours."""
_LONGEST = 160
_BEFORE_MATCH = 40
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class DueFile:
    """A file check with its placeholders filled; people know the file by the path in it. `place` is where it lies."""

    check: FileCheck
    place: str


DueBefore = DueFile | Hours
DueAfter = DueFile | OutputCheck
DueCheck = DueBefore | DueAfter
"""A check of one attempt, its placeholders filled and its hours known."""


@dataclass(frozen=True, slots=True)
class NotSeen:
    """There is nothing to judge; `why` continues a sentence: `is not there`."""

    why: str


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A regular file; `size` in bytes. `since` is when it was first seen as it is, where somebody watches it."""

    size: int
    changed: datetime
    since: datetime | None = None

    @property
    def still_since(self) -> datetime:
        """When it was last seen, or said, to change: the time in it may be the one of a copied file."""
        return self.changed if self.since is None else max(self.changed, self.since)


@dataclass(frozen=True, slots=True)
class OutputSeen:
    """What was found in the output. Of `size` bytes, the cap cut `cut`; a quote is "" where no line matched."""

    size: int
    cut: int = 0
    forbidden: str = ""
    required: str = ""


class Finding(NamedTuple):
    """Whether a check has passed, and what it was judged by."""

    passed: bool
    saw: str


def words(check: DueCheck) -> str:
    """A check as it is told to people."""
    match check:
        case DueFile(FileCheck() as file):
            return ", ".join((f"file {safe(file.path)}", *_conditions(file)))
        case Hours(opens, closes):
            return f"between {opens:%H:%M} and {closes:%H:%M %Z}"
        case OutputCheck(fail_on, require):
            forbids = f"no line of the output matches {safe(fail_on)}" if fail_on else ""
            asks = f"a line of the output matches {safe(require)}" if require else ""
            return ", ".join(filter(None, (forbids, asks)))


def judge_file(due: DueFile, seen: FileSeen | NotSeen, now: datetime, ended: datetime | None = None) -> Finding:
    """Whether a file is as it must be. At the end of an attempt, which was at `ended`, it must have been new then."""
    name = safe(due.check.path)
    if isinstance(seen, NotSeen):
        return Finding(passed=False, saw=f"{name} {seen.why}")
    wrong = wrong_with(due.check, seen, now, ended or now)
    saw = f"{name}: {size_text(seen.size)}, changed {_since(seen.changed, now, ended)}"
    return Finding(not wrong, f"{saw}: {wrong}" if wrong else saw)


def judge_window(due: Hours, now: datetime) -> Finding:
    local = now.astimezone(due.opens.tzinfo)
    at = f"it is {local:%H:%M %Z}"
    if now < due.opens:
        return Finding(passed=False, saw=f"{at}, {span(due.opens - now)} before {due.opens:%H:%M}")
    if now > due.closes:
        return Finding(passed=False, saw=f"{at}, {span(now - due.closes)} past {due.closes:%H:%M}")
    return Finding(passed=True, saw=at)


def judge_output(check: OutputCheck, seen: OutputSeen | NotSeen) -> Finding:
    """Whether the output is as it must be. What the cap cut cannot be seen, and is not guessed."""
    if isinstance(seen, NotSeen):
        return Finding(passed=False, saw=f"the output {seen.why}")
    if seen.forbidden:
        return Finding(passed=False, saw=f"printed {seen.forbidden}")
    misses = bool(check.require) and not seen.required
    if seen.cut and (check.fail_on or misses):
        cut = f"{seen.cut:,} of {seen.size:,} bytes printed were cut"
        return Finding(passed=False, saw=f"no such line in what was kept, but {cut}: raise output_cap")
    if seen.required:
        return Finding(passed=True, saw=f"printed {seen.required}")
    return Finding(not misses, f"no such line in {seen.size:,} {_plural(seen.size, 'byte')}")


def quote(line: bytes, at: int = 0) -> str:
    """A line that a program printed, harmless and short, from a little before byte `at` on where it is long."""
    start = 0 if len(line) <= _LONGEST else max(0, at - _BEFORE_MATCH)
    text = safe(line[start : start + 4 * _LONGEST].decode(errors="replace"))
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return f'"{"…" if start else ""}{shown}"'


def span(length: timedelta) -> str:
    """A length of time in its largest unit, and in the next one where that is not nothing: `3 min`, `1 h 20 min`."""
    seconds = max(0, int(length.total_seconds()))
    place = next((n for n, (unit, _) in enumerate(_UNITS) if seconds >= unit), len(_UNITS) - 1)
    parts = []
    for unit, name in _UNITS[place : place + 2]:
        count, seconds = divmod(seconds, unit)
        parts.append(f"{count} {name}")
    return " ".join(part for n, part in enumerate(parts) if n == 0 or not part.startswith("0 "))


def _conditions(file: FileCheck) -> tuple[str, ...]:
    said = (
        file.min_size is not None and f"at least {file.min_size:,} {_plural(file.min_size, 'byte')}",
        file.max_size is not None and f"at most {file.max_size:,} {_plural(file.max_size, 'byte')}",
        file.newer_than is not None and f"changed within {span(file.newer_than)}",
        file.settled_for is not None and f"unchanged for {span(file.settled_for)}",
    )
    return tuple(one for one in said if one)


def wrong_with(check: FileCheck, seen: FileSeen, now: datetime, new_at: datetime) -> str:
    """The first thing that is wrong with a file; "" where nothing is."""
    asks_age = check.newer_than is not None or check.settled_for is not None
    if check.min_size is not None and seen.size < check.min_size:
        return "too small"
    if check.max_size is not None and seen.size > check.max_size:
        return "too large"
    if asks_age and seen.changed > now + SKEW:
        return "its time cannot be true"
    if check.newer_than is not None and new_at - seen.changed > check.newer_than:
        return "too old"
    if check.settled_for is not None and now - seen.still_since < check.settled_for:
        return "may still be changing"
    return ""


def size_text(size: int) -> str:
    return f"{size:,} {_plural(size, 'byte')}" if size else "empty"


def _since(changed: datetime, now: datetime, ended: datetime | None) -> str:
    if changed > now + SKEW:
        return f"{span(changed - now)} in the future"
    if ended is None:
        return f"{span(now - changed)} ago"
    return f"{span(ended - changed)} before the end" if changed <= ended else f"{span(changed - ended)} after the end"


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
