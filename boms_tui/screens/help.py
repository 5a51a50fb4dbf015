"""Help: every key and every verb, read from their tables."""

from collections.abc import Callable, Iterator

from textual.app import ComposeResult

from boms_tui.model.verbs import VERBS
from boms_tui.screens.dialog import Box, Dialog
from boms_tui.screens.keys import GROUPS, Group, Key, bindings, name_of
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.rows import board, process
from boms_tui.screens.signs import RUN_SIGNS, TASK_SIGNS, Sign
from boms_tui.screens.text import clip, fit
from boms_tui.screens.widgets.lineview import LineView

CLOSING = Group("Help", (Key("question_mark,f1,q", "cancel", "Close"),))


class Help(Dialog[None]):
    """Scrolls; Esc, q or ? closes it."""

    BINDINGS = bindings(CLOSING)

    def compose(self) -> ComposeResult:
        with Box("Help"):
            yield LineView("help")

    def on_mount(self) -> None:
        self.soon(self._draw)

    def on_resize(self) -> None:
        self.soon(self._draw)

    def _draw(self) -> None:
        view = self.query_one("#help", LineView)
        view.show(help_lines(view.width_of(), self.host.may))
        view.focus()


def help_lines(width: int, may: Callable[[str], bool]) -> list[Line]:
    """The whole page; verbs that this person may not use at this moment are dim."""
    rows = (*_verbs(width, may), *_keys(), *_filters(), *_signs())
    return [line(f"#{number}", *spans) for number, spans in enumerate(rows)]


def _verbs(width: int, may: Callable[[str], bool]) -> Iterator[tuple[Span, ...]]:
    yield (Span("Acts", "group"), Span("  each asks first; dim ones are locked, or not yours", "faint"))
    wide = width >= 120
    for verb in VERBS.values():
        if not verb.key:
            continue
        yield (
            Span(f"  {fit(verb.key, 9)}", "key" if may(verb.name) else "faint"),
            Span(fit(verb.label, 17), "strong" if may(verb.name) else "faint"),
            Span(f"{fit(' or '.join(sorted(verb.on)), 22)} {fit(verb.role, 11)}", "dim"),
            Span(clip(verb.says, width - 64) if wide else "", "faint"),
        )
        if not wide:
            yield (Span(" " * 11), Span(clip(verb.says, width - 12), "faint"))


def _keys() -> Iterator[tuple[Span, ...]]:
    for group in GROUPS:
        yield ()
        yield (Span(group.heading, "group"),)
        for key in group.keys:
            yield (Span(f"  {fit(name_of(key.keys), 14)}", "key"), Span(key.label, "dim"))


def _filters() -> Iterator[tuple[Span, ...]]:
    yield ()
    yield (Span("Filters", "group"), Span("  all words must match; - before one turns it round", "faint"))
    for place, names, example in (
        ("board", board.FIELDS, "state:stalled dept:risk -by:cron"),
        ("processes", process.FIELDS, "state:failed -dept:archive margin"),
    ):
        fields = " ".join(f"{name}:" for name in names)
        yield (Span(f"  {fit(place, 14)}", "key"), Span(fields, "dim"))
        yield (Span(" " * 16), Span(f"for example  {example}", "faint"))


def _signs() -> Iterator[tuple[Span, ...]]:
    for title, signs in (("Signs of tasks", TASK_SIGNS.values()), ("Signs of runs", RUN_SIGNS.values())):
        yield ()
        yield (Span(title, "group"),)
        row: list[Sign] = list(signs)
        for start in range(0, len(row), 4):
            yield tuple(Span(f"  {sign.glyph} {fit(sign.word, 12)}", sign.tone) for sign in row[start : start + 4])
