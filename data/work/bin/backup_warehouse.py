"""Copy the warehouse as it is at this moment, while others may go on writing."""

from brokerage.night import folder, parser, say
from brokerage.warehouse import connect


def main() -> None:
    given = parser(__doc__).parse_args()
    target = folder("archive", given.date) / "warehouse.db"
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    warehouse = connect()
    warehouse.execute("VACUUM INTO ?", (str(part),))
    warehouse.close()
    part.replace(target)
    say(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
