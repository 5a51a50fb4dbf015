"""The answer to "why is it not running?" as lines: the root causes, the gates, and how these lead to those."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from rich.cells import cell_len

from boms_tui.model.ids import split_ref
from boms_tui.model.reasons import in_words
from boms_tui.model.states import LIVE
from boms_tui.model.views import Gate, Reason, Reasons
from boms_tui.screens.line import Line, Span, line, rule
from boms_tui.screens.rows.gates import how_opened, liftable, opens_at
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS, Sign
from boms_tui.screens.text import clip, safe, wrap
from boms_tui.screens.when import Moment, clock_text

_CLOSED, _OPEN = Sign("✗", "closed", "warn"), Sign("✓", "open", "ok")
_MOST_GATES = 20
_SIGNS = {**{state.value: sign for state, sign in RUN_SIGNS.items()},
          **{state.value: sign for state, sign in TASK_SIGNS.items()}}  # fmt: skip
_LIVE = frozenset(state.value for state in LIVE)


def why_lines(reasons: Reasons, moment: Moment) -> list[Line]:
    """The root causes, all gates, then the tree of what is behind them.

    A line can be opened where it speaks of something.
    """
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
        count = len(reasons.roots) + reasons.more
        title = f"{count} root causes" if count > 1 else "Root cause"
        if reasons.roots:
            yield rule("#roots", title, self._moment.width)
            yield from self._told(reasons.roots, 1, "root", nested=False)
        if reasons.more:
            yield line("#more", (f"   +{reasons.more} more", "faint"))
        yield from self._gates(reasons)
        if not reasons.is_flat:
            yield rule("#because", "What it waits for", self._moment.width)
            yield from self._told(reasons.because, 1, "because", nested=True)

    def _gates(self, reasons: Reasons) -> Iterator[Line]:
        """Every gate, the closed ones first, with who may free it; those that several tasks have alike are one."""
        alike: defaultdict[Gate, list[str]] = defaultdict(list)
        for reason in reasons.gates:
            if reason.gate is not None:
                alike[reason.gate].append(reason.ref)
        closed = sum(not gate.open for gate in alike)
        if alike:
            yield rule("#gates", f"Gates: {closed} of {len(alike)} closed", self._moment.width)
        for gate, refs in sorted(alike.items(), key=lambda found: found[0].open)[:_MOST_GATES]:
            yield from self._gate(gate, refs, [ref for ref in refs if ref.startswith(f"{reasons.about}:")])
        if len(alike) > _MOST_GATES:
            yield line("#more gates", (f"   +{len(alike) - _MOST_GATES} more", "faint"))

    def _gate(self, gate: Gate, refs: list[str], of: list[str]) -> Iterator[Line]:
        """A gate's name and who may free it, and below what it says; `of` are the tasks whose it is, of a run."""
        who = f"{len(of)} tasks" if len(of) > 1 else split_ref(of[0])[1] or "" if of else ""
        name = f"{gate.name} of {who}" if who else gate.name
        sign, how = (_OPEN, "open") if gate.open else (_CLOSED, _by_whom(gate))
        key, width = self._key("gate", refs[0] if len(refs) == 1 else "", gate), self._moment.width
        head = clip(safe(name), max(12, width - cell_len(how) - 6))
        tone = "faint" if gate.open else ""
        yield line(key, (f" {sign.glyph} ", sign.tone), (head, tone), (f"  {how}", "faint"), pick=True)
        for number, part in enumerate(wrap(safe(gate.detail) + self._opens(gate), max(10, width - 5))):
            yield line(f"#{key}.{number}", (f"     {part}", "faint" if gate.open else "dim"))

    def _opens(self, gate: Gate) -> str:
        return "" if gate.open else opens_at(gate, self._moment)

    def _told(self, reasons: Iterable[Reason], indent: int, where: str, *, nested: bool) -> Iterator[Line]:
        for reason in reasons:
            yield from self._reason(reason, indent, where)
            yield from self._told(reason.because if nested else (), indent + 2, where, nested=nested)

    def _reason(self, reason: Reason, indent: int, where: str) -> Iterator[Line]:
        sign = _SIGNS.get(reason.state, _CLOSED) if reason.ref else Sign(" ", "", "faint")
        text = safe(in_words(reason, lambda at: clock_text(at, self._moment.zone, now=self._moment.now)))
        tone = "strong" if where == "root" else "" if reason.ref else "faint"
        key = self._key(where, reason.ref, reason.gate)
        for number, part in enumerate(wrap(text, max(10, self._moment.width - indent - 3))):
            lead = Span(f"{' ' * indent}{sign.glyph} " if number == 0 else " " * (indent + 2), sign.tone)
            first = number == 0 and bool(reason.ref)
            yield line(key if first else f"#{key}.{number}", lead, (part, tone), pick=first)

    def _key(self, where: str, ref: str, gate: Gate | None) -> str:
        name = f"{safe(ref)} {where} {gate.name if gate is not None else ''}"
        self._keys[name] += 1
        return f"{name} {self._keys[name]}"


def _by_whom(gate: Gate) -> str:
    """What opens a closed gate, and who may do it."""
    who = f" ({safe(gate.who_can_free)})" if gate.who_can_free and not liftable(gate) else ""
    return how_opened(gate) + who


def _at_rest(reasons: Reasons) -> str:
    return f"It is {reasons.state} and waits for nothing."
