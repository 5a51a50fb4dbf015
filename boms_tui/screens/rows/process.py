"""The process browser as lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from boms_tui.model.condition import Outcome, duration_text
from boms_tui.model.definition import Missed, Process
from boms_tui.model.ids import folder_of
from boms_tui.model.records import Hold
from boms_tui.model.timetable import crons_of
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start
from boms_tui.model.views import ProcessRow, ProcessView
from boms_tui.screens.filter import Term, matches
from boms_tui.screens.line import Column, Line, Span, cells, line, marked, rule
from boms_tui.screens.rows.bars import done, progress
from boms_tui.screens.rows.detail import pair
from boms_tui.screens.rows.holds import hold_words, over
from boms_tui.screens.rows.schedule import is_cron, schedule_words
from boms_tui.screens.signs import RUN_SIGNS
from boms_tui.screens.text import clip, fit, safe, safe_lines, wrap
from boms_tui.screens.when import Moment, clock_text, date_text, elapsed

HELD = Span("HELD", "warn")


def start_words(start: Start, process: Process) -> str:
    """What orders a run, for the screen of its process."""
    match start:
        case CronStart(cron):
            return f"{schedule_words(cron, process.calendar)} {process.timezone}"
        case ProcessStart():
            where = f"{start.process}:{start.task}" if start.task else start.process
            return f"when {where} {f'says {start.milestone}' if start.milestone else _ENDS[start.when]}"
        case EventStart(event):
            return f"when {event} is posted"
        case FileStart(check):
            return f"when {check.path} comes"


def rule_words(process: Process) -> Iterator[tuple[str, str]]:
    """What else decides when it runs, each with its name: only what was chosen for it."""
    cyclic, late = process.cyclic, process.deadlines
    if cyclic is not None:
        until = f" until {cyclic.until:%H:%M}" if cyclic.until is not None else ""
        rounds = f", {cyclic.rounds} rounds a date at the most" if cyclic.rounds is not None else ""
        yield "again", f"{duration_text(cyclic.every)} after its {cyclic.start_from.value}{until}{rounds}"
    if process.once_per_date:
        yield "runs", "once a date, whatever orders it"
    if any(isinstance(start, CronStart) for start in process.start):
        yield "missed", _MISSED[process.missed]
    by = (
        f"start by {late.start_by:%H:%M}" if late.start_by is not None else "",
        f"finish by {late.finish_by:%H:%M}" if late.finish_by is not None else "",
        f"take {duration_text(late.max_duration)} at the most" if late.max_duration is not None else "",
    )
    if any(by):
        yield "deadlines", ", ".join(filter(None, by))


_MISSED = {
    Missed.ASK: "times wait for a person",
    Missed.LATEST: "times: the latest is run",
    Missed.ALL: "times: each is run in its turn",
    Missed.NONE: "times are let go",
}
_ENDS = {Outcome.SUCCEEDED: "has succeeded", Outcome.FAILED: "has failed", Outcome.FINISHED: "has finished"}

FIELDS = ("dept", "process", "owner", "state", "text")
"""What a filter can ask for by name."""


def fields(row: ProcessRow, held: str = "") -> Mapping[str, str]:
    """What a filter looks at, by `FIELDS`."""
    return {
        "dept": folder_of(row.id).casefold(),
        "process": row.id.casefold(),
        "owner": row.owner.casefold(),
        "state": row.last[1].value if row.last else "never",
        "text": f"{row.id} {row.title} {' '.join(row.starts)} {row.calendar} {held}".casefold(),
    }


def columns(width: int) -> tuple[Column, ...]:
    wide = width >= 90
    starts = 28
    title = max(0, width - 24 - starts - 12 - 6 - 5) if wide else 0
    name = 24 if wide else max(14, width - starts - 12 - 6 - 4)
    return (
        Column(" PROCESS", name), Column("TITLE", title), Column("STARTS", starts),
        Column("TASKS", 5, right=True), Column("LAST RUN", 11),
    )  # fmt: skip


def is_held(row: ProcessRow, holds: Iterable[Hold], now: datetime) -> bool:
    """Whether a hold stands on a process, or on something above it."""
    return any(hold.stands(now) for hold in over(holds, row.id, now))


def process_lines(
    rows: Sequence[ProcessRow], moment: Moment, terms: tuple[Term, ...], holds: Sequence[Hold] = ()
) -> list[Line]:
    """All processes by department."""
    groups: dict[str, list[ProcessRow]] = {}
    marks = {row.id: HELD if is_held(row, holds, moment.now) else Span("") for row in rows}
    for row in rows:
        if matches(terms, fields(row, marks[row.id].text)):
            groups.setdefault(folder_of(row.id), []).append(row)
    lines: list[Line] = []
    table = columns(moment.width)
    for folder in sorted(groups):
        title = safe(folder) or "top level"
        lines.append(rule(f"#{folder}", title, moment.width, note=str(len(groups[folder]))))
        members = sorted(groups[folder], key=lambda row: row.id)
        lines.extend(_process_line(row, table, marks[row.id], moment.now) for row in members)
    return lines


def _process_line(row: ProcessRow, table: tuple[Column, ...], mark: Span, now: datetime) -> Line:
    last = RUN_SIGNS[row.last[1]] if row.last else None
    name = Span(f" {safe(row.id.rpartition('/')[2])}")
    contents = (
        Span(safe(row.title), "dim"),
        Span(safe(", ".join(_starts(row, now)) or "by hand"), "dim"),
        Span(str(row.tasks), "faint"),
        Span(f"{last.glyph} {last.word}" if last else "never ran", last.tone if last else "faint"),
    )
    return Line(row.id, (*marked(name, mark, table[0].width), *cells(table[1:], contents)))


def _starts(row: ProcessRow, now: datetime) -> Iterator[str]:
    """What orders it; times with the zone whose clocks they are on."""
    zone = f"{now.astimezone(ZoneInfo(row.timezone)):%Z}"
    for start in row.starts:
        words = schedule_words(start, row.calendar)
        yield f"{words} {zone}" if is_cron(start) else words


def detail_lines(view: ProcessView, moment: Moment, holds: Iterable[Hold] = ()) -> list[Line]:
    """One process: what starts it, what it waits for, whom to call, how it went lately."""
    standing = over(holds, view.definition.id, moment.now)
    spans = _details(view.definition, view, moment, standing)
    return [line(f"#{number}", *parts) for number, parts in enumerate(spans)]


def _when(view: ProcessView, moment: Moment) -> Iterator[tuple[Span, ...]]:
    """What orders it and when next, on which dates, and within which hours its tasks may start."""
    process, width = view.definition, moment.width
    for start in process.start:
        yield from pair("starts", safe(start_words(start, process)), width)
    if not process.start:
        yield from pair("starts", "by hand", width)
    if crons_of(process):
        yield from pair("next", _next(view, moment), width)
    if process.calendar:
        yield from pair("calendar", safe(process.calendar), width)
    if process.window is not None:
        hours = f"{process.window.start:%H:%M} to {process.window.end:%H:%M} {process.timezone}"
        yield from pair("window", safe(hours), width)
    for name, words in rule_words(process):
        yield from pair(name, words, width)


def _next(view: ProcessView, moment: Moment) -> str:
    if view.next_start is None:
        return "never: its calendar selects no such date"
    local = view.next_start.astimezone(moment.zone)
    return f"{date_text(local)} {local:%H:%M %Z}"


def _details(process: Process, view: ProcessView, moment: Moment, holds: Sequence[Hold]) -> Iterator[tuple[Span, ...]]:
    width = moment.width
    yield (Span(clip(safe(process.title or process.id), width), "strong"),)
    yield (Span(clip(safe(process.id), width), "accent"),)
    for hold in holds:
        on = "" if hold.object == process.id else f"{hold.object} " if hold.object != "/" else "everything "
        yield from pair("held", safe(on + hold_words(hold, moment.now, moment.zone)), width, HELD.tone)
    yield from _when(view, moment)
    yield from pair("after", safe(", ".join(map(str, process.after))) or "nothing", width)
    yield from pair("owner", safe(process.owner), width)
    yield from pair("call", safe(", ".join(process.contacts)) or "nobody named", width)
    applied = clock_text(view.applied_at, moment.zone, now=moment.now)
    yield from pair("revision", f"{view.revision}, applied {applied} by {safe(view.applied_by)}", width)
    if view.templates:
        yield from pair("extends", safe(", ".join(view.templates)), width)
    for name, parameter in process.parameters.items():
        choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
        yield from pair("parameter", safe(f"{name} = {parameter.default or 'must be given'}{choices}"), width)
    yield from pair("tasks", safe(", ".join(process.tasks)), width)
    if view.runs:
        yield ()
        yield (Span("Last runs", "group"),)
    for row in view.runs:
        sign = RUN_SIGNS[row.run.state]
        took = elapsed(row.run.started_at, row.run.ended_at, moment.now)
        yield (
            Span(f"{sign.glyph} ", sign.tone),
            Span(fit(f"{row.run.business_date:%d %b}.{row.run.number}", 9)),
            Span(fit(sign.word, 10) + " ", sign.tone),
            *progress(row.counts, 8),
            Span(f" {done(row.counts)}/{row.total} {took}", "dim"),
        )
    if process.instructions:
        yield ()
        for text in safe_lines(process.instructions):
            yield from ((Span(part, "dim"),) for part in wrap(text, width))
