"""Leave a desk the message that something of the night went wrong."""

import os

from brokerage.night import folder, parser, say


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--desk", required=True)
    arguments.add_argument("--about", required=True)
    given = arguments.parse_args()
    path = folder("messages", given.date) / f"{given.desk}.txt"
    path.write_text(f"{os.environ.get('BOMS_RUN', 'A run')}: {given.about}\n", encoding="utf-8")
    say(f"told {given.desk}: {given.about}")


if __name__ == "__main__":
    main()
