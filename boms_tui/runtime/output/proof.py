"""Whether values are those that an attempt was handed: told by a hash that is salted and slow, and tells nothing else.

Without one, a value that was replaced while its task runs would be masked in place of the one that it prints.
"""

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Mapping
from functools import lru_cache

from boms_tui.runtime.output.redaction import SHORTEST

SHORTEST_PROVED = 8
"""Bytes. Shorter values can be found by trying, however slow the hash is, and get none."""
_KEPT = 1_024
_hashing = threading.Lock()
"""A hash takes 16 MiB, and a tenth of a second: one at a time."""


def proof_of(values: Mapping[str, str]) -> str:
    """What may be written beside their references; empty where there is nothing to prove, or it could not be hidden."""
    found = _maskable(values)
    if not values or any(len(value.encode()) < SHORTEST_PROVED for value in found.values()):
        return ""
    with _hashing:
        try:
            return _proof(_body(found))
        except (ValueError, MemoryError):
            return ""


def proves(proof: str, values: Mapping[str, str]) -> bool:
    """Whether the proof was made of these values."""
    salt, _, expected = proof.partition(":")
    if not expected:
        return False
    with _hashing:
        try:
            return hmac.compare_digest(_hash(_body(_maskable(values)), salt), expected)
        except (ValueError, TypeError, MemoryError):
            return False


def _maskable(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in values.items() if len(value.encode()) >= SHORTEST}


def _body(values: Mapping[str, str]) -> bytes:
    return json.dumps(values, sort_keys=True).encode()


@lru_cache(_KEPT)
def _proof(body: bytes) -> str:
    """The same for the same values while this process lives, so that a night of tasks is not slowed down."""
    salt = os.urandom(16).hex()
    return f"{salt}:{_hash(body, salt)}"


@lru_cache(_KEPT)
def _hash(body: bytes, salt: str) -> str:
    return hashlib.scrypt(body, salt=bytes.fromhex(salt), n=1 << 14, r=8, p=1, dklen=32).hex()
