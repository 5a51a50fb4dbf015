"""Read files that leave the house back from the disk: records, trailer and what the warehouse knows must agree."""

from datetime import date
from hashlib import sha256
from pathlib import PurePosixPath

from brokerage.files import Totals
from brokerage.night import folder, parser, say
from brokerage.reports import FORMATS
from brokerage.warehouse import connect


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("paths", type=PurePosixPath, nargs="+", help="files below out/DATE")
    given = arguments.parse_args()
    faults = [fault for path in given.paths for fault in faults_of(path, given.date)]
    if faults:
        raise SystemExit("\n".join(faults))


def faults_of(relative: PurePosixPath, day: date) -> list[str]:
    path = folder("out", day) / relative
    warehouse = connect()
    row = warehouse.execute(
        "SELECT records, control, sha256 FROM report WHERE business_date = ? AND path = ?",
        (day.isoformat(), str(relative)),
    ).fetchone()
    warehouse.close()
    if row is None or not path.exists():
        return [f"{relative}: was never written"]
    if sha256(path.read_bytes()).hexdigest() != row[2]:
        return [f"{relative}: was changed since it was written; run its report task again"]
    told, found = FORMATS[path.suffix].read(path)
    known = Totals(row[0], row[1])
    say(f"{relative}: {found}")
    wrong = {"trailer says": told != found, "warehouse knows": known != found}
    return [f"{relative}: the {who} something else than {found}" for who, differs in wrong.items() if differs]


if __name__ == "__main__":
    main()
