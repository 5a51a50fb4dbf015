"""What the checks of an attempt found, as lines: those that failed first."""

from collections.abc import Iterator, Sequence

from boms_tui.model.records import CheckVerdict
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.text import fit, safe, wrap
from boms_tui.screens.when import Moment, stamp

_LEAD = 28


def checks_of(checks: Sequence[CheckVerdict], attempt: str) -> list[CheckVerdict]:
    """The checks of one attempt, those that failed first, else in the order they were made."""
    mine = [check for check in checks if check.attempt == attempt]
    return sorted(mine, key=lambda check: (check.passed, check.at, check.phase != "before", check.place))


def checks_title(checks: Sequence[CheckVerdict], number: int) -> str:
    failed = sum(not check.passed for check in checks)
    found = f"{failed} of {len(checks)} failed" if failed else f"all {len(checks)} passed"
    return f"Checks of attempt {number}: {found}"


def check_lines(checks: Sequence[CheckVerdict], moment: Moment) -> Iterator[Line]:
    """Each check: whether it passed, its phase, when, what was checked and what it saw."""
    for number, check in enumerate(checks):
        yield from _check(check, f"#check{number}", moment)


def _check(check: CheckVerdict, key: str, moment: Moment) -> Iterator[Line]:
    glyph, word, tone = ("✓", "passed", "ok") if check.passed else ("✗", "failed", "bad")
    head = (
        Span(f"  {glyph} {fit(word, 7)}", tone),
        Span(f"{fit(check.phase, 7)}{stamp(check.at, moment.zone)} ", "dim"),
    )
    indent = (Span(" " * (_LEAD - 1)),)
    width = max(10, moment.width - _LEAD - 1)
    for number, part in enumerate(wrap(safe(check.check), width)):
        yield line(f"{key}.{number}", *(head if number == 0 else indent), (part, "faint" if check.passed else ""))
    for number, part in enumerate(wrap(f"saw: {safe(check.saw)}", width)) if check.saw else ():
        yield line(f"{key}.saw{number}", *indent, (part, "faint" if check.passed else tone))
