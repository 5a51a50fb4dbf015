"""`boms log`: what an attempt printed, as far as the store has it, and on request as it goes on."""

import threading
from argparse import Namespace
from dataclasses import dataclass

from boms_tui import clock
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.naming import Names
from boms_tui.commands.ports import Reader
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.ids import split_ref
from boms_tui.model.records import Attempt
from boms_tui.model.states import ATTEMPT_LIVE
from boms_tui.model.views import Output

_PAUSE = 0.25


def arguments(parser: Parser) -> None:
    parser.add_argument("task", metavar="RUN:TASK")
    parser.add_argument("--attempt", type=int, metavar="N", help="this attempt (the newest)")
    parser.add_argument("--follow", "-f", action="store_true", help="go on until the attempt ends")


def log(context: Context, given: Namespace) -> int:
    ref = Names(context.reader, clock.now()).task(given.task)
    attempt = _attempt(context.reader, ref, given.attempt)
    output = context.reader.output(attempt.id)
    if context.out.as_json:
        context.out.json({
            "attempt": attempt.id, "state": attempt.state, "size": output.size if output else 0,
            "dropped": output.dropped if output else 0, "tail": _text(output.tail) if output else "",
        })  # fmt: skip
        return ExitCode.DONE
    printed = Printed(context)
    printed.go_on(output)
    if given.follow:
        _follow(context.reader, attempt, printed)
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
        """Print what is new; where the store's tail no longer reaches back so far, say how much is missing."""
        if output is None or output.size <= self.size:
            return
        new = output.size - self.size
        if new > len(output.tail):
            self._put(f"... {new - len(output.tail)} bytes are not shown: the whole of it is in the node's spool\n")
            self.rest = b""
        raw = self.rest + output.tail[-new:] if new < len(output.tail) else self.rest + output.tail
        whole = raw[: len(raw) - _unfinished(raw)]
        self.rest, self.size = raw[len(whole) :], output.size
        self._put(_text(whole))

    def end(self) -> None:
        if self.rest:
            self._put(_text(self.rest))
        if not self.ends_line:
            self.context.out.block("\n")

    def _put(self, text: str) -> None:
        if text:
            self.context.out.block(text)
            self.ends_line = text.endswith("\n")


def _follow(reader: Reader, attempt: Attempt, printed: Printed) -> None:
    pause = threading.Event()
    while attempt.state in ATTEMPT_LIVE:
        pause.wait(_PAUSE)
        attempt = _attempt(reader, f"{attempt.run}:{attempt.task}", attempt.number)
        printed.go_on(reader.output(attempt.id))


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
