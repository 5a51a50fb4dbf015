"""Requests: what a console or the command line asks, as canonical bytes that its session's key signs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from boms_tui.model.ids import RequestId, SessionId

LIFETIME = timedelta(minutes=5)
MAX_BODY = 8 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One act asked for.

    `version_seen` is the version of the target that the person saw; None where the verb needs none.
    `body` is `encode(...)` of the rest and is what `signature` signs.
    """

    id: RequestId
    deployment: str
    session: SessionId
    sequence: int
    verb: str
    target: str
    issued_at: datetime
    expires_at: datetime
    reason: str = ""
    version_seen: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request ready to be stored: its canonical body, signed, with the columns that are looked up."""

    id: RequestId
    session: str
    sequence: int
    verb: str
    target: str
    version_seen: int | None
    body: bytes
    signature: bytes
    expires_at: datetime


_FIELDS = (
    "id", "deployment", "session", "sequence", "verb", "target", "issued_at", "expires_at", "reason",
    "version_seen", "parameters",
)  # fmt: skip


def encode(request: Request) -> bytes:
    """The canonical bytes of a request: sorted compact JSON, times as ISO-8601 UTC."""
    body = {name: getattr(request, name) for name in _FIELDS}
    body["issued_at"] = request.issued_at.isoformat()
    body["expires_at"] = request.expires_at.isoformat()
    body["parameters"] = dict(request.parameters)
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(body: bytes, signature: bytes) -> Request:
    """The request that `body` says.

    Raises:
        ValueError: the bytes are not a canonical request.
    """
    try:
        fields = json.loads(body)
        wrong = next((name for name, kind in _KINDS.items() if not _is(fields[name], kind)), None)
        if wrong is not None:
            raise ValueError(f"not a request: {wrong} is of the wrong kind")
        times = {name: datetime.fromisoformat(fields[name]) for name in ("issued_at", "expires_at")}
        request = Request(**{**fields, **times}, signature=signature)
        canonical = encode(request)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a request: {type(error).__name__}") from error
    if canonical != body or any(time.tzinfo is None for time in times.values()):
        raise ValueError("not a request in canonical form")
    return request


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("id", "deployment", "session", "verb", "target", "issued_at", "expires_at", "reason"), str),
    "sequence": int,
    "version_seen": (int, type(None)),
    "parameters": dict,
}


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    if isinstance(value, dict):
        return kind is dict and all(isinstance(part, str) for pair in value.items() for part in pair)
    return isinstance(value, kind) and not isinstance(value, bool)
