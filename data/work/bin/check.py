"""Hold totals against each other: every row of a query in sql/checks names two numbers that must be the same."""

from brokerage.night import ROOT, parser, say
from brokerage.warehouse import connect


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("check", help="a file of sql/checks without its suffix")
    given = arguments.parse_args()
    query = (ROOT / "sql" / "checks" / f"{given.check}.sql").read_text(encoding="utf-8")
    warehouse = connect()
    rows = warehouse.execute(query, {"date": given.date.isoformat()}).fetchall()
    warehouse.close()
    for what, left, right in rows:
        verdict, sign = ("ok   ", "=") if left == right else ("WRONG", "<>")
        say(f"{verdict}  {what:<52} {left!s:>22} {sign} {right}")
    wrong = [what for what, left, right in rows if left != right]
    if wrong or not rows:
        raise SystemExit(f"{given.check}: {len(wrong)} of {len(rows)} totals differ; see sql/checks/{given.check}.sql")


if __name__ == "__main__":
    main()
