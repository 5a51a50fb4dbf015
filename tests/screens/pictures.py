"""`python -m tests.screens.pictures FOLDER`: pictures of the main screens, taken by the console itself."""

import asyncio
import html
import re
import sys
from pathlib import Path

from rich.cells import cell_len

from tests.screens import scenes
from tests.screens.fake import signed_in
from tests.screens.scenes import Scene
from tests.screens.stage import stage

SIZE = (100, 30)
_FONT_FACES = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
_COMMENTS = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_TEXT = re.compile(r'<text class="([\w-]+)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+"([^>]*)>([^<]*)</text>')
_CELL = 12.2
"""The width of a cell in the picture."""
_FONTS = "ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas"


SHOWN: dict[str, Scene] = {
    "board": scenes.board, "run": scenes.run, "map": scenes.run_map, "task": scenes.checks, "unknown": scenes.unknown,
    "resolve": scenes.resolve, "free": scenes.gates, "confirm": scenes.retry, "signin": scenes.sign_in,
    "processes": scenes.processes, "users": scenes.users,
}  # fmt: skip


async def picture(name: str) -> str:
    """One screen as SVG that needs nothing from anywhere else."""
    person = None if SHOWN[name] is scenes.sign_in else signed_in("admin", "meera")
    async with stage(SIZE, signed_in=person) as at:
        await SHOWN[name](at)
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
    for name in SHOWN:
        (folder / f"{name}.svg").write_text(asyncio.run(picture(name)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
