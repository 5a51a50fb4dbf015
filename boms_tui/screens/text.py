"""Foreign text made harmless at one place, and text measured in terminal cells.

Everything that comes from the store, a definition or a program's output goes through `safe` before it is drawn.
"""

from rich.cells import cell_len, set_cell_size

from boms_tui.model.text import MARK
from boms_tui.model.text import safe as harmless

ELLIPSIS = "…"


def safe(text: str) -> str:
    """`text` on one line, harmless, and with a mark for each sign without a width that cells could be counted by."""
    made = harmless(text)
    return made if made.isascii() else "".join(sign if cell_len(sign) else MARK for sign in made)


def safe_lines(text: str) -> list[str]:
    """The lines of a text that may have several, each made safe."""
    return [safe(line.expandtabs(4)) for line in text.splitlines()]


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + ELLIPSIS
    padding = " " * (width - size)
    return padding + text if right else text + padding


def clip(text: str, width: int) -> str:
    """At most `width` cells, cut with an ellipsis at the end."""
    return text if cell_len(text) <= width else fit(text, width)


def clip_left(text: str, width: int) -> str:
    """At most `width` cells, cut with an ellipsis at the beginning: for names whose end tells them apart."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    kept = text
    while cell_len(kept) > width - 1:
        kept = kept[1:]
    return ELLIPSIS + kept


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, at least two, broken at spaces where there are any."""
    width = max(2, width)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            joined = f"{line} {word}" if line else word
            if cell_len(joined) <= width:
                line = joined
                continue
            if line:
                lines.append(line)
            line = word
            while cell_len(line) > width:
                head = set_cell_size(line, width)
                lines.append(head)
                line = line[len(head.rstrip(" ")) or 1 :]
        lines.append(line)
    return lines


def wrap_most(text: str, width: int, most: int) -> list[str]:
    """`text` in at most `most` lines; what has no room is cut at the end of the last."""
    parts = wrap(text, width)
    return parts if len(parts) <= most else [*parts[: most - 1], clip(" ".join(parts[most - 1 :]), width)]
