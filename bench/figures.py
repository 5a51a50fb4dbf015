"""Figures and how they are printed: each beside its limit."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `bound` says whether it is to be at most or at least `limit`; None where it only informs."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    bound: Literal["<=", ">="] = "<="
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value <= self.limit if self.bound == "<=" else self.value >= self.limit


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned lines."""
    rows = [("figure", "value", "limit", "", "")]
    marks = {None: "", True: "met", False: "MISSED"}
    for figure in figures:
        limit = f"{figure.bound} {figure.limit:g} {figure.unit}" if figure.limit is not None else ""
        rows.append((figure.name, f"{figure.value:.4g} {figure.unit}", limit, marks[figure.met], figure.note))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def write(figures: Iterable[Figure], file: Path) -> None:
    """The figures as JSON."""
    file.write_text(json.dumps([{**asdict(figure), "met": figure.met} for figure in figures], indent=2) + "\n")
