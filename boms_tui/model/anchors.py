"""Anchors: where the journal ended at a moment, signed and kept elsewhere, so that rewriting it is found."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

EVERY = timedelta(minutes=5)
MANY = 1_000
"""Rows after which an anchor is dropped, however young the last one is."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The journal's end at a moment. `signature` is Ed25519 over `said`, in hex."""

    deployment: str
    sequence: int
    hash: str
    epoch: int
    at: datetime
    signature: str = ""

    @property
    def said(self) -> bytes:
        """The canonical bytes that are signed."""
        fields = asdict(replace(self, signature=""))
        fields["at"] = self.at.isoformat()
        return b"boms-anchor-1" + json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    def line(self) -> str:
        return json.dumps({**asdict(self), "at": self.at.isoformat()}, sort_keys=True, separators=(",", ":"))


def read_anchor(line: str) -> Anchor:
    """
    Raises:
        ValueError: the line is no anchor.
    """
    try:
        fields = json.loads(line)
        return Anchor(**{**fields, "at": datetime.fromisoformat(fields["at"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"no anchor: {line[:60]}") from error
