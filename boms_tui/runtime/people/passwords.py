"""Passwords: argon2id over a keyed digest, so that a stolen table without the pepper says nothing."""

import hashlib
import hmac
import unicodedata
from base64 import b64encode
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION

SHORTEST = 8
LONGEST = 1_024
_TELLING_NAME = 4
"""A shorter user name stands in many a good password by chance."""
_TOO_COMMON = frozenset(
    {"password", "passw0rd", "12345678", "123456789", "qwertyuiop", "letmein123", "operator", "boms"}
)


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes and checks. One check takes 50-150 ms and 64 MiB: run it in the sign-in worker only."""

    pepper: bytes
    hasher: PasswordHasher

    @classmethod
    def with_pepper(cls, pepper: bytes) -> "Passwords":
        return cls(pepper, PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4))

    def hash(self, password: str) -> str:
        return self.hasher.hash(self._keyed(password))

    def matches(self, encoded: str, password: str) -> bool:
        try:
            return self.hasher.verify(encoded, self._keyed(password))
        except (Argon2Error, InvalidHashError):
            return False

    @property
    def nobodys(self) -> str:
        """A hash that no password has: to check one against it takes as long as any other check."""
        kind = self.hasher
        cost = f"m={kind.memory_cost},t={kind.time_cost},p={kind.parallelism}"
        salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (kind.salt_len, kind.hash_len))
        return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"

    def _keyed(self, password: str) -> str:
        text = unicodedata.normalize("NFKC", password)
        return hmac.new(self.pepper, text.encode(), hashlib.sha256).hexdigest()


def weakness(password: str, user: str) -> str:
    """What is wrong with a new password; "" where nothing is."""
    text = unicodedata.normalize("NFKC", password)
    if len(text) < SHORTEST:
        return f"a password has {SHORTEST} characters or more"
    if len(text) > LONGEST:
        return f"a password has {LONGEST} characters at most"
    if text.lower() in _TOO_COMMON:
        return "the password is one of those that are guessed first"
    if len(user) >= _TELLING_NAME and user.lower() in text.lower():
        return "the password contains the user name"
    return ""
