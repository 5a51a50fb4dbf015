"""Foreign text made harmless: what programs, people and definitions wrote must never act on a terminal."""

import re
import unicodedata

MARK = "\N{REPLACEMENT CHARACTER}"
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that steer a terminal, hide or reorder text, or are undecodable bytes."""
_PILE = 4
_COMBINING = frozenset({"Mn", "Me"})


def safe(text: str) -> str:
    """`text` on one line, each control, bidi, zero-width or lone surrogate character shown as a visible mark."""
    if text.isascii() and text.isprintable():
        return text
    return _without_piles("".join(map(_visible, text)))


def safe_lines(text: str) -> str:
    """The same with its line ends kept, CR LF counting as one, and tabs as four spaces."""
    return "\n".join(safe(line.replace("\t", "    ")) for line in re.split(r"\r?\n", text))


def width(text: str) -> int:
    """The terminal cells that `text` takes, as far as Unicode says."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in _COMBINING:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return " " if character in "\t\n\r" else chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    return MARK if unicodedata.category(character) in _STEERING else character


def _without_piles(text: str) -> str:
    """At most four combining signs on a letter: more of them draw over the lines around."""
    kept: list[str] = []
    pile = 0
    for character in text:
        pile = pile + 1 if unicodedata.category(character) in _COMBINING else 0
        if pile <= _PILE:
            kept.append(character)
    return "".join(kept)
