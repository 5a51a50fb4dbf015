"""Leadership and the inbox, as the leader reads them from the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """Who leads.

    `planned_until` is the instant up to which every occurrence has been ordered or missed; `pools` has the slots of
    each pool that the last leader served.
    """

    holder: str
    epoch: int
    beat: int
    beat_at: datetime | None
    planned_until: datetime | None
    pools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it lies in the store, not yet believed."""

    id: str
    body: bytes
    signature: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RawLogin:
    """A sealed sign-in as it lies in the store."""

    id: str
    sealed: bytes
    received_at: datetime


class DeposedError(Exception):
    """Another runtime leads: stop at once and write nothing."""


class ConflictError(Exception):
    """A guarded write found another version: a defect, or a store that somebody edited."""
