"""The depository's answers: it knows the instructions that it was sent, and what lies in the accounts; nothing else."""

from collections.abc import Iterator
from datetime import date

from brokerage import world
from brokerage.night import folder
from brokerage.reports import TEXT_WIDTH

SIGNS = {"securities-pay-in.txt": -1, "securities-pay-out.txt": 1}
"""Shares leave the account of a client who sold, and come into that of one who bought."""


def confirmations(day: date) -> Iterator[tuple[str, str, str, int, int]]:
    """Each instruction with the pieces that were to move and those that did; below zero they leave the account."""
    inbox = folder("sent", day) / "depository"
    if not all((inbox / name).exists() for name in SIGNS):
        raise SystemExit(f"the depository has no instructions of {day} to answer: settlement/depository sends them")
    for name, sign in SIGNS.items():
        _header, *details, _last = (inbox / name).read_text(encoding="utf-8").splitlines()
        for line in details:
            client, account, symbol = (line[1 + n * TEXT_WIDTH : 1 + (n + 1) * TEXT_WIDTH].strip() for n in range(3))
            pieces = int(line[1 + 3 * TEXT_WIDTH :])
            short = sign < 0 and world.lacks_shares(day, client, symbol)
            yield client, account, symbol, sign * pieces, sign * (pieces // 2 if short else pieces)
