"""The runtime's own secrets: the key that opens sealed sign-ins, the one that signs anchors, and the pepper."""

import os
from dataclasses import dataclass
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.signing import SigningKey

from boms_tui.errors import BomsError

_LOGIN_KEY, _LOGIN_PUBLIC, _PEPPER = "login.key", "login.pub", "pepper"
_AUDIT_KEY, _AUDIT_PUBLIC = "audit.key", "audit.pub"


@dataclass(frozen=True, slots=True)
class Keyring:
    """What lies in the home's `keys` folder. Only the public halves of the keys are for others."""

    login: PrivateKey
    pepper: bytes
    audit: SigningKey

    @classmethod
    def create(cls, folder: Path) -> "Keyring":
        """Make new keys, readable by this account alone; those that are there already stay."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        login = PrivateKey.generate()
        if _write(folder / _LOGIN_KEY, bytes(login), 0o600):
            _write(folder / _LOGIN_PUBLIC, bytes(login.public_key), 0o644)
        _write(folder / _PEPPER, os.urandom(32), 0o600)
        audit = SigningKey.generate()
        if _write(folder / _AUDIT_KEY, bytes(audit), 0o600):
            _write(folder / _AUDIT_PUBLIC, bytes(audit.verify_key), 0o644)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> "Keyring":
        """Raises BomsError where a key is missing or others can read it."""
        login, audit = PrivateKey(_read(folder / _LOGIN_KEY)), SigningKey(_read(folder / _AUDIT_KEY))
        return cls(login, _read(folder / _PEPPER), audit)

    def open(self, sealed: bytes) -> bytes | None:
        """What was sealed to the login key; None where it was not sealed to this one."""
        try:
            return SealedBox(self.login).decrypt(sealed)
        except CryptoError:
            return None


def _write(file: Path, content: bytes, mode: int) -> bool:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return True


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_mode & 0o077:
            raise BomsError(f"others can read {file}", f"run: chmod 600 {file}")
        return file.read_bytes()
    except FileNotFoundError as error:
        raise BomsError(f"the key {file} is missing", "run boms init") from error
