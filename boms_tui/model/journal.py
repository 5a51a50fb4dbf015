"""The journal's hash chain: each row's hash covers the row and the hash before it."""

import hashlib
from collections.abc import Iterable

from boms_tui.model.records import Entry, SealedEntry


def genesis(deployment: str) -> str:
    """The hash before the first row."""
    return hashlib.sha256(b"boms-journal-1" + deployment.encode()).hexdigest()


def chain(previous: str, sequence: int, epoch: int, entry: Entry) -> str:
    """The hash of a row: SHA-256 over the previous hash and the row's length-prefixed fields."""
    digest = hashlib.sha256(b"boms-journal-1")
    digest.update(bytes.fromhex(previous))
    fields = (
        str(sequence), str(epoch), entry.at.isoformat(), entry.actor, entry.action, entry.object,
        entry.before, entry.after, entry.reason, entry.request,
    )  # fmt: skip
    for field in fields:
        raw = field.encode()
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.hexdigest()


def seal(entries: Iterable[Entry], *, sequence: int, previous: str, epoch: int) -> tuple[SealedEntry, ...]:
    """Number and chain `entries` behind the row `sequence` whose hash is `previous`."""
    sealed: list[SealedEntry] = []
    for entry in entries:
        sequence += 1
        previous = chain(previous, sequence, epoch, entry)
        sealed.append(SealedEntry(sequence, epoch, entry, previous))
    return tuple(sealed)


def first_broken(rows: Iterable[SealedEntry], deployment: str) -> tuple[int, str] | None:
    """The first row that does not follow from the one before it, and how; None for a whole chain."""
    previous = genesis(deployment)
    for expected, row in enumerate(rows, 1):
        if row.sequence != expected:
            return expected, "gap"
        if row.hash != chain(previous, row.sequence, row.epoch, row.entry):
            return row.sequence, "hash"
        previous = row.hash
    return None
