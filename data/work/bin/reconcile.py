"""Match our trades with the exchange's, one by one. Ends with 3 where modifications explain all differences."""

from brokerage.night import ROOT, parser, say
from brokerage.warehouse import statements, writing

EXPLAINED = 3
COUNTS = "SELECT kind, count(*) FROM trade_break WHERE business_date = :date GROUP BY kind"


def main() -> None:
    given = parser(__doc__).parse_args()
    parameters = {"date": given.date.isoformat()}
    script = (ROOT / "sql" / "steps" / "match-trades.sql").read_text(encoding="utf-8")
    with writing() as warehouse:
        for statement in statements(script):
            warehouse.execute(statement, parameters)
        kinds = dict(warehouse.execute(COUNTS, parameters))
    explained = kinds.pop("explained", 0)
    say(f"{explained} differences explained by modifications, {sum(kinds.values())} not explained")
    if kinds:
        raise SystemExit(f"open differences: {kinds}; see the table trade_break, then call the dealing desk")
    raise SystemExit(EXPLAINED if explained else 0)


if __name__ == "__main__":
    main()
