"""The answer to "why is it not running?" as lines: the root causes, and below how they lead there."""

from collections import Counter
from collections.abc import Iterable, Iterator

from boms_tui.model.reasons import in_words
from boms_tui.model.states import LIVE
from boms_tui.model.views import Reason, Reasons
from boms_tui.screens.line import Line, Span, line, rule
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS, Sign
from boms_tui.screens.text import safe, wrap
from boms_tui.screens.when import Moment, clock_text

_CLOSED = Sign("✗", "closed", "warn")
_SIGNS = {**{state.value: sign for state, sign in RUN_SIGNS.items()},
          **{state.value: sign for state, sign in TASK_SIGNS.items()}}  # fmt: skip
_LIVE = frozenset(state.value for state in LIVE)


def why_lines(reasons: Reasons, moment: Moment) -> list[Line]:
    """The root causes, then the tree of what is behind the gates. A line can be opened where it speaks of something."""
    return [*_Page(moment).lines(reasons)]


def ref_of(key: str) -> str:
    """The run or task that a line speaks of."""
    return key.partition(" ")[0]


class _Page:
    """Lines whose keys stay what they are while lines around them come and go."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._keys: Counter[str] = Counter()

    def lines(self, reasons: Reasons) -> Iterator[Line]:
        if not reasons.roots and not reasons.because:
            yield line("#nothing", (f" {_at_rest(reasons)}", "dim"))
            return
        count = len(reasons.roots) + reasons.more
        title = f"{count} root causes" if count > 1 else "Root cause"
        if reasons.roots:
            yield rule("#roots", title, self._moment.width)
            yield from self._told(reasons.roots, 1, "root", nested=False)
        if reasons.more:
            yield line("#more", (f"   +{reasons.more} more", "faint"))
        if not reasons.is_flat:
            yield rule("#because", "What it waits for", self._moment.width)
            yield from self._told(reasons.because, 1, "because", nested=True)

    def _told(self, reasons: Iterable[Reason], indent: int, where: str, *, nested: bool) -> Iterator[Line]:
        for reason in reasons:
            yield from self._reason(reason, indent, where)
            yield from self._told(reason.because if nested else (), indent + 2, where, nested=nested)

    def _reason(self, reason: Reason, indent: int, where: str) -> Iterator[Line]:
        sign = _SIGNS.get(reason.state, _CLOSED) if reason.ref else Sign(" ", "", "faint")
        text = safe(in_words(reason, lambda at: clock_text(at, self._moment.zone, now=self._moment.now)))
        tone = "strong" if where == "root" else "" if reason.ref else "faint"
        key = self._key(reason, where)
        for number, part in enumerate(wrap(text, max(10, self._moment.width - indent - 3))):
            lead = Span(f"{' ' * indent}{sign.glyph} " if number == 0 else " " * (indent + 2), sign.tone)
            first = number == 0 and bool(reason.ref)
            yield line(key if first else f"#{key}.{number}", lead, (part, tone), pick=first)

    def _key(self, reason: Reason, where: str) -> str:
        name = f"{safe(reason.ref)} {where} {reason.gate.name if reason.gate is not None else ''}"
        self._keys[name] += 1
        return f"{name} {self._keys[name]}"


def _at_rest(reasons: Reasons) -> str:
    return f"It is {reasons.state} and waits for nothing."
