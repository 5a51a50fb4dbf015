"""What the tests' tasks run: write to the witness file that BOMS never reads, then end as told.

usage: witness.py FILE [code=N] [seconds=S] [gate=FILE]
"""

import os
import select
import sys


def say(file: str, what: str) -> None:
    attempt = f"{os.environ['BOMS_RUN']}:{os.environ['BOMS_TASK']}.{os.environ['BOMS_ATTEMPT']}"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{attempt} {os.getpid()} {what}\n".encode())
    os.fsync(descriptor)
    os.close(descriptor)


def main() -> int:
    file, *told = sys.argv[1:]
    options = dict(option.split("=", 1) for option in told)
    say(file, "start")
    print("at work", flush=True)
    select.select([], [], [], float(options.get("seconds", "0")))
    while "gate" in options and not os.path.exists(options["gate"]):
        select.select([], [], [], 0.02)
    code = int(options.get("code", "0"))
    say(file, f"end {code}")
    return code


sys.exit(main())
