"""A console on a stage: with a fake gateway, a clock that stands still, and eyes that read its screen."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from io import StringIO
from pathlib import Path

from rich.console import Console as RichConsole
from textual.pilot import Pilot

from boms_tui.screens.app import Console
from boms_tui.screens.gateway import Hint, SignedIn
from boms_tui.screens.theme import NIGHT
from tests.screens.fake import HINT, FakeGateway
from tests.screens.night import NOW, ZONE

SMALL, LARGE = (80, 24), (160, 48)
SNAPSHOTS = Path(__file__).parent / "snapshots"
STEP, PATIENCE = 0.01, 400
"""How often a test looks whether something has become true, in seconds, and how many times."""


@dataclass
class Seat:
    """What a test holds of any console: the app, and the pilot that presses keys; it sees what a person sees."""

    app: Console
    pilot: Pilot[None]
    patience: int = field(default=PATIENCE, kw_only=True)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true."""
        for _ in range(self.patience):
            if condition():
                return
            self.look()
            await asyncio.sleep(STEP)
        raise AssertionError(f"it did not happen; the screen is\n{self.text}")

    def look(self) -> None:
        """What else a waiting test does; nothing, as a person."""

    async def sees(self, *texts: str) -> None:
        """Wait until all these texts are on the screen."""
        await self.until(lambda: all(text in self.text for text in texts))

    async def misses(self, text: str) -> None:
        await self.until(lambda: text not in self.text)

    @property
    def rows(self) -> list[str]:
        """The screen as text, row by row."""
        width, height = self.app.size
        console = RichConsole(width=width, height=height, file=StringIO(), record=True, legacy_windows=False)
        update = self.app.screen._compositor.render_update(full=True, screen_stack=self.app._background_screens)
        console.print(update)
        return [row.rstrip() for row in console.export_text(styles=False).split("\n")[:height]]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def svg(self) -> str:
        """The screen as a picture."""
        return self.app.export_screenshot()


@dataclass
class Stage(Seat):
    """A seat before a fake gateway, with a clock in seconds that the test moves."""

    gateway: FakeGateway
    clock: "Clock"

    def look(self) -> None:
        self.app.feed.look()

    async def snapshot(self, name: str) -> None:
        """Wait for the screen to be as it is stored; BOMS_UPDATE_SNAPSHOTS=1 stores it instead."""
        file = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("BOMS_UPDATE_SNAPSHOTS") == "1":
            await asyncio.sleep(1)
            file.parent.mkdir(exist_ok=True)
            file.write_text(self.text + "\n", encoding="utf-8")
        stored = file.read_text(encoding="utf-8").splitlines()
        for _ in range(PATIENCE // 2):
            if self.rows == stored:
                return
            await asyncio.sleep(STEP)
        raise AssertionError("\n".join(unified_diff(stored, self.rows, "stored", "seen", lineterm="")))


@dataclass
class Clock:
    """Seconds that pass only when a test says so."""

    seconds: float = field(default=1000.0)

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def stage(
    size: tuple[int, int] = SMALL,
    *,
    gateway: FakeGateway | None = None,
    signed_in: SignedIn | None = None,
    hint: Hint = HINT,
    theme: str = NIGHT,
    ascii_only: bool = False,
) -> AsyncIterator[Stage]:
    """A console that has painted its board."""
    behind, clock = gateway or FakeGateway(), Clock()
    app = Console(
        behind, hint=hint, zone=ZONE, signed_in=signed_in, theme=theme, ascii_only=ascii_only,
        steady=clock, wall=lambda: NOW, interval=0.25,
    )  # fmt: skip
    async with app.run_test(size=size) as pilot:
        held = Stage(app, pilot, behind, clock)
        await held.until(lambda: (app.pulse is not None and app.board.data is not None) or behind.lost)
        yield held
