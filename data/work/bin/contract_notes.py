"""Write a region's contract notes: for each client every trade of the day, the charges and what is due.

Runs in jobs/contract-notes, beside the texts of a note.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from string import Template

from brokerage.files import replacing
from brokerage.night import folder, parser, rupees, say
from brokerage.warehouse import connect, replace, writing
from brokerage.world import REGIONS

Row = tuple[str, int, int, int]

CLIENTS = """
    SELECT client_id, name, total FROM client JOIN charge USING (business_date, client_id)
    WHERE business_date = :date AND region = :region
"""
TRADES = """
    SELECT client_id, trade_no, traded_at, side, symbol, quantity, price, value FROM trade
    WHERE business_date = :date
      AND client_id IN (SELECT client_id FROM client WHERE business_date = :date AND region = :region)
    ORDER BY client_id, trade_no
"""


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--region", choices=REGIONS, required=True)
    given = arguments.parse_args()
    note = Template(Path("note.txt").read_text(encoding="utf-8"))
    written = []
    with replacing(folder("out", given.date) / "contract-notes" / f"{given.region}.txt") as file:
        for text, row in notes(note, given.region, given.date):
            file.write(text)
            written.append(row)
    with writing() as warehouse:
        key = {"business_date": given.date.isoformat(), "region": given.region}
        replace(warehouse, "contract_note", key, ("client_id", "turnover", "charges", "due"), written)
    say(f"{given.region}: {len(written):,} notes, due {rupees(sum(row[3] for row in written))}")


def notes(note: Template, region: str, day: date) -> Iterator[tuple[str, Row]]:
    """Each client's note as text, and what the warehouse keeps of it."""
    key = {"date": day.isoformat(), "region": region}
    warehouse = connect()
    clients = {client: (name, charges) for client, name, charges in warehouse.execute(CLIENTS, key)}
    for client, of in groupby(warehouse.execute(TRADES, key), key=lambda row: row[0]):
        name, charges = clients[client]
        trades = [row[1:] for row in of]
        due = sum(row[6] if row[2] == "S" else -row[6] for row in trades) - charges
        lines = "\n".join(f"{no}  {at}  {side}  {what:<22}{many:>8}{price / 100:>12.2f}{value / 100:>16.2f}"
                          for no, at, side, what, many, price, value in trades)  # fmt: skip
        text = note.substitute(
            number=f"{day:%Y%m%d}-{client}", name=name, client=client, day=f"{day:%d %B %Y}", lines=lines,
            charges=rupees(charges), due=rupees(due),
        )  # fmt: skip
        yield text, (client, sum(row[6] for row in trades), charges, due)
    warehouse.close()


if __name__ == "__main__":
    main()
