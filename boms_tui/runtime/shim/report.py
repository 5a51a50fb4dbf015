"""What a shim reports: hints on its pipe to the runtime, and how the attempt ended as pairs of the exit record."""

import errno
import os
import time

from .files import VERSION, Pairs

SECOND = 1_000_000_000


def since_boot() -> int:
    """Nanoseconds since boot, sleep included: a clock that nobody can set."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def wall_clock() -> bytes:
    """Nanoseconds since 1970."""
    return b"%d" % time.clock_gettime_ns(time.CLOCK_REALTIME)


def tell(line: bytes) -> None:
    """A hint to the runtime, where one listens; the files are the truth."""
    try:
        os.write(2, line + b"\n")
    except OSError:
        return


def result(how: bytes, ended: bytes, text: bytes = b"", **numbers: int) -> Pairs:
    pairs = [(b"version", VERSION), (b"how", how), (b"ended", ended), (b"text", text[:200].replace(b"\0", b" "))]
    return pairs + [(name.encode(), b"%d" % value) for name, value in numbers.items()]


def failed_start(what: bytes, error: OSError) -> Pairs:
    return result(b"start-failed", wall_clock(), explain(what, error), errno=number_of(error))


def explain(what: bytes, error: OSError | ValueError) -> bytes:
    """`what: ENOENT No such file or directory`."""
    number = number_of(error)
    if not number:
        return b"%s: %s" % (what[-120:], str(error).encode(errors="replace"))
    return b"%s: %s %s" % (what[-120:], errno.errorcode.get(number, "").encode(), os.strerror(number).encode())


def number_of(error: OSError | ValueError) -> int:
    return error.errno or 0 if isinstance(error, OSError) else 0
