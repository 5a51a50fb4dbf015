"""Remove the folders of days gone by; those of the day itself stay, because a retry may need them."""

import shutil
from datetime import date, timedelta

from brokerage.night import ROOT, parser, say


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("folder", choices=("scratch", "in"))
    arguments.add_argument("--keep", type=int, default=0, metavar="DAYS", help="how many days before the date to keep")
    given = arguments.parse_args()
    oldest = given.date - timedelta(days=given.keep)
    gone = [path for path in sorted((ROOT / given.folder).glob("????-??-??")) if date.fromisoformat(path.name) < oldest]
    for path in gone:
        shutil.rmtree(path)
    say(f"{given.folder}: removed {', '.join(path.name for path in gone) or 'nothing'}, kept {oldest} and later")


if __name__ == "__main__":
    main()
