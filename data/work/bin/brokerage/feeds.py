"""The files that arrive from outside: who sends what, where it is loaded, and what goes wrong the first time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from brokerage import depository, exchange, world
from brokerage.night import ROOT, folder, trades_a_day

Rows = Iterable[Sequence[object]]
TRADE = world.Trade._fields


@dataclass(frozen=True)
class Feed:
    """One sender's file. `control` is the column its trailer sums, `key` says with the date which rows it replaces."""

    sender: str
    table: str
    columns: tuple[str, ...]
    control: str
    make: Callable[[date], Rows]
    key: Mapping[str, str] = field(default_factory=dict)


def _booked(segment: str) -> Callable[[date], Rows]:
    """The order system's trades: those of the exchange, but for a few that the dealer booked to the error account."""

    def make(day: date) -> Iterator[world.Trade]:
        shares = trades_a_day() * 2 // 3
        count = shares if segment == "equity" else trades_a_day() - shares
        for trade in world.trades(day, segment, count):
            misbooked = world.is_misbooked(trade.trade_no)
            yield trade._replace(client_id=world.ERROR_ACCOUNT) if misbooked else trade

    return make


def _modifications(day: date) -> Iterator[tuple[str, str, str, int]]:
    for trade in exchange.trades(day):
        if world.is_misbooked(trade.trade_no):
            yield trade.trade_no, world.ERROR_ACCOUNT, trade.client_id, trade.value


def _exchange_trades(day: date) -> Iterator[world.Trade]:
    exchange.close_book(day)
    return exchange.trades(day)


def _prices(day: date) -> Iterator[tuple[str, int, int]]:
    before = world.previous_closes(day)
    return ((symbol, price, before[symbol]) for symbol, price in world.closes(day).items())


def _revised_prices(day: date) -> Iterator[tuple[str, int, int]]:
    return ((symbol, world.revised_close(day, symbol, price), before) for symbol, price, before in _prices(day))


FEEDS = {
    "instruments": Feed("exchange", "instrument", world.Instrument._fields, "lot", world.instruments),
    "clients": Feed("back office", "client", world.Client._fields, "collateral", lambda _: world.clients()),
    "prices": Feed("exchange", "price", ("symbol", "close", "previous_close"), "close", _prices),
    "revised-prices": Feed(
        "exchange", "revised_price", ("symbol", "close", "previous_close"), "close", _revised_prices
    ),
    "moves": Feed("price vendor", "move", ("underlying", "day", "ppm"), "ppm", world.moves),
    "trades-equity": Feed("order system", "booked_trade", TRADE, "value", _booked("equity"), {"segment": "equity"}),
    "trades-derivatives": Feed(
        "order system", "booked_trade", TRADE, "value", _booked("derivatives"), {"segment": "derivatives"}
    ),
    "modifications": Feed(
        "dealing desk", "modification", ("trade_no", "booked_to", "belongs_to", "value"), "value", _modifications
    ),
    "exchange-trades": Feed("exchange", "exchange_trade", TRADE, "value", _exchange_trades),
    "obligations": Feed(
        "exchange", "exchange_obligation", ("symbol", "net_quantity", "funds"), "funds", exchange.obligations
    ),
    "confirmations": Feed(
        "depository", "confirmation", ("client_id", "demat_account", "symbol", "instructed", "confirmed"), "confirmed",
        depository.confirmations,
    ),
}  # fmt: skip
UNASKED = ("confirmations",)  # files that their sender puts into the inbox, whenever it has them
RESETS_FIRST = "prices"  # the line drops once a day, and the automatic retry gets through
TORN_FIRST = "obligations"  # the first copy ends in the middle, and the exchange must be asked for another


def arrived(name: str, day: date) -> Path:
    """Where a feed's file lies once it has been received whole."""
    return folder("in", day) / f"{name}.csv"


def times_asked(name: str, day: date) -> int:
    """How often this file was asked for before; the sender counts, which makes its faults happen once a day."""
    path = ROOT / "outside" / "asked" / day.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    before = int(path.read_text(encoding="utf-8")) if path.exists() else 0
    path.write_text(str(before + 1), encoding="utf-8")
    return before
