"""The end of an output as lines, and what the log pane says of itself."""

from boms_tui.model.records import Attempt
from boms_tui.model.views import Output
from boms_tui.screens.line import Line, line
from boms_tui.screens.text import safe, wrap

TAIL = 64 * 1024
"""The most of an output that is laid out, in bytes."""
_TOLD = "::boms "
"""How a line begins that a task prints for BOMS rather than for people."""


def log_lines(output: Output | None, width: int) -> list[Line]:
    """The end of an output, wrapped; what the cap cut away is said at the top."""
    if output is None:
        return [line("#empty", (" no output yet", "faint"))]
    lines: list[Line] = []
    tail = output.tail[-TAIL:]
    before = output.size - output.dropped - len(tail)
    if output.dropped:
        lines.append(line("#dropped", (f" {output.dropped:,} bytes were dropped by the cap", "warn")))
    if before > 0:
        lines.append(line("#before", (f" {before:,} bytes before this: boms log --all prints them", "faint")))
    text = tail.decode("utf-8", errors="replace")
    for number, row in enumerate(_rows(text)):
        for piece, part in enumerate(wrap(row, max(10, width - 2)) if len(row) > width - 2 else [row]):
            lines.append(line(f"#{number}.{piece}", (f" {part}", "faint" if row.startswith(_TOLD) else "")))
    return lines or [line("#empty", (" it printed nothing", "faint"))]


def _rows(text: str) -> list[str]:
    rows = text.replace("\r\n", "\n").split("\n")
    return [safe(row.rstrip("\r").expandtabs(8)) for row in (rows[:-1] if rows[-1] == "" else rows)]


def log_title(attempt: Attempt | None, output: Output | None, *, following: bool) -> str:
    """What the log pane says of itself."""
    if attempt is None:
        return "Log: nothing was started yet"
    size = f", {output.size:,} bytes" if output is not None else ""
    return f"Log of attempt {attempt.number}{size}, {'following' if following else 'stopped: F follows'}"
