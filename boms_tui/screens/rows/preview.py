"""The run under the board's cursor in more words, for the pane beside a wide board."""

from collections.abc import Iterator

from boms_tui.model.states import TaskState
from boms_tui.model.views import BoardRow
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.rows.bars import done, progress
from boms_tui.screens.rows.deadlines import expected_end, late_mark
from boms_tui.screens.rows.detail import pair
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.text import clip, fit, safe
from boms_tui.screens.when import Moment, clock_text, elapsed


def preview_lines(row: BoardRow, moment: Moment) -> list[Line]:
    """What the board knows of one run."""
    return [line(f"#{number}", *spans) for number, spans in enumerate(_spans(row, moment))]


def _spans(row: BoardRow, moment: Moment) -> Iterator[tuple[Span, ...]]:
    run, width = row.run, moment.width
    sign = RUN_SIGNS[run.state]
    yield (Span(clip(safe(row.title or run.process), width), "strong"),)
    yield (Span(clip(safe(run.id), width), "accent"),)
    yield ()
    yield (Span(f"{sign.glyph} {sign.word}", sign.tone),)
    if run.reason:
        yield from pair("why", safe(run.reason), width, sign.tone)
    yield ()
    if row.total:
        yield (*progress(row.counts, max(1, width - 8)), Span(f" {done(row.counts)}/{row.total}", "dim"))
    else:
        yield (Span("it has no tasks", "dim"),)
    for state in TaskState:
        if row.counts.get(state):
            look = TASK_SIGNS[state]
            yield (Span(f"  {look.glyph} {fit(look.word, 12)}", look.tone), Span(str(row.counts[state]), "dim"))
    yield ()
    yield from pair("date", f"{run.business_date:%a %d %b %Y}", width)
    yield from pair(
        "ordered", f"{clock_text(run.ordered_at, moment.zone, now=moment.now)} by {safe(run.ordered_by)}", width
    )
    if run.started_at is not None:
        yield from pair("started", clock_text(run.started_at, moment.zone, now=moment.now), width)
        yield from pair("took", elapsed(run.started_at, run.ended_at, moment.now), width)
    if run.expected_end is not None:
        yield from pair("ends", expected_end(run, moment), width)
    if run.late:
        yield from pair("late", ", ".join(run.late), width, late_mark(run).tone)
    yield from pair("revision", str(run.revision), width)
    for name, value in run.parameters.items():
        yield from pair(clip(safe(name), 11), safe(value), width)
