"""Value at risk of every client: revalue the portfolio under each of the past days' moves. The night's long task."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from brokerage import files
from brokerage.night import folder, parser, say
from brokerage.warehouse import connect
from brokerage.world import MILLION, WHOLE_HOUSE

COLUMNS = ("client_id", "exposure", "var")

Exposures = list[tuple[str, int]]
Portfolio = tuple[str, Exposures]


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--scenarios", type=int, required=True, help="how many of the latest days to replay")
    arguments.add_argument("--confidence", type=int, choices=(95, 99), required=True, help="per cent")
    given = arguments.parse_args()
    moves = history(given.date, given.scenarios)
    scratch = folder("scratch", given.date)
    rows, totals = files.read(scratch / "portfolios.csv", "exposure")
    say(f"{totals.records:,} exposures under {given.scenarios:,} scenarios")
    house, *clients = portfolios(rows)
    whole = measured(house, moves, given.confidence)
    files.write(folder("out", given.date) / "risk" / "house-var.csv", COLUMNS, [whole], "exposure")
    say("::boms meter 1")  # the house's figure may go on from here
    results = [whole, *simulate(clients, moves, given.confidence)]
    say(f"var.csv: {files.write(scratch / 'var.csv', COLUMNS, results, 'exposure')}")


def history(day: date, scenarios: int) -> dict[str, list[int]]:
    warehouse = connect()
    rows = warehouse.execute(
        "SELECT underlying, ppm FROM move WHERE business_date = ? ORDER BY underlying, day", (day.isoformat(),)
    ).fetchall()
    warehouse.close()
    return {name: [ppm for _, ppm in of][-scenarios:] for name, of in groupby(rows, key=lambda row: row[0])}


def portfolios(rows: list[list[str]]) -> list[Portfolio]:
    """The exposures of the whole house, and then each client's."""
    by_client = groupby(rows, key=lambda row: row[0])
    clients = [(name, [(share, int(paise)) for _, share, paise in of]) for name, of in by_client]
    house: dict[str, int] = {}
    for _, exposures in clients:
        for share, paise in exposures:
            house[share] = house.get(share, 0) + paise
    return [(WHOLE_HOUSE, list(house.items())), *clients]


def simulate(clients: list[Portfolio], moves: dict[str, list[int]], confidence: int) -> Iterator[tuple[str, int, int]]:
    for done, client in enumerate(clients, 1):
        yield measured(client, moves, confidence)
        if done % (len(clients) // 20 or 1) == 0:
            say(f"simulated {done:,} of {len(clients):,} portfolios")
            say(f"::boms meter {100 * done // len(clients)}")


def measured(portfolio: Portfolio, moves: dict[str, list[int]], confidence: int) -> tuple[str, int, int]:
    name, exposures = portfolio
    return name, sum(paise for _, paise in exposures), value_at_risk(exposures, moves, confidence)


def value_at_risk(exposures: Exposures, moves: dict[str, list[int]], confidence: int) -> int:
    """The loss in paise that was exceeded on only 100 - `confidence` per cent of the days; 0 where it was a gain."""
    outcome = [0] * len(next(iter(moves.values())))
    for share, paise in exposures:
        outcome = [sofar + paise * ppm for sofar, ppm in zip(outcome, moves[share], strict=True)]
    worst = sorted(outcome)[len(outcome) * (100 - confidence) // 100]
    return max(0, -worst // MILLION)


if __name__ == "__main__":
    main()
