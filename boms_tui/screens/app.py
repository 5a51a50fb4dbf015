"""The console: from screen to screen, who is signed in, and the lock on the action keys."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from boms_tui import clock
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.verbs import VERBS
from boms_tui.model.views import ProcessRow, UserRow
from boms_tui.screens.acting import Acting
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.board import BoardScreen
from boms_tui.screens.contacts import ContactsScreen
from boms_tui.screens.feed import INTERVAL
from boms_tui.screens.freshness import Watch
from boms_tui.screens.gateway import Gateway, Hint, SignedIn
from boms_tui.screens.help import Help
from boms_tui.screens.lifeline import Lifeline, log_crash
from boms_tui.screens.listening import Listening
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.processes import ProcessesScreen
from boms_tui.screens.run import RunScreen
from boms_tui.screens.signin import SignIn
from boms_tui.screens.task import TaskScreen
from boms_tui.screens.text import safe
from boms_tui.screens.theme import DAY, NIGHT, THEMES
from boms_tui.screens.users import UsersScreen
from boms_tui.screens.why import WhyScreen
from boms_tui.screens.widgets.lineview import ASCII

_VIEWS: dict[str, Callable[[], LiveScreen[Any]]] = {
    "processes": ProcessesScreen, "contacts": ContactsScreen, "users": UsersScreen,
}  # fmt: skip
_LAY_OUT_EVERY = 5
"""Seconds between two layouts while nothing is reported: durations grow in such steps."""


def _palette() -> type[Any]:
    from boms_tui.screens.palette import Commands

    return Commands


class Console(Listening, inherit_bindings=False):
    """Screens ask it for the time, the gateway and rights; it goes from one to the other and asks before it acts."""

    CSS_PATH = "boms.tcss"
    TITLE = "BOMS"
    BINDINGS: ClassVar = [("ctrl+c", "how_to_quit", "Quit")]
    COMMANDS: ClassVar = {_palette}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ENABLE_COMMAND_PALETTE = True
    AUTO_FOCUS = "#table"

    def __init__(
        self,
        gateway: Gateway,
        *,
        hint: Hint,
        zone: str,
        business_zone: str = "",
        signed_in: SignedIn | None = None,
        theme: str = NIGHT,
        ascii_only: bool = False,
        lifeline: Lifeline | None = None,
        steady: Callable[[], float] = clock.monotonic,
        wall: Callable[[], datetime] = clock.now,
        interval: float = INTERVAL,
    ) -> None:
        super().__init__(gateway, ZoneInfo(zone), Watch(ZoneInfo(zone), steady, wall), interval)
        for look in THEMES:
            self.register_theme(look)
        self.theme = theme
        self.animation_level = "none"
        self.set_class(ascii_only, ASCII)
        self.hint, self.signed_in = hint, signed_in
        self.business_zone = ZoneInfo(business_zone or zone)
        self.board = BoardScreen()
        self._acting = Acting(self)
        self._processes: tuple[ProcessId, ...] = ()
        self._lifeline = lifeline
        self._ticks = 0

    @property
    def place(self) -> str:
        return safe(self.pulse.node) if self.pulse is not None and self.pulse.node else "boms"

    @property
    def failed(self) -> bool:
        """Whether a defect has ended it."""
        return self._exception is not None

    def on_mount(self) -> None:
        self.push_screen(self.board)
        if self.signed_in is None:
            self.push_screen(SignIn(), self._signed_in)
        self.feed.watch(self.board.interest)
        self.feed.start()
        self.set_interval(1.0, self.second)
        if self._lifeline is not None:
            self._lifeline.hold(self.exit)
        in_background("processes", self.gateway.processes, self.post_message)

    def on_unmount(self) -> None:
        self.feed.stop()

    def today(self) -> date:
        return self.now().astimezone(self.business_zone).date()

    def second(self) -> None:
        """Once a second: how fresh all this is. Lines that stay the same are not drawn again."""
        self._ticks += 1
        if self._lifeline is not None and self._lifeline.hung_up():
            self._lifeline.end(129)
        self.fade()
        self.freshen()
        if self._ticks % _LAY_OUT_EVERY == 0 and self.live is not None and self.fresh.live:
            self.live.lay_out()

    def may(self, verb: str) -> bool:
        return self.fresh.live and self.signed_in is not None and verb in self.signed_in.verbs

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The gate before all keys: dialogs keep keys out of what lies below, and no verb works while locked."""
        on_top = isinstance(self.screen, LiveScreen)
        gates: dict[str, Callable[[], bool]] = {
            "verb": lambda: on_top and self.may(str(parameters[0])),
            "command_palette": lambda: on_top and self.signed_in is not None and self.fresh.live,
            "view": lambda: on_top,
            "help": lambda: on_top,
            "sign": lambda: on_top,
        }
        return gates[action]() if action in gates else super().check_action(action, parameters)

    def on_done(self, event: Done) -> None:
        if event.tag.startswith("act:"):
            self._acting.answered(event)
            self.feed.look()
        elif event.tag.startswith("hold:"):
            self._acting.found_hold(event)
        elif isinstance(event.data, Sequence):
            self._processes = tuple(row.id for row in event.data if isinstance(row, ProcessRow))

    def known_runs(self) -> list[RunId]:
        return [row.run.id for row in self.board.data.rows] if self.board.data is not None else []

    def known_processes(self) -> tuple[ProcessId, ...]:
        return self._processes

    def open_run(self, run: RunId) -> None:
        self.push_screen(RunScreen(run))

    def open_task(self, ref: str) -> None:
        self.push_screen(TaskScreen(ref))

    def open_why(self, ref: str) -> None:
        self.push_screen(WhyScreen(ref))

    async def open_process(self, process: str) -> None:
        await self.action_view("processes")
        if isinstance(self.live, ProcessesScreen):
            self.live.choose_when_read(process)

    def account(self, do: str, user: UserRow | None) -> None:
        self._acting.account(do, user)

    def action_verb(self, name: str) -> None:
        if name in VERBS:
            self._acting.ask(name)

    def action_help(self) -> None:
        self.push_screen(Help())

    async def action_view(self, name: str) -> None:
        """Go back to the board, and from there to another view."""
        while len(self.screen_stack) > 1 and self.screen is not self.board:
            await self.pop_screen()
        if name in _VIEWS:
            await self.push_screen(_VIEWS[name]())

    def action_sign(self) -> None:
        """Sign in; or sign out, which leaves the console read-only."""
        if self.signed_in is None:
            self.push_screen(SignIn(), self._signed_in)
            return
        self._signed_in(None)
        in_background("sign-out", self.gateway.sign_out, self.post_message)
        self.say("signed out; looking around is read-only", "dim")

    def _signed_in(self, signed_in: SignedIn | None) -> None:
        self.signed_in = signed_in
        if signed_in is not None:
            self.say("")
        self.refresh_bindings()
        self.freshen()

    def action_dark(self) -> None:
        if self.theme in {NIGHT, DAY}:
            self.theme = DAY if self.theme == NIGHT else NIGHT

    def action_how_to_quit(self) -> None:
        self.say("q on the board quits; Esc goes back", "dim")

    def _handle_exception(self, error: Exception) -> None:
        """End with a non-zero status; what was in the program's variables goes nowhere."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        log_crash(error)
        self._close_messages_no_wait()
