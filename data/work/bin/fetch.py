"""Receive one file from outside and prove it by its trailer before any job may read it."""

import os
import sys
from datetime import date
from itertools import islice

from brokerage import files
from brokerage.feeds import FEEDS, RESETS_FIRST, TORN_FIRST, arrived, times_asked
from brokerage.night import parser, say

TEMPORARY = 75  # sysexits.h: try again later


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("feed", choices=FEEDS)
    given = arguments.parse_args()
    name: str = given.feed
    asked = times_asked(name, given.date)
    say(f"{name} of {given.date} from the {FEEDS[name].sender} by {os.environ.get('SFTP_HOST', 'the drop folder')}")
    if name == RESETS_FIRST and asked == 0:
        say("connection reset by peer after 0 bytes; the line usually is back within seconds", file=sys.stderr)
        raise SystemExit(TEMPORARY)
    deliver(name, given.date, torn=name == TORN_FIRST and asked == 0)
    accept(name, given.date)


def deliver(name: str, day: date, *, torn: bool) -> None:
    """The sender's part: a file with its trailer. A torn one has lost records in the middle and kept its trailer."""
    feed, landing = FEEDS[name], arrived(name, day).with_suffix(".landing")
    told = files.write(landing, feed.columns, feed.make(day), feed.control)
    if torn:
        lines = landing.read_text(encoding="utf-8").splitlines(keepends=True)
        with files.replacing(landing) as file:
            file.writelines([*islice(lines, told.records * 3 // 5), lines[-1]])


def accept(name: str, day: date) -> None:
    feed, final = FEEDS[name], arrived(name, day)
    landing = final.with_suffix(".landing")
    try:
        _, totals = files.read(landing, feed.control)
    except files.WrongTotalsError as wrong:
        rejected = landing.replace(final.with_suffix(".rejected"))
        raise SystemExit(refusal(name, feed.sender, rejected.name, wrong)) from None
    landing.replace(final)
    say(f"accepted {final.name}: {totals}")


def refusal(name: str, sender: str, rejected: str, wrong: files.WrongTotalsError) -> str:
    """What the operator reads who looks into this failure."""
    missing = wrong.told.records - wrong.found.records if wrong.told else "all or some"
    return (
        f"REFUSED {name}: the file does not hold what its trailer says\n"
        f"  expected  {wrong.told or 'a trailer, and there is none'}\n"
        f"  got       {wrong.found}\n"
        f"  missing   {missing} records: the transfer was cut\n"
        f"  kept      {rejected}, as evidence\n"
        f"NEXT STEP   ask the {sender} to send it again (see the contacts), then retry this task"
    )


if __name__ == "__main__":
    main()
