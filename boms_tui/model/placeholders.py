"""`${...}` in commands: `${business_date:%Y%m%d}`, `${run}`, `${attempt}`, `${task}`, `${file}`,
`${parameters.region}`.

`$$` is a dollar. Nothing else may follow a dollar.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeAlias

from boms_tui.errors import UsageError
from boms_tui.model.ids import SEGMENT
from boms_tui.model.nearest import did_you_mean, told

FILE = "file"
FIXED = ("business_date", "run", FILE, "attempt", "task")
OF_RUNS = 3
"""How many of `FIXED` are known before there is an attempt."""
PARAMETER = "parameters."
DIRECTIVES = "YmdyjaAbBuUVGw"
"""What may follow a % in a date's format: strftime's date directives that every machine knows."""

Values: TypeAlias = Mapping[str, str | date]

_TOKEN = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>[^{}:$]*)(?::(?P<format>[^{}$]*))?\})?")
_DATE_FORMAT = re.compile(rf"(?:[^%]|%%|%[{DIRECTIVES}])+")


class PlaceholderError(UsageError):
    """A text with a `$` that means nothing."""


def names(text: str) -> tuple[str, ...]:
    """The names of the placeholders in `text`, in their order: of `FIXED`, or `parameters.NAME` for any NAME.

    Raises:
        PlaceholderError: the text has a placeholder that no run can fill.
    """
    return tuple(_known_name(match) for match in _tokens(text) if not match["dollar"])


def pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """`text` piece by piece, each as (plain text, "", "") or as ("", name, format) of a placeholder.

    Raises:
        PlaceholderError: the text has a placeholder that no run can fill.
    """
    end = 0
    for match in _tokens(text):
        plain = text[end : match.start()] + ("$" if match["dollar"] else "")
        if plain:
            yield plain, "", ""
        if not match["dollar"]:
            yield "", _known_name(match), match["format"] or ""
        end = match.end()
    if text[end:]:
        yield text[end:], "", ""


def render(text: str, values: Values) -> str:
    """`text` with its placeholders filled from `values`, which are by name.

    Raises:
        PlaceholderError: `values` has no such name.
    """

    def filled(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        name = _known_name(match)
        if name not in values:
            raise _unknown(name, values)
        value = values[name]
        return value.strftime(match["format"] or "%Y-%m-%d") if isinstance(value, date) else value

    return _TOKEN.sub(filled, text) if "$" in text else text


def _tokens(text: str) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(text)) if "$" in text else []


def _known_name(match: re.Match[str]) -> str:
    """The name in a placeholder that is well formed."""
    name, form = match["name"], match["format"]
    if name is None:
        raise PlaceholderError("a $ that begins no placeholder", "write $$ for a dollar, ${run} for a placeholder")
    parameter = name.removeprefix(PARAMETER)
    if name not in FIXED and (parameter == name or not SEGMENT.fullmatch(parameter)):
        raise _unknown(name, (*FIXED, f"{PARAMETER}NAME"))
    if form is not None and name != "business_date":
        raise PlaceholderError(f"${{{name}}} takes no format", f"write ${{{name}}}")
    if form is not None and not _DATE_FORMAT.fullmatch(form):
        raise PlaceholderError(f"not a date's format: {told(form)}", f"such as %Y%m%d; known are % with {DIRECTIVES}")
    return name


def _unknown(name: str, known: Iterable[str]) -> PlaceholderError:
    return PlaceholderError(f"unknown placeholder: ${{{told(name)}}}", did_you_mean(name, known))
