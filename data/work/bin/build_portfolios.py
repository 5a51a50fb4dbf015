"""Lay out every client's exposure to each share, so that the simulation need not ask the warehouse again."""

from brokerage import files
from brokerage.night import ROOT, folder, parser, say
from brokerage.warehouse import connect


def main() -> None:
    given = parser(__doc__).parse_args()
    query = (ROOT / "sql" / "reports" / "portfolios.sql").read_text(encoding="utf-8")
    warehouse = connect()
    rows = warehouse.execute(query, {"date": given.date.isoformat()}).fetchall()
    warehouse.close()
    path = folder("scratch", given.date) / "portfolios.csv"
    totals = files.write(path, ("client_id", "underlying", "exposure"), rows, "exposure")
    say(f"{path.name}: {totals}")


if __name__ == "__main__":
    main()
