"""Texts under the hash of their content, and manifests that list such texts."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from boms_tui.errors import BomsError
from boms_tui.store import dialects, tables
from boms_tui.store.types import storable

MANIFEST = "boms-manifest-1"
AT_ONCE = 500
"""How many keys one statement asks for; SQL Server takes 2,100 parameters."""


def digest(text: str) -> str:
    """The SHA-256 of a text as the store keeps it, in hexadecimal."""
    return hashlib.sha256(storable(text).encode()).hexdigest()


def put(connection: Connection, texts: Iterable[str]) -> tuple[str, ...]:
    """Keep texts that are not there yet; the hash of each."""
    blobs = [{"hash": digest(text), "content": text} for text in texts]
    if blobs:
        connection.execute(dialects.insert_absent(connection.dialect, tables.blob), blobs)
    return tuple(blob["hash"] for blob in blobs)


def put_manifest(connection: Connection, texts: Sequence[str]) -> str:
    """Keep texts and the manifest that lists them; the manifest's hash."""
    hashes = put(connection, texts)
    return put(connection, ["\n".join((MANIFEST, *hashes))])[0]


def listed(connection: Connection, manifest: str) -> tuple[str, ...]:
    """The texts that a manifest lists, in its order, each proved by its hash.

    Raises:
        BomsError: the manifest or one of its texts is missing or was altered.
    """
    head, *hashes = _proved(connection, [manifest])[manifest].split("\n")
    if head != MANIFEST:
        raise BomsError(f"{manifest} is not a manifest", "apply the definitions again")
    texts = _proved(connection, hashes)
    return tuple(texts[key] for key in hashes)


def _proved(connection: Connection, hashes: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(hashes), AT_ONCE):
        some = tables.blob.c.hash.in_(hashes[start : start + AT_ONCE])
        found.update(
            (row.hash, row.content)
            for row in connection.execute(select(tables.blob.c.hash, tables.blob.c.content).where(some))
        )
    for key in hashes:
        if key not in found:
            raise BomsError(f"the text {key} is not in the store", "apply the definitions again")
        if digest(found[key]) != key:
            raise BomsError(f"the text {key} was altered in the store", "run `boms store check`")
    return found
