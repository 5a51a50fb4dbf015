"""The journal's hash chain: each row's hash covers the row and the hash before it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

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


class Finding(NamedTuple):
    """What is wrong with the journal at one row, by its code in `SAYS`."""

    sequence: int
    code: str


SAYS = {
    "gap": "rows are missing before it",
    "hash": "it was changed, or the row before it was",
    "anchor": "it is not the row that was anchored: the journal was written anew",
    "truncated": "the journal ends before it: rows were taken off, or an older copy was put back",
    "bad-anchor": "an anchor of it is not signed by this installation",
}
"""Every code, and what it means."""
NOTHING: Mapping[int, str] = {}


def examine(
    rows: Iterable[SealedEntry], deployment: str, *, head: int = 0, anchored: Mapping[int, str] = NOTHING
) -> Iterator[Finding]:
    """Everything that is wrong with the whole journal, row by row; after a break the search goes on behind it.

    `head` is the last row that there has to be; `anchored` has the hashes of rows that were anchored.
    """
    previous, last = genesis(deployment), 0
    for row in rows:
        if row.sequence != last + 1:
            yield Finding(last + 1, "gap")
        elif row.hash != chain(previous, row.sequence, row.epoch, row.entry):
            yield Finding(row.sequence, "hash")
        if anchored.get(row.sequence, row.hash) != row.hash:
            yield Finding(row.sequence, "anchor")
        previous, last = row.hash, row.sequence
    if max(head, *anchored, 0) > last:
        yield Finding(last + 1, "truncated")


def first_broken(rows: Iterable[SealedEntry], deployment: str) -> Finding | None:
    """The first row that does not follow from the one before it; None for a whole chain."""
    return next(examine(rows, deployment), None)
