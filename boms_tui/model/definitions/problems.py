"""What is wrong with a set of definitions, where it stands, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from boms_tui.errors import UsageError

MOST = 100
"""The search ends with this many problems: whoever has more mends these first."""


class Place(NamedTuple):
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. `hint` is the nearest valid name, or what to write instead."""

    file: str
    line: int
    column: int
    what: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.what}{hint}"


class DefinitionError(UsageError):
    """A set of definitions with all its problems, in the order of files and lines; `str` has one on each line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        title = "one problem" if count == 1 else f"{count} problems"
        more = ", and perhaps more" if count >= MOST else ""
        super().__init__(f"the definitions have {title}{more}", "mend what is listed; nothing was stored")

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class WrongValueError(ValueError):
    """A value that cannot be what its key asks for."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Findings:
    """Problems found so far. Each is told once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, place: Place, what: str, hint: str = "") -> None:
        """Take note of a problem.

        Raises:
            DefinitionError: there are too many to go on.
        """
        self._found[Problem(*place, what, hint)] = None
        if len(self._found) >= MOST:
            raise DefinitionError(self._found)

    def check(self) -> None:
        """Raise `DefinitionError` if anything was found."""
        if self._found:
            raise DefinitionError(self._found)
