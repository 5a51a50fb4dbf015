"""A screen that shows one view of the store, live, between a header above and a status bar and footer below."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from boms_tui.model.ids import AttemptId
from boms_tui.model.verbs import VERBS, On, Verb
from boms_tui.model.views import Output, Progress
from boms_tui.screens.host import Host
from boms_tui.screens.keys import EVERYWHERE, Group, bindings, name_of
from boms_tui.screens.line import Span
from boms_tui.screens.messages import Interest
from boms_tui.screens.rows.frame import Times, Who, footer, header, said_lines, status
from boms_tui.screens.target import Target, offered
from boms_tui.screens.text import clip, safe
from boms_tui.screens.when import Moment, clock_text
from boms_tui.screens.widgets.lineview import LineView

D = TypeVar("D")
_ROLES = ("admin", "supervisor", "operator", "author", "viewer")


class LiveScreen(Screen[None], Generic[D]):
    """`show` gets what the feed read; `lay_out` draws it for the moment and the width."""

    BINDINGS = bindings(EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual declares it so
    KINDS: ClassVar[tuple[On, ...]] = ()
    KEYS: ClassVar[tuple[Group, ...]] = ()
    TITLE = ""

    def __init__(self) -> None:
        super().__init__()
        self.data: D | None = None
        self.sequence = -1
        self._behind = False
        self._wrong = Span("")

    @property
    def host(self) -> Host:
        return cast("Host", self.app)

    @property
    def interest(self) -> Interest:
        """What the feed shall read for this screen."""
        return Interest()

    def compose(self) -> ComposeResult:
        yield LineView("header", focusable=False)
        yield from self.body()
        yield LineView("message", focusable=False)
        yield LineView("status", focusable=False)
        yield LineView("footer", focusable=False)

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """The widgets between header and message line."""

    @abstractmethod
    def draw(self, data: D) -> None:
        """Draw the body anew from what was read."""

    def target(self) -> Target | None:
        """What the verbs act on."""
        return None

    def target_for(self, verb: Verb) -> Target | None:  # noqa: ARG002 - a screen with two kinds of things asks it
        return self.target()

    def trail(self) -> Sequence[str]:
        """Where one is, behind the host's name."""
        return (self.TITLE,)

    def heading(self) -> tuple[str, str, Sequence[Span]]:
        """The header's title, its note and what stands at its right."""
        return self.TITLE, "", ()

    def shown_date(self) -> date | None:
        """The business date that is looked at; None where the screen is about none."""
        return None

    def take(self, data: D, sequence: int) -> None:
        """Take over what the feed read when the journal's head was `sequence`."""
        self.sequence, self._behind, self._wrong = sequence, False, Span("")
        self.show(data)

    def show(self, data: D) -> None:
        """Show what was read."""
        self.data = data
        self.lay_out()

    def hear(self, progress: Mapping[AttemptId, Progress]) -> None:
        """Take over what attempts say of themselves; screens that show it say how."""

    def print(self, attempt: AttemptId, output: Output | None) -> None:
        """Take over the end of an attempt's output; the screen that shows it says how."""

    def lay_out(self) -> None:
        """Draw everything for this moment; lines that stay the same cost nothing."""
        if self._stands():
            if self.data is not None:
                self.draw(self.data)
            self._frame()

    def fail(self, why: str) -> None:
        """What is to be shown could not be read: say why for as long as that is so, and that nothing here is live."""
        before, self._wrong = self._wrong, Span(f"✗ {why}", "bad")
        self._behind = True
        if self._wrong != before:
            self.frame()
            self.call_after_refresh(self.lay_out)

    @property
    def unread(self) -> str:
        """What the header notes as long as there is nothing to show."""
        return "it cannot be shown" if self._wrong.text else "reading the store"

    def moment(self, view: LineView) -> Moment:
        """Now, for the width of one of the views."""
        return Moment(self.host.now(), self.host.zone, view.width_of())

    def on_mount(self) -> None:
        self.call_after_refresh(self.lay_out)

    def on_screen_resume(self) -> None:
        """Nothing that was overtaken while another screen lay over this one is shown as live."""
        self.host.moved_on()
        pulse = self.host.pulse
        self._behind = self.data is not None and pulse is not None and pulse.sequence != self.sequence
        self.host.watch_again()
        self.call_after_refresh(self.lay_out)

    def on_resize(self) -> None:
        self.call_after_refresh(self.lay_out)

    def frame(self) -> None:
        """Draw the rows around the body, if there is anything to draw on yet."""
        if self._stands():
            self._frame()

    def _stands(self) -> bool:
        """Whether its widgets are there to draw on."""
        return self.is_attached and bool(self.size.width) and bool(self.query("#footer"))

    def _frame(self) -> None:
        """Draw header, message, status bar and footer, and dim the rest where it is not live."""
        host, width = self.host, self.size.width
        title, note, right = self.heading()
        self.query_one("#header", LineView).show([header(title, note, right, width)])
        message = self.query_one("#message", LineView)
        said = [*said_lines("#wrong", self._wrong, width), *said_lines("#said", host.said, width)]
        message.display = bool(said)
        message.show(said)
        now = host.now()
        clock = f"{clock_text(now, host.zone)} {now.astimezone(host.zone):%Z}"
        trail = (host.place, *self.trail())
        times = Times(host.fresh, self.shown_date(), clock, self.sequence)
        row = status(trail, self._who(), times, width)
        self.query_one("#status", LineView).show([row])
        self.query_one("#footer", LineView).show([footer(self._hints(), self._note(), width)])
        for view in self.query(LineView):
            if view.id not in {"header", "message", "status", "footer"}:
                view.age(old=self._behind or not host.fresh.live)

    def _who(self) -> Who:
        signed_in = self.host.signed_in
        if signed_in is None:
            return Who()
        role = next((role for role in _ROLES if role in signed_in.roles), ",".join(signed_in.roles))
        return Who(clip(safe(signed_in.user), 24), clip(safe(role), 16))

    def _hints(self) -> list[tuple[str, str]]:
        """The keys that make sense here now: this screen's, the verbs that fit, help."""
        shown = [key for group in self.KEYS for key in group.keys if key.footer]
        hints = [(name_of(key.keys.partition(",")[0]), key.label) for key in shown]
        return [*hints, *((verb.key, verb.label) for verb in self.fitting()), ("?", "Help")]

    def fitting(self) -> list[Verb]:
        """The verbs that this person could use on what is under the cursor."""
        verbs = [verb for verb in VERBS.values() if verb.key and verb.on & set(self.KINDS) and self.host.may(verb.name)]
        found = []
        for verb in verbs:
            target = self.target_for(verb)
            if target is not None and offered(verb, target):
                found.append(verb)
        return found[:8]

    def _note(self) -> Span:
        host = self.host
        if not host.fresh.live:
            return Span("action keys are locked", "warn")
        return Span("") if host.signed_in else Span("read-only: L signs in", "dim")

    def action_back(self) -> None:
        """Go back one level."""
        self.dismiss()

    def action_leave(self) -> None:
        """Go back; the board ends the console instead."""
        self.action_back()

    def action_filter(self) -> None:
        """Screens that can be filtered say how."""
