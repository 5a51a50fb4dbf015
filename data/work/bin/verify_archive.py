"""Open the archive and the copy of the warehouse again and see that nothing is damaged or missing."""

import sqlite3
import tarfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from brokerage.night import folder, parser, say
from pack import MANIFEST

TRADES = "SELECT count(*) FROM booked_trade WHERE business_date = ?"


def main() -> None:
    given = parser(__doc__).parse_args()
    archive = folder("archive", given.date)
    damaged = damaged_files(archive / "files.tar.gz")
    if damaged:
        raise SystemExit(f"damaged in the archive: {', '.join(damaged)}")
    with closing(sqlite3.connect(archive / "warehouse.db")) as copy:
        finding = copy.execute("PRAGMA quick_check").fetchone()[0]
        trades = copy.execute(TRADES, (given.date.isoformat(),)).fetchone()[0]
    if finding != "ok" or trades == 0:
        raise SystemExit(f"the copy of the warehouse: {finding}, {trades} trades of {given.date}")
    say(f"the copy of the warehouse is sound and has {trades:,} trades of {given.date}")


def damaged_files(path: Path) -> list[str]:
    """Files that differ from the checksum they were packed with, or that are not there."""
    found: dict[str, str] = {}
    listed = ""
    with tarfile.open(path, "r|gz") as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            content = file.read() if file else b""
            if entry.name == MANIFEST:
                listed = content.decode()
            else:
                found[entry.name] = sha256(content).hexdigest()
    promised = {name: digest for digest, name in (line.split("  ", 1) for line in listed.splitlines())}
    say(f"{path.name}: {len(found)} files, {len(promised)} promised")
    return sorted(name for name in promised.keys() | found.keys() if promised.get(name) != found.get(name))


if __name__ == "__main__":
    main()
