"""Files that leave the house: CSV, fixed width or XML by their suffix, with records and control total at their end."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from brokerage import files
from brokerage.files import TRAILER, Totals, replacing

Table = Sequence[Sequence[object]]
TEXT_WIDTH, NUMBER_WIDTH = 20, 18


class Format(NamedTuple):
    """`write` puts columns, rows and totals into a file; `read` finds the totals of its trailer and of its records."""

    write: Callable[[Path, Sequence[str], Table, Totals], None]
    read: Callable[[Path], tuple[Totals, Totals]]


def totals(rows: Table) -> Totals:
    """The control column is the last one."""
    return Totals(len(rows), sum(int(str(row[-1])) for row in rows))


def _write_csv(path: Path, columns: Sequence[str], rows: Table, _: Totals) -> None:
    files.write(path, columns, rows, columns[-1])


def _read_csv(path: Path) -> tuple[Totals, Totals]:
    with path.open(encoding="utf-8", newline="") as file:
        _columns, *rows, last = csv.reader(file)
    return Totals(int(last[1]), int(last[2])) if last[0] == TRAILER else Totals(0, 0), totals(rows)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:0={NUMBER_WIDTH}d}"
    return f"{value!s:<{TEXT_WIDTH}.{TEXT_WIDTH}}"


def _write_fixed(path: Path, columns: Sequence[str], rows: Table, sums: Totals) -> None:
    with replacing(path) as file:
        file.write(f"H{path.stem:<{TEXT_WIDTH}}{len(columns):02}\n")
        file.writelines(f"D{''.join(map(_cell, row))}\n" for row in rows)
        file.write(f"T{_cell(sums.records)}{_cell(sums.control)}\n")


def _read_fixed(path: Path) -> tuple[Totals, Totals]:
    _header, *details, last = path.read_text(encoding="utf-8").splitlines()
    told = Totals(int(last[1 : 1 + NUMBER_WIDTH]), int(last[1 + NUMBER_WIDTH :])) if last[0] == "T" else Totals(0, 0)
    return told, Totals(len(details), sum(int(line[-NUMBER_WIDTH:]) for line in details))


def _write_xml(path: Path, columns: Sequence[str], rows: Table, sums: Totals) -> None:
    with replacing(path) as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<report name={quoteattr(path.stem)}>\n')
        for row in rows:
            pairs = zip(columns, row, strict=True)
            file.write(f"  <record {' '.join(f'{name}={quoteattr(str(value))}' for name, value in pairs)}/>\n")
        file.write(f'  <totals records="{sums.records}" control="{sums.control}" of="{columns[-1]}"/>\n</report>\n')


def _read_xml(path: Path) -> tuple[Totals, Totals]:
    root = ElementTree.parse(path).getroot()
    last = root.find("totals")
    if last is None:
        return Totals(0, 0), Totals(len(root), 0)
    values = [int(record.attrib[last.attrib["of"]]) for record in root.iter("record")]
    return Totals(int(last.attrib["records"]), int(last.attrib["control"])), Totals(len(values), sum(values))


FORMATS = {
    ".csv": Format(_write_csv, _read_csv),
    ".txt": Format(_write_fixed, _read_fixed),
    ".xml": Format(_write_xml, _read_xml),
}
