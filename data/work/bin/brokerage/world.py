"""The world outside: instruments, clients, prices, trades. All made up from seeds, so a date is always the same day."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple
from zlib import crc32

HOUSES = "Aruna Bhoomi Chenab Dhruva Godavari Himadri Indus Kaveri Mandara Narmada Sahyadri Vindhya".split()
TRADES_IN = "Steel Power Foods Cements Pharma Motors Finance Textiles Chemicals Software".split()
FIRST = (
    "Asha Bharat Chitra Deepak Esha Farhan Gauri Harish Isha Jatin Kavita Lalit Meera Nikhil Ojas Pooja Qasim Rekha "
    "Sanjay Tara Uday Vani Wasim Yamini Zubin"
).split()
LAST = (
    "Acharya Banerjee Chawla Desai Engineer Fernandes Gokhale Hegde Iyer Joshi Kulkarni Lobo Menon Nair Oberoi Patel "
    "Qureshi Reddy Shah Trivedi Upadhyay Varma Wagle Yadav Zaveri"
).split()
REGIONS = ("west", "south", "north", "east")
CLIENTS = 2_000
ERROR_ACCOUNT = "C0000"
WHOLE_HOUSE = "HOUSE"
HISTORY = 1_250  # days of price moves, five years of trading
MISBOOKED_EVERY = 2_011  # one trade in so many is first booked to the error account
SHORT_EVERY = 997  # one client in so many lacks shares to deliver
REVISED = 0.02  # of the closing prices, when the exchange revises them
MILLION = 1_000_000


class Instrument(NamedTuple):
    """A share (EQ), a future (FUT), a call (CE) or a put (PE); prices in paise."""

    symbol: str
    kind: str
    underlying: str
    expiry: str
    strike: int
    lot: int


class Client(NamedTuple):
    """An account with its trading limit and collateral in paise."""

    client_id: str
    name: str
    region: str
    bank_account: str
    demat_account: str
    limit_value: int
    collateral: int


class Trade(NamedTuple):
    """One execution; side B or S, price and value in paise."""

    trade_no: str
    traded_at: str
    client_id: str
    symbol: str
    side: str
    quantity: int
    price: int
    value: int


def _noise(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but `parts`."""
    return crc32(" ".join(map(str, parts)).encode()) / 2**32


