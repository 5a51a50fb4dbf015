"""What an act would do, as lines."""

from collections.abc import Iterator

from boms_tui.model.views import Effect
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.text import fit, safe, wrap

MOST = 50
"""The most names that are listed of one kind."""

SWEEPING = {
    "hold": "nothing of any run under it starts",
    "release": "what waits under it for nothing else starts",
}
"""What follows from an act on everything under a process or a folder, by its verb."""


def sweeping_lines(verb: str) -> list[Line]:
    return [line("#sweeps", ("then    ", "faint"), (SWEEPING[verb], ""))]


def effect_lines(effect: Effect | None, failed: str, width: int, *, lacks: str = "") -> list[Line]:
    """What it frees, what stays blocked and by what, and who went on already. `lacks` is what must be known first."""
    if lacks:
        return [line("#lacks", (f"what it would do shows once {safe(lacks)} is filled in", "faint"))]
    if failed:
        text = f"what it would do is not known: {safe(failed)}"
        return [line(f"#failed{number}", (part, "warn")) for number, part in enumerate(wrap(text, max(10, width)))]
    if effect is None:
        return [line("#asking", ("working out what it would do", "faint"))]
    return [line(f"#{number}", *spans) for number, spans in enumerate(_spans(effect, width))]


def _spans(effect: Effect, width: int) -> Iterator[tuple[Span, ...]]:
    blocked = tuple(f"{name} ({why})" for name, why in effect.blocked)
    yield from _part("starts", effect.frees, "nothing", "ok", width)
    if effect.then:
        yield from _part("then", effect.then, "", "ok", width)
    yield from _part("blocked", blocked, "nothing stays blocked", "warn", width)
    if effect.went_on:
        yield from _part("went on", effect.went_on, "", "odd", width)


def _part(label: str, names: tuple[str, ...], none: str, tone: str, width: int) -> Iterator[tuple[Span, ...]]:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    text = ", ".join(map(safe, names[:MOST])) + more
    for number, part in enumerate(wrap(text or none, max(10, width - 8))):
        yield Span(fit("" if number else label, 7) + " ", "faint"), Span(part, tone if names else "dim")
