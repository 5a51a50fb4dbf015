"""Measure every client's exposure now: the positions of the last closed day, and today's trades until this moment.

On the morning of a first day there is no warehouse yet: then there are only trades, and no limits to hold them against.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from brokerage import exchange, files
from brokerage.night import folder, parser, rupees, say, time_in
from brokerage.warehouse import FILE, connect

NEAR = 80  # per cent of a limit from which the risk desk wants to know
LATEST = "SELECT max(business_date) FROM position WHERE business_date < ?"
HELD = """
    SELECT client_id, symbol, closing, close FROM position JOIN instrument USING (business_date, symbol)
    WHERE business_date = ? AND (expiry = '' OR expiry > business_date)
"""
LIMITS = "SELECT client_id, limit_value FROM client WHERE business_date = ?"


class Book(NamedTuple):
    """Pieces by client and symbol, the latest price of each symbol, and every client's limit."""

    pieces: defaultdict[tuple[str, str], int]
    prices: dict[str, int]
    limits: dict[str, int]


def main() -> None:
    given = parser(__doc__).parse_args()
    until, book = time_in(given.date), last_closed(given.date)
    count = trade_on(book, given.date, until)
    exposures = exposures_of(book)
    near = [(client, limit, exposures[client]) for client, limit in book.limits.items() if exposures[client]]
    near = sorted((row for row in near if row[2] * 100 > row[1] * NEAR), key=lambda row: (-row[2], row[0]))
    path = folder("out", given.date) / "risk" / "intraday.csv"
    files.write(path, ("client_id", "limit_value", "exposure"), near, "exposure")
    say(f"{until}: {count:,} trades so far, {rupees(sum(exposures.values()))} of exposure")
    say(f"{len(near):,} clients are beyond {NEAR} per cent of their limits: {path.name}")


def trade_on(book: Book, day: date, until: str) -> int:
    """Enter the day's trades before `until` into the book; how many there are."""
    count = 0
    for trade in exchange.trades(day):
        if trade.traded_at < until:
            book.pieces[trade.client_id, trade.symbol] += trade.quantity if trade.side == "B" else -trade.quantity
            book.prices[trade.symbol] = trade.price
            count += 1
    return count


def exposures_of(book: Book) -> defaultdict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for (client, symbol), pieces in book.pieces.items():
        found[client] += abs(pieces) * book.prices[symbol]
    return found


def last_closed(day: date) -> Book:
    """The book after the latest day before `day`; an empty one where the warehouse has no such day."""
    book = Book(defaultdict(int), {}, {})
    before = latest_before(day)
    if before is None:
        say(f"the warehouse has no positions before {day}: only the day's trades count, and no client has a limit")
        return book
    warehouse = connect()
    for client, symbol, pieces, close in warehouse.execute(HELD, (before,)):
        book.pieces[client, symbol], book.prices[symbol] = pieces, close
    book.limits.update(warehouse.execute(LIMITS, (before,)))
    warehouse.close()
    say(f"{len(book.pieces):,} positions of {before}")
    return book


def latest_before(day: date) -> str | None:
    """The latest date before `day` of which the warehouse has positions, if there is a warehouse."""
    if not FILE.exists():
        return None
    warehouse = connect()
    made = warehouse.execute("SELECT count(*) FROM sqlite_master WHERE name = 'position'").fetchone()[0]
    found: str | None = warehouse.execute(LATEST, (day.isoformat(),)).fetchone()[0] if made else None
    warehouse.close()
    return found


if __name__ == "__main__":
    main()
