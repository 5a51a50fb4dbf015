"""Every state as sign + word + tone, so that none is told by colour alone. All signs are one cell wide."""

from typing import NamedTuple

from boms_tui.model.states import AttemptState, RunState, TaskState


class Sign(NamedTuple):
    """How a state looks."""

    glyph: str
    word: str
    tone: str


T, R, A = TaskState, RunState, AttemptState

TASK_SIGNS: dict[TaskState, Sign] = {
    T.WAITING: Sign("·", "waiting", "wait"),
    T.CONFIRM: Sign("◇", "confirm", "warn"),
    T.READY: Sign("◦", "ready", "accent"),
    T.STARTING: Sign("▷", "starting", "live"),
    T.RUNNING: Sign("▶", "running", "live"),
    T.BACKOFF: Sign("↻", "backoff", "warn"),
    T.KILLING: Sign("▼", "killing", "bad"),
    T.UNKNOWN: Sign("?", "unknown", "odd"),
    T.SUCCEEDED: Sign("✓", "succeeded", "ok"),
    T.FAILED: Sign("✗", "failed", "bad"),
    T.SKIPPED: Sign("»", "skipped", "odd"),
    T.FORCED_OK: Sign("†", "forced-ok", "odd"),
    T.NOT_NEEDED: Sign("-", "not-needed", "wait"),
    T.CANCELLED: Sign("×", "cancelled", "wait"),
}

RUN_SIGNS: dict[RunState, Sign] = {
    R.PLANNED: Sign("◦", "planned", "wait"),
    R.WAITING: Sign("·", "waiting", "wait"),
    R.RUNNING: Sign("▶", "running", "live"),
    R.STALLED: Sign("▲", "stalled", "warn"),
    R.SUCCEEDED: Sign("✓", "succeeded", "ok"),
    R.FAILED: Sign("✗", "failed", "bad"),
    R.CANCELLED: Sign("×", "cancelled", "wait"),
    R.MISSED: Sign("○", "missed", "warn"),
}

ATTEMPT_SIGNS: dict[AttemptState, Sign] = {
    A.STARTING: Sign("▷", "starting", "live"),
    A.RUNNING: Sign("▶", "running", "live"),
    A.SUCCEEDED: Sign("✓", "succeeded", "ok"),
    A.FAILED: Sign("✗", "failed", "bad"),
    A.KILLED: Sign("▼", "killed", "bad"),
    A.TIMED_OUT: Sign("◷", "timed-out", "bad"),
    A.START_FAILED: Sign("✗", "start-failed", "bad"),
    A.CHECK_FAILED: Sign("✗", "check-failed", "bad"),
    A.VOID: Sign("∅", "void", "wait"),
    A.UNKNOWN: Sign("?", "unknown", "odd"),
}

PLAIN = str.maketrans(
    {
        "·": ".", "◇": "?", "◦": "o", "▷": ">", "▶": ">", "↻": "~", "▼": "v", "✓": "+", "✗": "x", "»": "s",
        "†": "f", "×": "c", "▲": "!", "○": "m", "◷": "t", "∅": "0", "─": "-", "│": "|", "┌": "+", "┐": "+",
        "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "━": "=", "╌": "-", "…": "~",
        "›": ">", "●": "*", "▸": ">", "↳": ">", "◆": "#", "⏎": "^", "█": "#", "■": "#", "→": ">", "–": "-",
        "╭": "+", "╮": "+", "╰": "+", "╯": "+", "▔": "-", "‹": "<", "↑": "^", "↓": "v",
    }
)  # fmt: skip
"""The signs and lines of a terminal without Unicode, cell for cell."""
