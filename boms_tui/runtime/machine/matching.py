"""Looking for patterns in what a program printed, line by line, in bounded memory and in time linear in its size.

`out.log` keeps the first and the last half of the cap. What lies between is cut: a line that reaches into it is torn,
and what is found in the rest of it counts only where the missing part could not change that.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from boms_tui.model.checks import NotSeen, OutputSeen, quote
from boms_tui.model.definition import OutputCheck
from boms_tui.runtime.output.redaction import redact

if TYPE_CHECKING:
    import re2

WINDOW = 1 << 20
"""Bytes that are searched at a time, whole lines where they fit."""
OVERLAP = 1 << 16
"""Bytes of a longer line that are searched again with what follows them: a match across has this length at most."""
_AROUND = 1_024
LOST = NotSeen("is lost")
_ANCHORS = {r"\A": "^", r"\z": "$"}


class Printed(NamedTuple):
    """What the exit record says of the output, and the cap under which it was kept; bytes."""

    size: int
    dropped: int
    cap: int


class Extent(NamedTuple):
    """A part of the file, and whether the line at its start or end goes on outside of it."""

    start: int
    end: int
    torn_start: bool = False
    torn_end: bool = False


Patterns: TypeAlias = "tuple[re2._Regexp | None, re2._Regexp | None]"


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of text to search between `start` and `end`; a byte before or behind only says that the line goes on."""

    text: bytes
    start: int
    end: int


def search(file: Path, printed: Printed, check: OutputCheck, values: Sequence[bytes]) -> OutputSeen | NotSeen:
    """What a check of the output is to be judged by. `values` are redacted in the lines that are quoted.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        fd = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return LOST
    try:
        about = os.fstat(fd)
        kept = extents(about.st_size, printed)
        if not stat.S_ISREG(about.st_mode) or kept is None:
            return LOST
        with _compiled(check) as patterns:
            found = _first_lines(_windows_of(fd, kept), patterns, values)
        return OutputSeen(printed.size, printed.dropped, *found)
    finally:
        os.close(fd)


def extents(size: int, printed: Printed) -> tuple[Extent, ...] | None:
    """Where in a file of `size` bytes the output is; None where some of what was kept is gone.

    The middle is a hole or, where the file system cannot punch one, the end was moved down.
    """
    if size < printed.size - printed.dropped:
        return None
    if not printed.dropped:
        return (Extent(0, printed.size),)
    head = printed.cap // 2
    moved = max(0, printed.size - size)
    tail = head + max(0, printed.dropped - moved)
    return Extent(0, head, torn_end=True), Extent(tail, printed.size - moved, torn_start=True)


def windows(pieces: Iterable[bytes], *, torn_start: bool = False, torn_end: bool = False) -> Iterator[Window]:
    """Pieces of text as windows of whole lines; a line that is longer than one comes in several that overlap."""
    rest, torn = b"", torn_start
    for piece in pieces:
        data = rest + piece
        end = data.rfind(b"\n") + 1
        if end:
            yield _window(data[:end], torn_start=torn, torn_end=False)
            rest, torn = data[end:], False
        elif len(data) >= WINDOW:
            yield _window(data, torn_start=torn, torn_end=True)
            rest, torn = data[-OVERLAP:], True
        else:
            rest = data
    if rest:
        yield _window(rest, torn_start=torn, torn_end=torn_end)


def _window(raw: bytes, *, torn_start: bool, torn_end: bool) -> Window:
    """Line ends as they are matched, and a mark for each byte that is no UTF-8."""
    left, right = int(torn_start), int(torn_end or raw.endswith(b"\n"))
    middle = raw[left : len(raw) - right].replace(b"\r\n", b"\n")
    text = middle if middle.isascii() else middle.decode(errors="replace").encode()
    behind = raw[max(left, len(raw) - right) :]
    if behind == b"\n":
        text = text.removesuffix(b"\r")
    return Window(raw[:left] + text + behind, left, left + len(text))


def _windows_of(fd: int, kept: Iterable[Extent]) -> Iterator[Window]:
    for extent in kept:
        places = range(extent.start, extent.end, WINDOW)
        pieces = (os.pread(fd, min(WINDOW, extent.end - at), at) for at in places)
        yield from windows(pieces, torn_start=extent.torn_start, torn_end=extent.torn_end)


def _first_lines(found: Iterable[Window], patterns: Patterns, values: Sequence[bytes]) -> tuple[str, str]:
    """The first line that each pattern matches, as it is quoted; looks no further than the first forbidden one."""
    forbids, asks = patterns
    required = ""
    for window in found:
        if forbids is not None and (hit := forbids.search(window.text, window.start, window.end)):
            return _quoted(window, hit.start(), values), required
        if asks is not None and not required and (hit := asks.search(window.text, window.start, window.end)):
            required = _quoted(window, hit.start(), values)
            if forbids is None:
                break
    return "", required


def _quoted(window: Window, at: int, values: Sequence[bytes]) -> str:
    text = window.text
    line = max(text.rfind(b"\n", 0, at) + 1, at - _AROUND)
    end = text.find(b"\n", at, at + _AROUND)
    shown = redact(text[line : end if end >= 0 else at + _AROUND], values, torn=True)
    return quote(shown, at - line)


@contextmanager
def _compiled(check: OutputCheck) -> Iterator[Patterns]:
    """What is forbidden and what is required. Each may take up to 8 MiB, so that none is kept."""
    import re2

    try:
        yield pattern_of(check.fail_on), pattern_of(check.require)
    finally:
        re2.purge()


def pattern_of(text: str) -> "re2._Regexp | None":
    """Each line is a text of its own: anchors mean its start and end, and nothing matches beyond them."""
    import re2

    if not text:
        return None
    options = re2.Options()
    options.log_errors, options.never_nl, options.never_capture = False, True, True
    of_lines = re.sub(r"\\.", lambda escaped: _ANCHORS.get(escaped[0], escaped[0]), text)
    return re2.compile(f"(?m:{of_lines})", options)