def shares() -> dict[str, int]:
    """Every share's symbol with the price it moves around."""
    names = [f"{house[:4]}{trade[:4]}".upper() for trade in TRADES_IN for house in HOUSES]
    return {name: 5_000 + int(_noise(name, "base") ** 2 * 400_000) // 100 * 100 for name in names}


def trading_day_before(day: date) -> date:
    back = {0: 3, 6: 2}.get(day.weekday(), 1)
    return day - timedelta(days=back)


def share_price(symbol: str, base: int, day: date) -> int:
    """A share's closing price: two slow waves around its base and some daily noise, in ticks of 5 paise."""
    n, phase = day.toordinal(), _noise(symbol, "phase") * math.tau
    waves = 0.15 * math.sin(n / 18 + phase) + 0.04 * math.sin(n / 2.7 + 3 * phase)
    return int(base * (1 + waves + 0.04 * (_noise(symbol, n) - 0.5))) // 5 * 5


def expiries(day: date) -> list[date]:
    """The last Thursdays of this month and the next that have not passed."""
    found: list[date] = []
    month = day.replace(day=1)
    while len(found) < 2:
        following = (month + timedelta(days=32)).replace(day=1)
        last = following - timedelta(days=1)
        thursday = last - timedelta(days=(last.weekday() - 3) % 7)
        if thursday >= day:
            found.append(thursday)
        month = following
    return found


def instruments(day: date) -> Iterator[Instrument]:
    """All that can be traded on a day: 120 shares, 80 futures, 120 options."""
    listed = shares()
    months = expiries(day)
    for symbol in listed:
        yield Instrument(symbol, "EQ", symbol, "", 0, 1)
    for symbol, base in list(listed.items())[:40]:
        for expiry in months:
            yield Instrument(f"{symbol}{expiry:%y%b}FUT".upper(), "FUT", symbol, expiry.isoformat(), 0, _lot(base))
    for symbol, base in list(listed.items())[:20]:
        for strike in (base * percent // 10_000 * 100 for percent in (95, 100, 105)):
            for kind in ("CE", "PE"):
                name = f"{symbol}{months[0]:%y%b}{strike // 100}{kind}".upper()
                yield Instrument(name, kind, symbol, months[0].isoformat(), strike, _lot(base))


def _lot(base: int) -> int:
    return max(25, 50_000_000 // base // 25 * 25)


def close(instrument: Instrument, base: int, day: date) -> int:
    """The closing (for contracts: settlement) price, in ticks of 5 paise."""
    spot = share_price(instrument.underlying, base, day)
    if instrument.kind == "EQ":
        return spot
    days = (date.fromisoformat(instrument.expiry) - day).days
    if instrument.kind == "FUT":
        return spot * (10_000 + 2 * days) // 10_000 // 5 * 5
    sign = 1 if instrument.kind == "CE" else -1
    return (max(0, sign * (spot - instrument.strike)) + spot * (10 + days) // 1_000) // 5 * 5 + 5


def closes(day: date) -> dict[str, int]:
    listed = shares()
    return {one.symbol: close(one, listed[one.underlying], day) for one in instruments(day)}


def previous_closes(day: date) -> dict[str, int]:
    """What today's instruments closed at on the trading day before."""
    before, listed = trading_day_before(day), shares()
    return {one.symbol: close(one, listed[one.underlying], before) for one in instruments(day)}


def moves(day: date) -> Iterator[tuple[str, str, int]]:
    """Each share's daily moves up to `day`, in millionths."""
    days = [day]
    while len(days) <= HISTORY:
        days.append(trading_day_before(days[-1]))
    for symbol, base in shares().items():
        prices = [(one, share_price(symbol, base, one)) for one in reversed(days)]
        for (_, before), (one, now) in pairwise(prices):
            yield symbol, one.isoformat(), (now - before) * MILLION // before


def clients() -> Iterator[Client]:
    yield Client(ERROR_ACCOUNT, "Error account of the house", REGIONS[0], "0", "0", 0, 0)
    for n in range(1, CLIENTS + 1):
        wealth = int(500_000_000 + _noise("wealth", n) ** 3 * 15_000_000_000)
        yield Client(
            f"C{n:04}", f"{FIRST[n % 25]} {LAST[n // 25 % 25]}", REGIONS[n % 4], f"5550{n:08}", f"1299{n:012}",
            10 * wealth, wealth,
        )  # fmt: skip


def trades(day: date, segment: str, count: int) -> Iterator[Trade]:
    """A day's executions as the exchange knows them, in order of time; `segment` is equity or derivatives."""
    draw = Random(f"{day} {segment}").random
    listed = [one for one in instruments(day) if (one.kind == "EQ") == (segment == "equity")]
    prices, most_lots, letter = closes(day), 200 if segment == "equity" else 4, segment[0].upper()
    for n in range(count):
        one = listed[int(draw() ** 2 * len(listed))]
        price = max(5, prices[one.symbol] * (990 + int(draw() * 21)) // 1_000 // 5 * 5)
        quantity = one.lot * (1 + int(draw() * most_lots))
        client = f"C{1 + int(draw() * CLIENTS):04}"
        second = 33_300 + n * 22_500 // count
        at = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        side = "B" if draw() < 0.5 else "S"
        yield Trade(f"{letter}{n + 1:07}", at, client, one.symbol, side, quantity, price, quantity * price)


def lacks_shares(day: date, client: str, symbol: str) -> bool:
    """Whether a client who sold has only some of the shares to deliver."""
    return _noise(day, client, symbol, "short") * SHORT_EVERY < 1


def revised_close(day: date, symbol: str, close: int) -> int:
    """What the exchange says when it is asked once more: another price for a few, by half a per cent."""
    return close + max(5, close // 1_000 * 5) if _noise(day, symbol, "revised") < REVISED else close


def is_misbooked(trade_no: str) -> bool:
    """Whether the dealer first booked this trade to the error account."""
    return int(trade_no[1:]) % MISBOOKED_EVERY == 7
