"""Paths of files that are to come: `in/prices_${business_date:%Y%m%d}_*.csv`, folder by folder.

`*` and `?` stand for what they do in a shell, never for a slash or a leading dot; a date stands where its placeholder
does. All else is itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from posixpath import join, normpath

from boms_tui.model.ids import EARLIEST, LATEST
from boms_tui.model.placeholders import PlaceholderError, pieces

_SHAPES = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{2}", "%d": r"\d{2}", "%j": r"\d{3}", "%b": r"[A-Za-z]{3}",
    "%B": r"[A-Za-z]+", "%a": r"[A-Za-z]{3}", "%A": r"[A-Za-z]+", "%G": r"\d{4}", "%V": r"\d{2}", "%u": r"\d",
    "%U": r"\d{2}", "%w": r"\d", "%W": r"\d{2}",
}  # fmt: skip
_ISO = "%Y-%m-%d"
_WILD = {"*": "[^/]*", "?": "[^/]"}
_PROOFS = (date(2026, 11, 3), date(2027, 2, 28))


@dataclass(frozen=True, slots=True)
class FilePattern:
    """`base` is the folder in which the search begins; `segments` match what lies below it, one folder each, the last
    of them the file; `formats` are the parts of the dates in it, such as `%Y`, in their order.
    """

    base: str
    segments: tuple[re.Pattern[str], ...]
    formats: tuple[str, ...]

    def matches(self, path: str) -> bool:
        return self._match(path) is not None

    def is_dated(self) -> bool:
        """Whether the path of a file has to say a date."""
        return bool(self.formats)

    def date_in(self, path: str) -> date | None:
        """The date that the path of a file says; None where the pattern has none, or it is no date."""
        found = self._match(path)
        return _parsed(found, self.formats) if found and self.formats else None

    def may_lie_in(self, folder: str) -> bool:
        """Whether a file in `folder`, or below it, can match."""
        below, own = _parts(folder), _parts(self.base)
        if own[: len(below)] == below:
            return True
        deeper = below[len(own) :]
        fits = below[: len(own)] == own and len(deeper) < len(self.segments)
        return fits and all(one.fullmatch(name) for one, name in zip(self.segments, deeper, strict=False))

    def _match(self, path: str) -> list[str] | None:
        own, names = _parts(self.base), _parts(path)
        if names[: len(own)] != own or len(names) != len(own) + len(self.segments):
            return None
        found = [one.fullmatch(name) for one, name in zip(self.segments, names[len(own) :], strict=True)]
        if any(one is None for one in found):
            return None
        return [text for one in found if one is not None for text in one.groups()]


@lru_cache(maxsize=4_096)
def file_pattern(path: str, work: str = "") -> FilePattern:
    """The pattern that a path in a definition says, as it lies in the folder `work`.

    Raises:
        PlaceholderError: it has a placeholder that no coming file can fill, or dates from which none follows.
    """
    formats: list[str] = []
    segments = [_segment(one, formats) for one in normpath(join(work, path)).split("/")]
    plain = next((place for place, (_, literal) in enumerate(segments[:-1]) if literal is None), len(segments) - 1)
    base = "/".join(literal or "" for _, literal in segments[:plain])
    if formats and not all(_parsed([day.strftime(one) for one in formats], tuple(formats)) == day for day in _PROOFS):
        raise _undated(" ".join(formats))
    rooted = base or ("/" if path.startswith("/") else ".")
    return FilePattern(rooted, tuple(re.compile(text) for text, _ in segments[plain:]), tuple(formats))


def example(path: str) -> str:
    """A path that matches the pattern."""
    filled = (plain or _PROOFS[0].strftime(form or _ISO) for plain, _, form in pieces(path))
    return normpath("".join(filled).replace("*", "x").replace("?", "x"))


def _segment(text: str, formats: list[str]) -> tuple[str, str | None]:
    """A folder or file name as a regular expression, and as it is where nothing in it stands for something else."""
    written: list[str] = []
    literal: str | None = ""
    for plain, name, form in pieces(text):
        if name and name != "business_date":
            raise PlaceholderError(f"${{{name}}} is not known before there is a run", "leave it out, or write *")
        if name:
            written += _dated(form or _ISO, formats)
            literal = None
        else:
            written.append("".join(_WILD.get(one) or re.escape(one) for one in plain))
            literal = literal + plain if literal is not None and not set(plain) & _WILD.keys() else None
    hidden = "" if text.startswith(".") else r"(?!\.)"
    return hidden + "".join(written), literal


def _dated(form: str, formats: list[str]) -> Iterator[str]:
    """A date's format as a regular expression, each part of the date in a group of its own."""
    parts = re.findall("%.|[^%]+", form)
    if _SHAPES.keys().isdisjoint(parts):
        raise _undated(form)
    for part in parts:
        if part in _SHAPES:
            formats.append(part)
        yield f"({_SHAPES[part]})" if part in _SHAPES else re.escape(part.replace("%%", "%"))


def _undated(form: str) -> PlaceholderError:
    return PlaceholderError(f"no date follows from {form}", "such as %Y%m%d")


def _parsed(texts: list[str], formats: tuple[str, ...]) -> date | None:
    """The date of which each part says what it says; None where there is none in a year in which anybody trades."""
    said = dict(zip(formats, texts, strict=True))
    try:
        day = datetime.strptime("\n".join(said.values()), "\n".join(said)).date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return None
    agree = all(day.strftime(form).lower() == text.lower() for form, text in zip(formats, texts, strict=True))
    return day if agree and EARLIEST <= day.year <= LATEST else None


def _parts(path: str) -> list[str]:
    return [] if path in {".", ""} else path.rstrip("/").split("/")
