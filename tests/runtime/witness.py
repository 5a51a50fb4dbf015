"""What the tests' tasks run: write to the witness file that BOMS never reads, then end as told.

usage: witness.py FILE [code=N[,N...]] [seconds=S] [gate=FILE] [door=FIFO] [deaf=1]

Of several codes the first start of a task ends with the first, the next one with the second, all others with the last.
A gate is a file that must appear, a door a FIFO that must be opened for writing; who waits there costs nothing.
The deaf ignore SIGTERM.
"""

import os
import select
import signal
import sys


def say(file: str, what: str) -> None:
    attempt = f"{os.environ['BOMS_RUN']}:{os.environ['BOMS_TASK']}.{os.environ['BOMS_ATTEMPT']}"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{attempt} {os.getpid()} {what}\n".encode())
    try:  # noqa: SIM105 importing contextlib would take longer than everything else here
        os.fsync(descriptor)
    except OSError:
        pass  # a disk that fails by order of the test; the page is in the kernel all the same
    os.close(descriptor)


def starts_before(file: str) -> int:
    """How often this task of this run has started already, this start left out."""
    task = f"{os.environ['BOMS_RUN']}:{os.environ['BOMS_TASK']}."
    with open(file, encoding="utf-8") as lines:
        return sum(line.startswith(task) and line.endswith(" start\n") for line in lines) - 1


def main() -> int:
    file, *told = sys.argv[1:]
    options = dict(option.split("=", 1) for option in told)
    if "deaf" in options:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say(file, "start")
    print("at work", flush=True)
    select.select([], [], [], float(options.get("seconds", "0")))
    while "gate" in options and not os.path.exists(options["gate"]):
        select.select([], [], [], 0.02)
    if "door" in options:
        os.close(os.open(options["door"], os.O_RDONLY))
    codes = options.get("code", "0").split(",")
    code = int(codes[min(starts_before(file), len(codes) - 1)] if len(codes) > 1 else codes[0])
    say(file, f"end {code}")
    return code


sys.exit(main())
