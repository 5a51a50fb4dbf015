"""What a task says of itself in its output: lines `::boms meter 42` and `::boms label copying`; the newest counts."""

import re
from datetime import datetime

from boms_tui.model.condition import LONGEST_LABEL
from boms_tui.model.text import safe
from boms_tui.model.views import Progress

MOST_LABELS = 1_000
"""Different labels between two looks; of more, the first are forgotten."""
_LONGEST_LINE = 4_096
"""Bytes; a longer line says nothing."""
_MARK = b"::boms "
_SAYS = re.compile(rb"^::boms (meter|label)(?: ([^\n]*))?$", re.MULTILINE)
_NUMBER = re.compile(rb"[+-]?[0-9]{1,18}")


class Hearing:
    """Follows one output, line by line. `at` is where what was not heard yet begins."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress
        self._labels: dict[str, None] = {} if progress is None else {progress.label: None}
        self.at = 0
        self._within_line = False

    def skip_to(self, start: int) -> None:
        """Leave out what lies before `start`, and the line that it is in."""
        self.at = start
        self._within_line = True

    def hear(self, data: bytes, now: datetime, *, last: bool) -> bool:
        """Take in what begins at `at`, whole lines only unless nothing follows; whether it said something new."""
        end = len(data) if last else data.rfind(b"\n") + 1
        heard = self._lines(data[:end])
        if not end and len(data) > _LONGEST_LINE:
            end, self._within_line = len(data), True
        self.at += end
        return _MARK in heard and self._take(_SAYS.findall(heard), now)

    def labels(self) -> list[str]:
        """The labels that were said since this was last asked, in their order, each once."""
        said, self._labels = self._labels, {}
        return list(said)

    def _lines(self, data: bytes) -> bytes:
        """`data` without the rest of a line of which the beginning was not heard."""
        if not self._within_line or not data:
            return data
        self._within_line = b"\n" not in data
        return data.partition(b"\n")[2]

    def _take(self, said: list[tuple[bytes, bytes]], now: datetime) -> bool:
        """Take in what was said, in its order; a meter that is no number says nothing."""
        meter, label = (self.progress.meter, self.progress.label) if self.progress is not None else (None, "")
        before = meter, label
        for number in (text.strip() for what, text in said if what == b"meter"):
            if _NUMBER.fullmatch(number):
                meter = min(100, max(0, int(number)))
        newest_first = dict.fromkeys(text.strip() for what, text in reversed(said) if what == b"label")
        for text in reversed(list(newest_first)[:MOST_LABELS]):
            label = _label(text)
            self._labels[label] = None
        if (meter, label) == before:
            return False
        self.progress = Progress(meter, label, now)
        return True


def _label(text: bytes) -> str:
    return safe(text[:_LONGEST_LINE].decode(errors="replace"))[:LONGEST_LABEL]
