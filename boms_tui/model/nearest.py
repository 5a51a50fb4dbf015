"""Names that a person wrote, as messages tell them, and the names that were perhaps meant."""

import unicodedata
from collections.abc import Collection, Iterable

from boms_tui.model.text import safe

_LONGEST = 60
_CANDIDATES = 300


def told(name: object) -> str:
    """A foreign name as it may stand in a message: harmless and short."""
    text = safe(str(name))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def did_you_mean(name: str, names: Iterable[str], *, also: Iterable[str] = ()) -> str:
    """A hint with the valid name nearest to `name`, else with all of them where they are few; else "".

    `also` are names that may have been meant, but are none to choose from.
    """
    known = sorted(set(names))
    near = nearest(name, (*known, *also))
    if near:
        return f"did you mean {near}?"
    return one_of(known) if 0 < len(known) <= 8 else ""


def nearest(name: str, names: Iterable[str]) -> str:
    """The one of `names` that reads most like `name`; "" where none does."""
    from difflib import get_close_matches

    likely = [other for other in names if abs(len(other) - len(name)) <= 3]
    likely.sort(key=lambda other: other[:1] != name[:1])
    return next(iter(get_close_matches(name, likely[:_CANDIDATES], n=1)), "")


def is_near(name: str, names: Iterable[str]) -> bool:
    """Whether `name` reads like one of `names`."""
    from difflib import get_close_matches

    return bool(get_close_matches(name, names, n=1))


def one_of(names: Collection[str]) -> str:
    """`a, b or c`."""
    *most, last = map(str, names)
    return f"{', '.join(most)} or {last}" if most else last


def foreign_letter(name: str) -> str:
    """A hint that names the first letter of `name` that only looks like ASCII; "" where all are ASCII."""
    foreign = next((letter for letter in name if not letter.isascii()), "")
    return f"U+{ord(foreign):04X} {unicodedata.name(foreign, '')} is not ASCII" if foreign else ""
