"""The runtime's log: one line an event, to standard error; its wording lives here and nowhere else."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal

from boms_tui.model.decision import Decision

LOG = logging.getLogger("boms")


class _Json(logging.Formatter):
    """One JSON object a line; foreign text cannot break out of it."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        fields = getattr(record, "fields", {})
        return json.dumps({"at": at, "level": record.levelname.lower(), "message": record.getMessage(), **fields})


class _Text(logging.Formatter):
    """A line for people, with control characters made visible."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        fields = " ".join(f"{name}={value}" for name, value in getattr(record, "fields", {}).items())
        line = f"{at} {record.levelname.lower():7} {record.getMessage()} {fields}".rstrip()
        return line.encode("unicode_escape").decode("ascii") if not line.isprintable() else line


def configure(kind: Literal["text", "json"] = "text") -> None:
    """Send the log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if kind == "json" else _Text())
    LOG.handlers = [handler]
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def say(message: str, **fields: object) -> None:
    LOG.info(message, extra={"fields": fields})


def warn(message: str, **fields: object) -> None:
    LOG.warning(message, extra={"fields": fields})


def defect(message: str, error: BaseException) -> None:
    """Something that must not happen, with where it did; values of variables stay out."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    LOG.error(message, extra={"fields": {"error": repr(error), "at": f"{place.filename}:{place.lineno}"}})


def decided(decision: Decision) -> None:
    """The journal rows of a decision, as log lines."""
    for entry in decision.journal:
        say(entry.action, object=entry.object, **{k: v for k, v in (("by", entry.actor), ("why", entry.reason)) if v})
