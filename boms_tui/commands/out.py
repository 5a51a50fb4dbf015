"""The one place that prints: aligned tables for people, JSON for scripts, and errors with their next step."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import TextIO
from zoneinfo import ZoneInfo

from boms_tui.errors import BomsError
from boms_tui.model.text import safe, safe_lines, width

_COLOURS: Mapping[str, str] = {
    "succeeded": "32",
    "forced-ok": "32",
    "applied": "32",
    "ok": "32",
    "running": "36",
    "starting": "36",
    "ready": "36",
    "confirm": "33",
    "backoff": "33",
    "stalled": "33",
    "pending": "33",
    "warn": "33",
    "unknown": "35",
    "killing": "35",
    "failed": "31",
    "missed": "31",
    "rejected": "31",
    "expired": "31",
    "fail": "31",
}


class Out:
    """Where a command's answer goes. Everything foreign is made harmless on its way out."""

    def __init__(
        self,
        *,
        as_json: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.as_json = as_json
        self._zone: tzinfo = UTC
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr
        self._coloured = self._stdout.isatty() and not os.environ.get("NO_COLOR")

    def use_zone(self, name: str) -> None:
        """Show times in this zone from now on."""
        self._zone = ZoneInfo(name)

    def json(self, value: object) -> None:
        """One JSON value on one line."""
        print(json.dumps(value, default=_plain), file=self._stdout, flush=True)

    def line(self, text: str = "") -> None:
        """A line of BOMS's own words and foreign ones; of the latter no control character survives."""
        print(safe(text), file=self._stdout, flush=True)

    def block(self, text: str) -> None:
        """Foreign text of several lines, as it stands but harmless."""
        self._stdout.write(safe_lines(text))
        self._stdout.flush()

    def note(self, text: str) -> None:
        """A remark that is no part of the answer."""
        print(safe(text), file=self._stderr, flush=True)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Aligned columns under their heads, those of times with their zone; the last is as long as it needs to be."""
        values = [list(row) for row in rows]
        columns = zip(heads, *values, strict=True)
        shown = [[safe(text) for text in self._column(head, column)] for head, *column in columns]
        widths = [max(map(width, column)) for column in shown]
        for number, row in enumerate(zip(*shown, strict=True)):
            texts = [self._paint(cell, room, head=number == 0) for cell, room in zip(row, widths, strict=True)]
            print("  ".join(texts).rstrip(), file=self._stdout)
        self._stdout.flush()

    def error(self, error: BomsError) -> None:
        """Where it is several things, each of them; then what happened, and the next step. Scripts get its answer."""
        if self.as_json and error.answer is not None:
            self.json(error.answer)
        if str(error) != error.title:
            print(safe_lines(str(error)), file=self._stderr)
        print(f"boms: {safe_lines(error.title)}", file=self._stderr)
        if error.next_step:
            print(f"  {safe_lines(error.next_step)}", file=self._stderr)

    def time_of_day(self, moment: datetime, now: datetime) -> str:
        """A moment in the home's zone, to the minute; with its date where that is not that of `now`."""
        local = moment.astimezone(self._zone)
        is_today = local.date() == now.astimezone(self._zone).date()
        return local.strftime("%H:%M %Z" if is_today else "%Y-%m-%d %H:%M %Z")

    def _column(self, head: str, values: Sequence[object]) -> list[str]:
        """A head and its cells. Times name their zone in the head; where summer time came or went, each has its own."""
        zones = {zone for value in values if isinstance(value, datetime) and (zone := self._zone_of(value))}
        if len(zones) == 1:
            return [f"{head} ({zones.pop()})", *map(self._cell, values)]
        return [head, *(f"{self._cell(value)} {self._zone_of(value)}".rstrip() for value in values)]

    def _cell(self, value: object) -> str:
        """A value as people read it; times in the home's zone, to the second."""
        if isinstance(value, datetime):
            return value.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")
        return "" if value is None else str(value)

    def _zone_of(self, value: object) -> str:
        return value.astimezone(self._zone).tzname() or "" if isinstance(value, datetime) else ""

    def _paint(self, text: str, room: int, *, head: bool) -> str:
        code = "1" if head else _COLOURS.get(text)
        padding = " " * (room - width(text))
        return f"\x1b[{code}m{text}\x1b[0m{padding}" if code and self._coloured else text + padding


def iso(moment: datetime | None) -> str | None:
    """An instant as JSON has it: UTC, microseconds, `Z` at the end."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")
