"""`boms log`: what an attempt printed, as far as the store has it, and on request as it goes on."""

import threading
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass

from boms_tui import clock
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.naming import Names
from boms_tui.commands.ports import Reader
from boms_tui.commands.progress import progress_json
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.ids import split_ref
from boms_tui.model.records import Attempt
from boms_tui.model.states import ATTEMPT_LIVE
from boms_tui.model.views import Output, Stretch

_PAUSE = 0.25
_AT_ONCE = 1 << 20
"""The most bytes that following an output reads at once."""


def arguments(parser: Parser) -> None:
    parser.add_argument("task", metavar="RUN:TASK")
    parser.add_argument("--attempt", type=int, metavar="N", help="this attempt (the newest)")
    parser.add_argument("--all", action="store_true", help="all that was kept, not only the end")
    parser.add_argument("--follow", "-f", action="store_true", help="go on until the attempt ends")


def log(context: Context, given: Namespace) -> int:
    reader = context.reader
    attempt = _attempt(reader, Names(reader, clock.now()).task(given.task), given.attempt)
    if context.out.as_json:
        context.out.json(
            {**_json(attempt, reader.output(attempt.id)), **(_all_json(reader, attempt) if given.all else {})}
        )
        return ExitCode.DONE
    printed = Printed(context)
    if given.all:
        _print_all(reader, attempt, printed)
    else:
        printed.go_on(reader.output(attempt.id))
    if given.follow:
        _follow(reader, attempt, printed)
    printed.end()
    return ExitCode.DONE


@dataclass(slots=True)
class Printed:
    """How much of an attempt's output has been printed, in bytes, and what is kept back of an unfinished sign."""

    context: Context
    size: int = 0
    rest: bytes = b""
    ends_line: bool = True

    def go_on(self, output: Output | None) -> None:
        """Print what is new; where the tail does not reach back so far, say how much is missing."""
        if output is None or output.size <= self.size:
            return
        start = output.size - len(output.tail)
        if start > self.size:
            missing, dropped = _missing(self.size, start, output)
            where = "" if missing == dropped else "; boms log --all prints what was kept"
            self._note(
                f"{missing} bytes are not shown{f', the cap dropped {dropped} of them' if dropped else ''}{where}"
            )
        self.put(output.tail[max(0, self.size - start) :], output.size)

    def pass_over(self, start: int, output: Output) -> None:
        """Say why what lies before `start` is not there."""
        missing, dropped = _missing(self.size, start, output)
        others = f"{missing - dropped} {'are lost' if output.complete else 'are not in the store yet'}"
        both = (f"{dropped} bytes were dropped by the cap" if dropped else "", others if missing > dropped else "")
        self._note(", ".join(filter(None, both)))

    def put(self, data: bytes, size: int) -> None:
        """Print the bytes before `size`."""
        raw = self.rest + data
        whole = raw[: len(raw) - _unfinished(raw)]
        self.rest, self.size = raw[len(whole) :], size
        self._put(_text(whole))

    def end(self) -> None:
        if self.rest:
            self._put(_text(self.rest))
        if not self.ends_line:
            self.context.out.block("\n")

    def _note(self, text: str) -> None:
        self.rest = b""
        self._put(f"{'' if self.ends_line else chr(10)}... {text}\n")

    def _put(self, text: str) -> None:
        if text:
            self.context.out.block(text)
            self.ends_line = text.endswith("\n")


def _print_all(reader: Reader, attempt: Attempt, printed: Printed) -> None:
    for stretch in _stretches(reader, attempt):
        if stretch.start > printed.size and (known := reader.output(attempt.id, last=0)):
            printed.pass_over(stretch.start, known)
        printed.put(stretch.data, stretch.start + len(stretch.data))
    known = reader.output(attempt.id, last=0)
    if known is not None and known.complete and known.size > printed.size:
        printed.pass_over(known.size, known)


def _stretches(reader: Reader, attempt: Attempt) -> Iterator[Stretch]:
    at = 0
    while stretch := reader.stretch(attempt.id, at):
        yield stretch
        at = stretch.start + len(stretch.data)


def _missing(start: int, end: int, output: Output) -> tuple[int, int]:
    """How many bytes lie between, and how many of them the cap dropped."""
    return end - start, max(0, min(end, output.head + output.dropped) - max(start, output.head))


def _json(attempt: Attempt, output: Output | None) -> dict[str, object]:
    return {
        "attempt": attempt.id, "state": attempt.state, "size": output.size if output else 0,
        "dropped": output.dropped if output else 0, "complete": output.complete if output else False,
        "progress": progress_json(output.progress if output else None), "tail": _text(output.tail) if output else "",
    }  # fmt: skip


def _all_json(reader: Reader, attempt: Attempt) -> dict[str, object]:
    """The whole as texts, each with the number of bytes before it."""
    return {"parts": [{"start": one.start, "text": _text(one.data)} for one in _stretches(reader, attempt)]}


def _follow(reader: Reader, attempt: Attempt, printed: Printed) -> None:
    pause = threading.Event()
    while attempt.state in ATTEMPT_LIVE:
        pause.wait(_PAUSE)
        attempt = _attempt(reader, f"{attempt.run}:{attempt.task}", attempt.number)
        printed.go_on(reader.output(attempt.id, last=_AT_ONCE))


def _attempt(reader: Reader, ref: str, number: int | None) -> Attempt:
    run, task = split_ref(ref)
    attempts = sorted(reader.attempts(run, task), key=lambda attempt: attempt.number)
    if not attempts:
        raise UsageError(f"{ref} has not been started", f"`boms why {ref}` says what it waits for")
    if number is None:
        return attempts[-1]
    for attempt in attempts:
        if attempt.number == number:
            return attempt
    raise UsageError(f"{ref} has no attempt {number}", f"it has {', '.join(str(known.number) for known in attempts)}")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def _unfinished(raw: bytes) -> int:
    """How many bytes at the end are the beginning of a UTF-8 sign, 0 to 3, or of a line end, 1."""
    if raw.endswith(b"\r"):
        return 1
    for length in range(1, min(4, len(raw) + 1)):
        byte = raw[-length]
        if byte & 0xC0 == 0x80:
            continue
        needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return length if needed > length else 0
    return 0


COMMANDS = {"log": Command(with_age(log), arguments)}
