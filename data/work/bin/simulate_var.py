"""Value at risk of every client: revalue the portfolio under each of the past days' moves. The night's long task."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from brokerage import files
from brokerage.night import folder, parser, say
from brokerage.warehouse import connect
from brokerage.world import MILLION, WHOLE_HOUSE

Exposures = list[tuple[str, int]]


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--scenarios", type=int, required=True, help="how many of the latest days to replay")
    arguments.add_argument("--confidence", type=int, choices=(95, 99), required=True, help="per cent")
    given = arguments.parse_args()
    moves = history(given.date, given.scenarios)
    scratch = folder("scratch", given.date)
    rows, totals = files.read(scratch / "portfolios.csv", "exposure")
    say(f"{totals.records:,} exposures under {given.scenarios:,} scenarios")
    results = simulate(portfolios(rows), moves, given.confidence)
    say(f"var.csv: {files.write(scratch / 'var.csv', ('client_id', 'exposure', 'var'), results, 'exposure')}")


def history(day: date, scenarios: int) -> dict[str, list[int]]:
    warehouse = connect()
    rows = warehouse.execute(
        "SELECT underlying, ppm FROM move WHERE business_date = ? ORDER BY underlying, day", (day.isoformat(),)
    ).fetchall()
    warehouse.close()
    return {name: [ppm for _, ppm in of][-scenarios:] for name, of in groupby(rows, key=lambda row: row[0])}


def portfolios(rows: list[list[str]]) -> list[tuple[str, Exposures]]:
    """Each client's exposures, and last those of the whole house."""
    by_client = groupby(rows, key=lambda row: row[0])
    clients = [(name, [(share, int(paise)) for _, share, paise in of]) for name, of in by_client]
    house: dict[str, int] = {}
    for _, exposures in clients:
        for share, paise in exposures:
            house[share] = house.get(share, 0) + paise
    return [*clients, (WHOLE_HOUSE, list(house.items()))]


def simulate(
    clients: list[tuple[str, Exposures]], moves: dict[str, list[int]], confidence: int
) -> Iterator[tuple[str, int, int]]:
    for done, (client, exposures) in enumerate(clients, 1):
        yield client, sum(paise for _, paise in exposures), value_at_risk(exposures, moves, confidence)
        if done % (len(clients) // 20 or 1) == 0:
            say(f"simulated {100 * done // len(clients):>3} %  ({done:,} of {len(clients):,} portfolios)")


def value_at_risk(exposures: Exposures, moves: dict[str, list[int]], confidence: int) -> int:
    """The loss in paise that was exceeded on only 100 - `confidence` per cent of the days; 0 where it was a gain."""
    outcome = [0] * len(next(iter(moves.values())))
    for share, paise in exposures:
        outcome = [sofar + paise * ppm for sofar, ppm in zip(outcome, moves[share], strict=True)]
    worst = sorted(outcome)[len(outcome) * (100 - confidence) // 100]
    return max(0, -worst // MILLION)


if __name__ == "__main__":
    main()
