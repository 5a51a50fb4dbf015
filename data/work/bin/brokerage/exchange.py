"""The exchange's own books, apart from the brokerage's: it knows its trades and what it carried over, nothing else."""

from collections.abc import Iterator
from datetime import date

from brokerage import files, world
from brokerage.night import ROOT, trades_a_day

BOOKS = ROOT / "outside" / "book"


def trades(day: date) -> Iterator[world.Trade]:
    """Every execution of the day, two thirds of them in shares."""
    shares = trades_a_day() * 2 // 3
    yield from world.trades(day, "equity", shares)
    yield from world.trades(day, "derivatives", trades_a_day() - shares)


def close_book(day: date) -> None:
    """Keep how many pieces of each contract the member holds open after this day, for tomorrow's settlement."""
    held = _carried(day)
    for trade in trades(day):
        if trade.symbol in held:
            held[trade.symbol] += trade.quantity if trade.side == "B" else -trade.quantity
    files.write(BOOKS / f"{day}.csv", ("symbol", "quantity"), sorted(held.items()), "quantity")


def obligations(day: date) -> Iterator[tuple[str, int, int]]:
    """What the member receives (or, below zero, pays) by instrument: pieces and paise."""
    prices, before, carried = world.closes(day), world.previous_closes(day), _carried(day)
    pieces = dict.fromkeys(prices, 0)
    funds = dict.fromkeys(prices, 0)
    for trade in trades(day):
        sign = 1 if trade.side == "B" else -1
        pieces[trade.symbol] += sign * trade.quantity
        funds[trade.symbol] -= sign * trade.value
    for symbol, quantity in carried.items():
        if symbol.endswith("FUT"):
            funds[symbol] += pieces[symbol] * prices[symbol] + quantity * (prices[symbol] - before[symbol])
    for symbol in sorted(prices):
        yield symbol, pieces[symbol], funds[symbol]


def _carried(day: date) -> dict[str, int]:
    """Open quantities of the contracts still listed, from the latest book before this day."""
    held = {one.symbol: 0 for one in world.instruments(day) if one.kind != "EQ"}
    earlier = [book for book in BOOKS.glob("*.csv") if book.stem < day.isoformat()]
    if earlier:
        rows, _ = files.read(max(earlier), "quantity")
        held |= {symbol: int(quantity) for symbol, quantity in rows if symbol in held}
    return held
