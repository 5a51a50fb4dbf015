"""Write a file that leaves the house from a query in sql/reports, and keep its control total in the warehouse."""

from hashlib import sha256
from pathlib import PurePosixPath

from brokerage.night import ROOT, folder, parser, say
from brokerage.reports import FORMATS, totals
from brokerage.warehouse import connect, replace, writing


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("path", type=PurePosixPath, help="FOLDER/NAME.csv, .txt or .xml below out/DATE")
    given = arguments.parse_args()
    day = given.date.isoformat()
    query = (ROOT / "sql" / "reports" / f"{given.path.stem}.sql").read_text(encoding="utf-8")
    warehouse = connect()
    found = warehouse.execute(query, {"date": day})
    columns, rows = [column[0] for column in found.description], found.fetchall()
    warehouse.close()
    sums, path = totals(rows), folder("out", given.date) / given.path
    FORMATS[path.suffix].write(path, columns, rows, sums)
    digest = sha256(path.read_bytes()).hexdigest()
    with writing() as warehouse:
        key = {"business_date": day, "path": str(given.path)}
        replace(warehouse, "report", key, ("records", "control", "sha256"), [(*sums, digest)])
    say(f"wrote {given.path}: {sums} ({columns[-1]})")


if __name__ == "__main__":
    main()
