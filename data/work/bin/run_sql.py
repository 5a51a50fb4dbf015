"""Run one step of sql/steps in the warehouse, all of it or nothing."""

from brokerage.night import ROOT, parser, say
from brokerage.warehouse import statements, writing


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("step", help="a file of sql/steps without its suffix")
    given = arguments.parse_args()
    script = (ROOT / "sql" / "steps" / f"{given.step}.sql").read_text(encoding="utf-8")
    with writing() as warehouse:
        for statement in statements(script):
            found = warehouse.execute(statement, {"date": given.date.isoformat()})
            say(f"{found.rowcount:>10,} rows  {headline(statement)}")


def headline(statement: str) -> str:
    """The line that says what a statement does, without the comments above it."""
    lines = (line.strip() for line in statement.splitlines())
    return next((line for line in lines if line and not line.startswith("--")), "")[:80]


if __name__ == "__main__":
    main()
