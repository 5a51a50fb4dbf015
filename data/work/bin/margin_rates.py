"""Work out each share's volatility from a year of daily moves, and the margin rate that follows from it."""

from collections import defaultdict
from math import isqrt

from brokerage.night import parser, say
from brokerage.warehouse import connect, replace, writing

A_YEAR = 250  # days of moves
SIGMAS_IN_TENTHS = 35
LEAST_PPM = 75_000


def main() -> None:
    given = parser(__doc__).parse_args()
    day = given.date.isoformat()
    moves: dict[str, list[int]] = defaultdict(list)
    warehouse = connect()
    for name, ppm in warehouse.execute("SELECT underlying, ppm FROM move WHERE business_date = ? ORDER BY day", (day,)):
        moves[name].append(ppm)
    warehouse.close()
    rows = [(name, sigma := volatility(history[-A_YEAR:]), rate(sigma)) for name, history in sorted(moves.items())]
    with writing() as warehouse:
        key = {"business_date": day}
        count = replace(warehouse, "margin_rate", key, ("underlying", "volatility_ppm", "rate_ppm"), rows)
    widest = max(rows, key=lambda row: row[1])
    say(f"{count} rates from {A_YEAR} days; the widest is {widest[0]} with {widest[2] / 10_000:.2f} %")


def volatility(history: list[int]) -> int:
    """The standard deviation of daily moves, in millionths."""
    count, total = len(history), sum(history)
    return isqrt((count * sum(move * move for move in history) - total * total) // (count * count))


def rate(sigma: int) -> int:
    return max(LEAST_PPM, sigma * SIGMAS_IN_TENTHS // 10)


if __name__ == "__main__":
    main()
