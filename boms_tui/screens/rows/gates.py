"""Gates as lines: what each says, and whether a person may lift it or what else opens it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from boms_tui.model.reasons import REASONS
from boms_tui.model.views import Gate
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.text import clip, clip_left, fit, safe, wrap
from boms_tui.screens.when import Moment, clock_text


def liftable(gate: Gate) -> bool:
    """Whether `free` can lift it."""
    return not gate.open and not REASONS[gate.kind].instead and bool(gate.who_can_free)


def gate_lines(gates: Sequence[Gate], moment: Moment) -> Iterator[Line]:
    """All gates, the closed ones first: kind, what it says, when it opens and who is needed."""
    for gate in sorted(gates, key=lambda gate: gate.open):
        yield from _gate(gate, moment)


def _gate(gate: Gate, moment: Moment) -> Iterator[Line]:
    glyph, word, tone = ("✓", "open", "ok") if gate.open else ("✗", "closed", "warn")
    head = (Span(f"  {glyph} {fit(word, 7)}", tone), Span(fit(safe(gate.kind), 11) + " ", "dim"))
    said = safe(gate.detail) + ("" if gate.open else _when_and_who(gate, moment))
    for number, part in enumerate(wrap(said, max(10, moment.width - 24))):
        lead = head if number == 0 else (Span(" " * 23),)
        yield line(f"#{gate.name}.{number}", *lead, (part, "" if not gate.open else "faint"))


def _when_and_who(gate: Gate, moment: Moment) -> str:
    at = opens_at(gate, moment)
    return at if gate.by_itself else f"{at}, needs {safe(gate.who_can_free)}"


def opens_at(gate: Gate, moment: Moment) -> str:
    """When it opens, unless it says so itself."""
    at = clock_text(gate.opens_at, moment.zone, now=moment.now)
    return f", opens at {at}" if at and at not in gate.detail else ""


class Offer(NamedTuple):
    """A closed gate to choose from; `of_run` says that it keeps the whole run of a task from starting."""

    key: str
    gate: Gate
    of_run: bool = False


def choice_lines(offers: Sequence[Offer], moment: Moment) -> list[Line]:
    """The gates to choose from: name, who may free it or what else opens it, and below what it says.

    Only those that can be lifted can be picked; they come first.
    """
    ordered = sorted(offers, key=lambda offer: not liftable(offer.gate))
    return [row for offer in ordered for row in _to_choose(offer, moment)]


def how_opened(gate: Gate) -> str:
    """Who may free a closed gate, or what else opens it."""
    lifted = f"{safe(gate.who_can_free)} may free it" if liftable(gate) else ""
    return lifted or REASONS[gate.kind].instead or "it opens by itself"


def _to_choose(offer: Offer, moment: Moment) -> Iterator[Line]:
    gate, pick = offer.gate, liftable(offer.gate)
    how = how_opened(gate) + (", for the run" if offer.of_run and pick else "")
    how = clip(how, moment.width * 2 // 3)
    room = max(12, moment.width - cell_len(how) - 4)
    yield line(
        offer.key,
        ("✗ ", "warn" if pick else "faint"),
        (fit(clip_left(safe(gate.name), room), room), "strong" if pick else "dim"),
        (f"  {how}", "ok" if pick else "faint"),
        pick=pick,
    )
    for number, part in enumerate(wrap(safe(gate.detail) + opens_at(gate, moment), max(10, moment.width - 4))):
        yield line(f"#{offer.key}.{number}", (f"    {part}", "" if pick else "faint"))
