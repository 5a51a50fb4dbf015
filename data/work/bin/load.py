"""Load one received file into the warehouse, in the place of what was loaded for that date before."""

from pathlib import Path

from brokerage import files
from brokerage.feeds import FEEDS, arrived
from brokerage.night import parser, say
from brokerage.warehouse import replace, writing


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("feed", choices=FEEDS)
    arguments.add_argument("--file", type=Path, help="where it lies; without it, where fetch.py puts it")
    given = arguments.parse_args()
    feed = FEEDS[given.feed]
    try:
        rows, totals = files.read(given.file or arrived(given.feed, given.date), feed.control)
    except files.WrongTotalsError as wrong:
        raise SystemExit(f"REFUSED {wrong}\nNEXT STEP   ask the {feed.sender} to send it again") from None
    with writing() as warehouse:
        key = {"business_date": given.date.isoformat(), **feed.key}
        loaded = replace(warehouse, feed.table, key, feed.columns, rows)
    if loaded != totals.records:
        raise SystemExit(f"{feed.table} has {loaded:,} rows, the file had {totals}")
    say(f"loaded {feed.table}: {totals}")


if __name__ == "__main__":
    main()
