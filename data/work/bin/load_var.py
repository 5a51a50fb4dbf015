"""Bring the simulation's results into the warehouse."""

from brokerage import files
from brokerage.night import folder, parser, rupees, say
from brokerage.warehouse import replace, writing
from brokerage.world import WHOLE_HOUSE


def main() -> None:
    given = parser(__doc__).parse_args()
    rows, totals = files.read(folder("scratch", given.date) / "var.csv", "exposure")
    with writing() as warehouse:
        replace(warehouse, "var", {"business_date": given.date.isoformat()}, ("client_id", "exposure", "amount"), rows)
    house = next(int(row[2]) for row in rows if row[0] == WHOLE_HOUSE)
    clients = sum(int(row[2]) for row in rows) - house
    say(f"{totals.records - 1:,} clients; alone they risk {rupees(clients)}, together {rupees(house)}")


if __name__ == "__main__":
    main()
