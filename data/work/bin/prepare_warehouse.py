"""Make the warehouse's tables where they are missing."""

from brokerage.night import ROOT, parser, say
from brokerage.warehouse import FILE, connect, statements


def main() -> None:
    parser(__doc__).parse_args()
    connection = connect()
    for statement in statements((ROOT / "sql" / "schema.sql").read_text(encoding="utf-8")):
        connection.execute(statement)
    tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
    connection.close()
    say(f"{FILE.name}: {tables} tables")


if __name__ == "__main__":
    main()
