"""All that is known of an attempt that nobody can prove, for the person who must decide."""

from collections.abc import Iterator

from boms_tui.model.records import Attempt
from boms_tui.model.verbs import VERBS
from boms_tui.model.views import Output, Progress
from boms_tui.screens.line import Line, line
from boms_tui.screens.rows.meter import said
from boms_tui.screens.text import fit, safe, wrap
from boms_tui.screens.when import Moment, day_stamp, duration

TITLE = "It may have run, and nobody can prove how it ended"
_LABEL = 11


def evidence_lines(
    attempt: Attempt, output: Output | None, progress: Progress | None, moment: Moment
) -> Iterator[Line]:
    """What the spool proved, where and when it ran, its last words, and who decides."""
    resolve = VERBS["resolve"]
    facts = (
        ("proved", safe(attempt.reason) or "nothing", "odd"),
        ("ran", _ran(attempt, moment), ""),
        ("said", _said(progress, moment), ""),
        ("last line", _last_line(attempt, output, moment), ""),
        ("next", f"look on {safe(attempt.node)}, then {resolve.key} says what happened ({resolve.role})", "dim"),
    )
    for label, text, tone in facts:
        if text:
            yield from _fact(label, text, tone, moment.width)


def _fact(label: str, text: str, tone: str, width: int) -> Iterator[Line]:
    for number, part in enumerate(wrap(text, max(10, width - _LABEL - 3))):
        name = label if number == 0 else ""
        yield line(f"#{label}{number}", (f"  {fit(name, _LABEL)}", "faint"), (part, tone))


def _ran(attempt: Attempt, moment: Moment) -> str:
    pid = f", pid {attempt.pid}" if attempt.pid is not None else ""
    where = f"attempt {attempt.number} on {safe(attempt.node)}{pid}"
    if attempt.started_at is None:
        return f"{where}, claimed {day_stamp(attempt.claimed_at, moment)}, its start was not recorded"
    return f"{where}, started {day_stamp(attempt.started_at, moment)}, {duration(moment.now - attempt.started_at)} ago"


def _said(progress: Progress | None, moment: Moment) -> str:
    if progress is None:
        return ""
    percent = f"{progress.meter}% " if progress.meter is not None else ""
    return f"{day_stamp(progress.at, moment)}  {percent}{said(progress, 0).label}"


def _last_line(attempt: Attempt, output: Output | None, moment: Moment) -> str:
    if output is None or output.attempt != attempt.id:
        return "no output is known of it"
    rows = [row for row in output.tail.decode("utf-8", errors="replace").splitlines() if row.strip()]
    last = safe(rows[-1].expandtabs(8)) if rows else "it printed nothing"
    return f"{last}  (as of {day_stamp(output.at, moment)})"
