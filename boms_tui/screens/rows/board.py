"""The runs of the board as lines: grouped, filtered, those that need a person on top."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from boms_tui.model.ids import folder_of
from boms_tui.model.states import RUN_ENDED, RunState, TaskState
from boms_tui.model.views import BoardRow
from boms_tui.screens.filter import Term, matches
from boms_tui.screens.line import Column, Line, Span, cells, marked, rule
from boms_tui.screens.rows.bars import done, progress
from boms_tui.screens.rows.deadlines import IN_TIME, expected_end, late_mark, lateness
from boms_tui.screens.rows.words import after_downtime, why
from boms_tui.screens.signs import RUN_SIGNS
from boms_tui.screens.text import clip, fit, safe
from boms_tui.screens.when import Moment, clock_text, elapsed

NEEDS_A_PERSON = "needs a person"
AFTER_DOWNTIME = "after downtime"
_ALARMED = frozenset({RunState.STALLED, RunState.FAILED, RunState.MISSED})


_HAS_ENDS = 70
"""The least width of a board that shows when runs end."""


class Grouping(StrEnum):
    """What the board groups runs by."""

    DEPARTMENT = "department"
    STATE = "state"


def current_date(rows: Sequence[BoardRow], today: date) -> date:
    """The business date the board is about: today's, or the newest there is where that is older."""
    return min(today, max((row.run.business_date for row in rows), default=today))


def of_current_dates(rows: Sequence[BoardRow], today: date) -> list[BoardRow]:
    """What belongs on the board: the current date's runs, older ones that are open, and what was missed lately."""
    first = current_date(rows, today)
    return [
        row
        for row in rows
        if row.run.business_date >= first or row.run.state not in RUN_ENDED or _is_news_of_downtime(row, today)
    ]


def _is_news_of_downtime(row: BoardRow, today: date) -> bool:
    """What was missed and waits to be decided about, or was decided about by policy since yesterday."""
    lately = row.run.ordered_at.date() >= today - timedelta(days=1)
    return row.run.state is RunState.MISSED or (after_downtime(row) and lately)


def needs_a_person(row: BoardRow) -> bool:
    """Whether nothing will happen here, or a result is not known, until somebody acts."""
    return (
        row.run.state in _ALARMED
        or row.counts.get(TaskState.UNKNOWN, 0) > 0
        or (row.run.state not in RUN_ENDED and row.counts.get(TaskState.CONFIRM, 0) > 0)
    )


FIELDS = ("state", "dept", "process", "date", "by", "tasks", "text")
"""What a filter can ask for by name."""


def fields(row: BoardRow) -> Mapping[str, str]:
    """What a filter looks at, by `FIELDS`."""
    run = row.run
    tasks = " ".join(state for state, number in row.counts.items() if number)
    return {
        "state": run.state.casefold(),
        "dept": folder_of(run.process).casefold(),
        "process": run.process.casefold(),
        "date": run.business_date.isoformat(),
        "by": run.ordered_by.casefold(),
        "tasks": tasks,
        "text": f"{run.id} {row.title} {run.reason} {late_mark(run).text}".casefold(),
    }


def columns(width: int, *, ends: bool = False) -> tuple[Column, ...]:
    """The columns that a board of this width has room for; `ends` says that the end of some run is foretold."""
    wide, ends = width >= 104, ends and width >= _HAS_ENDS
    bar, end = 16 if wide else 6 if ends else 10, 6 if ends else 0
    room = width - end - ends
    rest = room - (3 + 28 + 11 + bar + 1 + 7 + 6 + 8) if wide else 0
    title = min(32, rest - 1) if rest > 8 else 0
    why = rest - title - 3 if rest - title > 28 else 0
    name = 27 if wide else max(12, room - 38 - bar)
    return (
        Column("", 2), Column("RUN", name), Column("TITLE", title), Column("STATE", 10),
        Column("PROGRESS" if bar > 6 else "", bar), Column("DONE", 6, right=True), Column("START", 5, right=True),
        Column("TOOK", 7, right=True), Column("ENDS", end, right=True), Column("WHY", why),
    )  # fmt: skip


def foretold(rows: Sequence[BoardRow]) -> bool:
    """Whether the end of any of these runs is."""
    return any(row.run.expected_end is not None for row in rows)


def board_lines(
    rows: Sequence[BoardRow], moment: Moment, grouping: Grouping, terms: tuple[Term, ...], shown_date: date
) -> list[Line]:
    """The whole board."""
    found = [row for row in rows if matches(terms, fields(row))] if terms else list(rows)
    table = columns(moment.width, ends=foretold(rows))
    lines: list[Line] = []
    for title, members in _groups(found, grouping):
        alarm = title in {NEEDS_A_PERSON, AFTER_DOWNTIME}
        note = f"{len(members)}" if alarm or grouping is Grouping.STATE else _share(members)
        lines.append(
            rule(f"#{title}", title or "top level", moment.width, tone="warn" if alarm else "group", note=note)
        )
        for row in members:
            lines.extend(_run_lines(row, moment, table, shown_date, full=alarm or grouping is Grouping.STATE))
    return lines


