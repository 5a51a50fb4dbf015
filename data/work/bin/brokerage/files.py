"""Files with a trailer: number of records and control total, by which the receiver knows that nothing is missing."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

TRAILER = "TRAILER"


class Totals(NamedTuple):
    """What a trailer says: how many records, and the sum of their control column."""

    records: int
    control: int

    def __str__(self) -> str:
        return f"{self.records:,} records, control total {self.control:,}"


class WrongTotalsError(Exception):
    """A file does not hold what its trailer says."""

    def __init__(self, path: Path, told: Totals | None, found: Totals) -> None:
        super().__init__(f"{path.name}: the trailer says {told or 'nothing (it is missing)'}; the file has {found}")
        self.told = told
        self.found = found


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Write a file under another name and put it in place when it is whole."""
    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    with part.open("w", encoding="utf-8", newline="") as file:
        yield file
    part.replace(path)


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], control: str) -> Totals:
    """A CSV file of `rows` and a trailer that sums the column `control`."""
    place = columns.index(control)
    records = total = 0
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            records += 1
            total += int(str(row[place]))
        writer.writerow((TRAILER, records, total))
    return Totals(records, total)


def read(path: Path, control: str) -> tuple[list[list[str]], Totals]:
    """The records of a CSV file, proved by its trailer.

    Raises:
        WrongTotalsError: records or control total differ from the trailer, or there is none.
    """
    with path.open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    told = Totals(int(rows[-1][1]), int(rows[-1][2])) if rows and rows[-1][0] == TRAILER else None
    if told is not None:
        rows.pop()
    place = columns.index(control)
    found = Totals(len(rows), sum(int(row[place]) for row in rows))
    if told != found:
        raise WrongTotalsError(path, told, found)
    return rows, found
