"""What this side encrypts and signs: passwords sealed to the runtime's key, requests signed by the session's.

PyNaCl is imported where it is used: most commands only read.
"""

import json
import secrets
from base64 import b64encode
from typing import TYPE_CHECKING

from boms_tui.config import Home
from boms_tui.errors import NoAnswerError
from boms_tui.model.request import Envelope, Request, encode

if TYPE_CHECKING:
    from nacl.public import PublicKey

_VERSION = 1


def new_seed() -> str:
    """A fresh Ed25519 seed, in hex."""
    return secrets.token_hex(32)


def new_id() -> str:
    """The id of a request or of a sign-in: 128 bits from the system's generator, in hex."""
    return secrets.token_hex(16)


def seal(home: Home, text: str) -> str:
    """`text` so that only the runtime of this home can read it, as base64."""
    return b64encode(_seal(home, text.encode())).decode()


def seal_login(home: Home, *, deployment: str, user: str, password: str, new_password: str, seed: str) -> bytes:
    """A sign-in that binds the session to the public half of `seed`."""
    from nacl.signing import SigningKey

    body = {
        "version": _VERSION,
        "deployment": deployment,
        "user": user,
        "password": password,
        "new_password": new_password,
        "public_key": bytes(SigningKey(bytes.fromhex(seed)).verify_key).hex(),
        "nonce": secrets.token_hex(16),
    }
    return _seal(home, json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def sign(request: Request, seed: str) -> Envelope:
    """The request ready to be stored."""
    from nacl.signing import SigningKey

    body = encode(request)
    return Envelope(
        id=request.id,
        session=request.session,
        sequence=request.sequence,
        verb=request.verb,
        target=request.target,
        version_seen=request.version_seen,
        body=body,
        signature=SigningKey(bytes.fromhex(seed)).sign(body).signature,
        expires_at=request.expires_at,
    )


def _seal(home: Home, clear: bytes) -> bytes:
    from nacl.public import SealedBox

    return bytes(SealedBox(_login_key(home)).encrypt(clear))


def _login_key(home: Home) -> "PublicKey":
    from nacl.public import PublicKey

    file = home.keys / "login.pub"
    try:
        return PublicKey(file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise NoAnswerError(f"the runtime's login key cannot be read: {file}", "`boms init` makes the keys") from error
