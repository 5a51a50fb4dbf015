"""`python -m tests.screens.pictures FOLDER`: pictures of the main screens, taken by the console itself."""

import asyncio
import html
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.cells import cell_len

from boms_tui.model.ids import RunId
from tests.screens.fake import signed_in
from tests.screens.stage import Stage, stage

SIZE = (100, 30)
MARGIN, VAR = RunId("settlement/eod-margin@2026-11-20.1"), RunId("risk/var@2026-11-20.1")
_FONT_FACES = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
_COMMENTS = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_TEXT = re.compile(r'<text class="([\w-]+)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+"([^>]*)>([^<]*)</text>')
_CELL = 12.2
"""The width of a cell in the picture."""
_FONTS = "ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas"


async def _board(at: Stage) -> None:
    await at.sees("needs a person", "LIVE")


async def _run(at: Stage) -> None:
    at.app.open_run(VAR)
    await at.sees("scenarios", "reprice-debt")


async def _map(at: Stage) -> None:
    await _run(at)
    await at.press("m")
    await at.sees("┌")


async def _task(at: Stage) -> None:
    at.app.open_task(f"{MARGIN}:compute")
    await at.sees("exit 3", "nothing was published")


async def _confirm(at: Stage) -> None:
    await _task(at)
    await at.press("r")
    await at.sees("release (waits for a person)")
    await at.press(*"the exchange has sent its file again")


async def _processes(at: Stage) -> None:
    await at.press("2")
    await at.sees("archive", "Archive of the night")


async def _users(at: Stage) -> None:
    await at.press("4")
    await at.sees("newcomer")


async def _sign_in(at: Stage) -> None:
    await at.sees("Sample accounts", "needs a person")


SCENES: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "board": _board, "run": _run, "map": _map, "task": _task, "confirm": _confirm, "signin": _sign_in,
    "processes": _processes, "users": _users,
}  # fmt: skip


async def picture(name: str) -> str:
    """One screen as SVG that needs nothing from anywhere else."""
    person = None if SCENES[name] is _sign_in else signed_in("admin", "meera")
    async with stage(SIZE, signed_in=person) as at:
        await SCENES[name](at)
        await at.pilot.pause()
        return self_contained(at.svg)


def self_contained(svg: str) -> str:
    """The picture without fonts that would be fetched, and with the same ids each time it is taken."""
    local = _COMMENTS.sub("", _FONT_FACES.sub("", svg)).replace("Fira Code", _FONTS)
    for number, found in enumerate(dict.fromkeys(re.findall(r"terminal-\d+", local))):
        local = local.replace(found, f"screen{number or ''}")
    local = _TEXT.sub(_without_margins, local)
    return "\n".join(row.rstrip() for row in local.splitlines()) + "\n"


def _without_margins(found: re.Match[str]) -> str:
    """A text that begins and ends with something to be seen: some programs leave out a blank at its ends."""
    style, x, y, rest, escaped = found.groups()
    text = html.unescape(escaped)
    seen = text.strip("\xa0 ")
    if not seen:
        return ""
    left = float(x) + _CELL * (len(text) - len(text.lstrip("\xa0 ")))
    shown = html.escape(seen).replace("\xa0", "&#160;")
    return f'<text class="{style}" x="{left:g}" y="{y}" textLength="{cell_len(seen) * _CELL:g}"{rest}>{shown}</text>'


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCENES:
        (folder / f"{name}.svg").write_text(asyncio.run(picture(name)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
