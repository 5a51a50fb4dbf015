"""The runtime's log: one line an event, to standard error; its wording lives here and nowhere else."""

import json
import logging
import sys
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

from boms_tui.model.decision import Decision
from boms_tui.model.records import Entry

LOG = logging.getLogger("boms")


Event = tuple[str, Mapping[str, object]]
"""What happened, and the particulars."""


class _Lines(logging.Formatter, ABC):
    """A record holds events that came about at the same moment; each becomes a line."""

    def format(self, record: logging.LogRecord) -> str:
        at, level = datetime.fromtimestamp(record.created, UTC), record.levelname.lower()
        events: Iterable[Event] = getattr(record, "events", ((record.getMessage(), {}),))
        return "\n".join(self.line(at, level, message, fields) for message, fields in events)

    @abstractmethod
    def line(self, at: datetime, level: str, message: str, fields: Mapping[str, object]) -> str: ...


class _Json(_Lines):
    """One JSON object a line; foreign text cannot break out of it."""

    def line(self, at: datetime, level: str, message: str, fields: Mapping[str, object]) -> str:
        said = {"at": at.isoformat().replace("+00:00", "Z"), "level": level, "message": message, **fields}
        return json.dumps(said, default=str)


class _Text(_Lines):
    """A line for people, with control characters made visible."""

    def line(self, at: datetime, level: str, message: str, fields: Mapping[str, object]) -> str:
        particulars = " ".join(f"{name}={value}" for name, value in fields.items())
        line = f"{at.isoformat(timespec='milliseconds')[11:23]} {level:7} {message} {particulars}".rstrip()
        return line if line.isprintable() else line.encode("unicode_escape").decode("ascii")


def configure(kind: Literal["text", "json"] = "text") -> None:
    """Send the log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if kind == "json" else _Text())
    LOG.handlers = [handler]
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def say(message: str, **fields: object) -> None:
    _tell(logging.INFO, (message, fields))


def warn(message: str, **fields: object) -> None:
    _tell(logging.WARNING, (message, fields))


def defect(message: str, error: BaseException) -> None:
    """Something that must not happen, with where it did; values of variables stay out."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    _tell(logging.ERROR, (message, {"error": repr(error), "at": f"{place.filename}:{place.lineno}"}))


def decided(decision: Decision) -> None:
    """The journal rows of a decision, as log lines."""
    if decision.journal:
        _tell(logging.INFO, *((entry.action, _particulars(entry)) for entry in decision.journal))


def _particulars(entry: Entry) -> Mapping[str, object]:
    said = {"object": entry.object, "by": entry.actor, "why": entry.reason}
    return {name: value for name, value in said.items() if value or name == "object"}


def _tell(level: int, *events: Event) -> None:
    LOG.log(level, events[0][0], extra={"events": events})
