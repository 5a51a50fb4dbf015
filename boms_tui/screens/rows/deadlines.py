"""Deadlines as operators read them: what is late, what is at risk, what nothing has ordered, and when runs end."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from boms_tui.model.deadlines import Deadline, deadlines_of
from boms_tui.model.ids import folder_of
from boms_tui.model.records import Late, Run
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.views import Overdue, RunView
from boms_tui.screens.filter import Term, matches
from boms_tui.screens.line import Column, Line, Span, cells, rule
from boms_tui.screens.text import clip, fit, safe, wrap_most
from boms_tui.screens.when import Moment, clock_text, duration

NOT_ORDERED = "not ordered"
MOST = 5
"""How many processes that nothing has ordered are named on the board."""
MOST_LINES = 2
"""How many lines the deadlines of a run take."""
_WORDS = {Late.START_BY: "start by", Late.FINISH_BY: "finish by", Late.MAX_DURATION: "may take until"}
_PASSED = {Late.START_BY: "was to start by", Late.FINISH_BY: "was to finish by", Late.MAX_DURATION: "was to end by"}
IN_TIME = 2
_NOTHING, _MINUTE, _HOUR = timedelta(), timedelta(minutes=1), timedelta(hours=1)


def late_mark(run: Run) -> Span:
    """What stands beside the name of a run that is late, was late, or will be."""
    is_open = run.state not in RUN_ENDED
    if any(late != Late.AT_RISK for late in run.late):
        return Span("LATE", "bad") if is_open else Span("late", "dim")
    return Span("at risk", "warn") if run.late else Span("", "dim")


def lateness(run: Run) -> int:
    """The order in which runs are looked at: open ones that are late, those at risk, all others, which are `IN_TIME`.

    What has ended is not late any more: nobody can do anything about it.
    """
    if run.state in RUN_ENDED or not run.late:
        return IN_TIME
    return 0 if any(late != Late.AT_RISK for late in run.late) else 1


def expected_end(run: Run, moment: Moment) -> str:
    """`~21:10`; "" where nothing is foretold. What is overdue ends now at the earliest."""
    return "" if run.expected_end is None else f"~{clock_text(max(run.expected_end, moment.now), moment.zone)}"


def deadline_lines(view: RunView, moment: Moment) -> Iterator[Line]:
    """The deadlines of an open run with their margins, and when it will end; of an ended one, those that it passed."""
    text, mark = _deadlines(view, moment), late_mark(view.run)
    said = ": ".join(filter(None, (mark.text, text))) if text else ""
    for number, part in enumerate(wrap_most(said, moment.width - 2, MOST_LINES) if said else ()):
        yield Line(f"#deadlines{number}", (Span(f" {part}", mark.tone),), pick=False)


def _deadlines(view: RunView, moment: Moment) -> str:
    run = view.run
    if run.state in RUN_ENDED:
        return ", ".join(run.late)
    end = None if run.expected_end is None else max(run.expected_end, moment.now)
    ends = "" if end is None else f"ends ~{clock_text(end, moment.zone, now=moment.now)}"
    standing = (_standing(deadline, run, moment) for deadline in deadlines_of(view.definition, run))
    return "; ".join(filter(None, (ends, *standing)))


def _standing(deadline: Deadline, run: Run, moment: Moment) -> str:
    """By when, and what is left until then: from the expected end where there is one, else from now."""
    at = clock_text(deadline.at, moment.zone, now=moment.now)
    if deadline.at <= moment.now:
        return f"{_PASSED[deadline.late]} {at}, {_ago(moment.now - deadline.at)}"
    by = f"{_WORDS[deadline.late]} {at}"
    if run.expected_end is None or deadline.late is Late.START_BY:
        return f"{by}: in {_minutes(deadline.at - moment.now)}"
    margin = deadline.at - run.expected_end
    return f"{by}: {_minutes(abs(margin))} {'too late' if margin < _NOTHING else 'to spare'}"


def _ago(span: timedelta) -> str:
    return f"{_minutes(span)} ago" if span >= _MINUTE else "just now"


def _minutes(span: timedelta) -> str:
    """`17 min`, `1h04m`."""
    if span < _MINUTE:
        return "under a minute"
    return duration(span) if span >= _HOUR else f"{span // _MINUTE} min"


def overdue_lines(
    overdue: Sequence[Overdue], moment: Moment, table: Sequence[Column], terms: tuple[Term, ...]
) -> Iterator[Line]:
    """What should have a run by now and has none, the longest overdue first."""
    found = sorted((one for one in overdue if matches(terms, _fields(one))), key=lambda one: (one.at, one.process))
    if not found:
        return
    yield rule("#not ordered", NOT_ORDERED, moment.width, tone="bad", note=f"{len(found)}")
    for one in found[:MOST]:
        yield _overdue_line(one, moment, table)
    if len(found) > MOST:
        yield Line("#more not ordered", (Span(f"   and {len(found) - MOST} more", "dim"),), pick=False)


def _overdue_line(one: Overdue, moment: Moment, table: Sequence[Column]) -> Line:
    name = Span(fit(safe(one.process), table[1].width) + " ", "strong")
    head = (Span(" ◷ ", "bad"), name, *cells(table[2:4], (Span(safe(one.title), "dim"), Span("LATE", "bad"))))
    rest = moment.width - sum(column.width + 1 for column in table[:4] if column.width)
    by = clock_text(one.at, moment.zone, now=moment.now)
    return Line(f"#{one}", (*head, Span(clip(f"nothing has ordered it by {by}", rest), "bad")), pick=False)


def _fields(one: Overdue) -> dict[str, str]:
    """What the board's filter looks at."""
    return {
        "state": NOT_ORDERED,
        "dept": folder_of(one.process).casefold(),
        "process": one.process.casefold(),
        "date": one.business_date.isoformat(),
        "by": "",
        "tasks": "",
        "text": f"{one} {one.title} late {NOT_ORDERED}".casefold(),
    }
