"""The `boms` program: hands the command line over, and makes every way of ending a quiet one."""

import gc
import io
import os
import sys

INTERRUPTED = 130
PIPE_CLOSED = 141
SELDOM = 100_000
"""Objects made between two looks for garbage: importing makes many and drops few; looking was a third of a start."""


def main() -> int:
    """Run the command that `sys.argv` names; the exit code."""
    gc.set_threshold(SELDOM, 10, 10)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        from boms_tui.cli import run

        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = PIPE_CLOSED
    return code


if __name__ == "__main__":
    sys.exit(main())
