"""Play a counterparty that sends its file unasked: put it into the inbox, where it starts a process of its own."""

from brokerage import files
from brokerage.feeds import FEEDS, UNASKED
from brokerage.night import ROOT, parser, say


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("feed", choices=UNASKED)
    given = arguments.parse_args()
    feed, path = FEEDS[given.feed], ROOT / "inbox" / f"{given.feed}_{given.date:%Y%m%d}.csv"
    totals = files.write(path, feed.columns, feed.make(given.date), feed.control)
    say(f"the {feed.sender} has sent {path.name}: {totals}")


if __name__ == "__main__":
    main()