def _share(rows: Sequence[BoardRow]) -> str:
    return f"{sum(row.run.state in RUN_ENDED for row in rows)}/{len(rows)}"


def _groups(rows: Sequence[BoardRow], grouping: Grouping) -> Iterator[tuple[str, list[BoardRow]]]:
    missed = [row for row in rows if after_downtime(row)]
    others = [row for row in rows if not after_downtime(row)]
    pinned = sorted(filter(needs_a_person, others), key=_urgency)
    if pinned:
        yield NEEDS_A_PERSON, pinned
    if missed:
        yield AFTER_DOWNTIME, sorted(missed, key=lambda row: (row.run.state is not RunState.MISSED, row.run.id))
    groups: dict[str, list[BoardRow]] = {}
    for row in others:
        if not needs_a_person(row):
            name = folder_of(row.run.process) if grouping is Grouping.DEPARTMENT else row.run.state.value
            groups.setdefault(name, []).append(row)
    order = sorted(groups) if grouping is Grouping.DEPARTMENT else [s for s in RunState if s in groups]
    for name in order:
        yield name, sorted(groups[name], key=_place)


def _place(row: BoardRow) -> tuple[int, str, date, int]:
    return lateness(row.run), row.run.process, row.run.business_date, row.run.number


def _urgency(row: BoardRow) -> tuple[int, bool, str, str]:
    return lateness(row.run), row.run.state is not RunState.STALLED, row.run.state, row.run.id


def _run_lines(
    row: BoardRow, moment: Moment, table: tuple[Column, ...], shown_date: date, *, full: bool
) -> Iterator[Line]:
    run, pinned = row.run, needs_a_person(row)
    sign, reason = RUN_SIGNS[run.state], why(row, moment)
    mark, ends = late_mark(run), expected_end(run, moment)
    name = Span(_name(row, shown_date, full=full), "strong" if pinned else "")
    head = (Span(f" {sign.glyph} ", sign.tone), *marked(name, mark, table[1].width))
    title = cells(table[2:3], (Span(safe(row.title), "dim"),))
    state = cells(table[3:4], (Span(sign.word, sign.tone),))
    if run.started_at is None and (run.state not in RUN_ENDED or after_downtime(row) or not row.total):
        beside = _beside(table, reason, Span(ends, mark.tone), moment.width)
        yield Line(run.id, (*head, *title, *state, *beside))
        return
    took = elapsed(run.started_at, run.ended_at, moment.now)
    start = clock_text(run.started_at, moment.zone)
    numbers = (
        Span(f"{done(row.counts)}/{row.total}", "dim"), Span(start, "faint"), Span(took, "dim"), Span(ends, mark.tone),
    )  # fmt: skip
    bar = (*progress(row.counts, table[4].width), Span(" "))
    tone = sign.tone if run.state in _ALARMED else "odd" if pinned else "dim"
    beside = cells(table[9:], (Span(reason, tone),))
    yield Line(run.id, (*head, *title, *state, *bar, *cells(table[5:9], numbers), *beside))
    if reason and pinned and not table[9].width:
        yield Line(f"{run.id}#why", (Span("   ↳ ", "faint"), Span(clip(reason, moment.width - 6), tone)), pick=False)


def _beside(table: tuple[Column, ...], reason: str, ends: Span, width: int) -> tuple[Span, ...]:
    """Why a run has not started, over the columns that it has nothing for, and when it will end in its own."""
    room = width - sum(column.width + 1 for column in table[:4] if column.width)
    end = table[8]
    if not (ends.text and end.width):
        return (Span(clip(reason, room), "dim"),)
    room -= sum(column.width + 1 for column in table[8:] if column.width)
    return (Span(f"{fit(reason, room - 1)} ", "dim"), *cells((end,), (ends,)))


def _name(row: BoardRow, shown_date: date, *, full: bool) -> str:
    run = row.run
    name = run.process if full else run.process.rpartition("/")[2]
    again = f" .{run.number}" if run.number > 1 else ""
    other = f" {run.business_date:%d %b}" if run.business_date != shown_date else ""
    return safe(f"{name}{again}{other}")


def chips(rows: Sequence[BoardRow]) -> tuple[Span, ...]:
    """The number of open runs that are late or will be, and of all in each state, for the header."""
    counts = Counter(row.run.state for row in rows)
    marks = Counter(late_mark(row.run) for row in rows if lateness(row.run) < IN_TIME)
    spans: list[Span] = []
    for mark in sorted(marks):
        spans.extend((Span(f"{mark.text} {marks[mark]}", mark.tone), Span("  ")))
    for state in RunState:
        if counts[state]:
            spans.extend((Span(f"{RUN_SIGNS[state].glyph} {counts[state]}", RUN_SIGNS[state].tone), Span("  ")))
    return tuple(spans[:-1])
