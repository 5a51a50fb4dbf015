"""Secrets: resolved when an attempt starts, handed over by descriptor, and known here so that output can be redacted.

A value is never written to a file, an argument, an environment or a message. `SecretError` names the reference only.
"""

import fcntl
import importlib
import json
import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from boms_tui.model.ids import AttemptId
from boms_tui.runtime import logs
from boms_tui.runtime.machine.aside import within
from boms_tui.runtime.output.redaction import EVERYTHING, SHORTEST, needles

LARGEST = 65_536
PATIENCE_S = 30.0
MOST_KNOWN = 4_096
"""Attempts. Of older ones the references are resolved again."""
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class SecretError(Exception):
    """A reference that gives no value; the text names it, and what to do."""


class Secrets:
    """The values that attempts were handed. `references` are those of an attempt, as its folder tells them."""

    def __init__(self, references: Callable[[AttemptId], Mapping[str, str]]) -> None:
        self._references = references
        self._known: OrderedDict[AttemptId, tuple[bytes, ...]] = OrderedDict()
        self._knowing = threading.Lock()

    def keep(self, attempt: AttemptId, values: Iterable[str]) -> None:
        """Remember what an attempt is handed, which is nothing for most. Old ones are forgotten."""
        self._remember(attempt, needles(values))

    def of(self, attempt: AttemptId) -> tuple[bytes, ...]:
        """What `redaction.redact` must mask in the output of an attempt, the longest first; empty for most.

        After a restart the references are resolved again, which may wait for the disk; from any thread.
        """
        known = self._known.get(attempt)
        return self._remember(attempt, self._recalled(attempt)) if known is None else known

    def _remember(self, attempt: AttemptId, found: tuple[bytes, ...]) -> tuple[bytes, ...]:
        with self._knowing:
            self._known[attempt] = found
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return found

    def _recalled(self, attempt: AttemptId) -> tuple[bytes, ...]:
        try:
            return needles(resolved(self._references(attempt)).values())
        except FileNotFoundError:
            return ()
        except (SecretError, OSError, ValueError) as error:
            logs.warn("its output is masked: a secret it was handed is not known any more", attempt=attempt, why=error)
            return (EVERYTHING,)


def resolved(references: Mapping[str, str]) -> dict[str, str]:
    """The values by name.

    Raises:
        SecretError: one of them cannot be had.
    """
    return {name: _soon(reference) for name, reference in references.items()}


def resolve(reference: str) -> str:
    """The value of `env:NAME`, `file:/path` or `keyring:service/name`.

    Raises:
        SecretError: it cannot be had, is empty, or is no text.
    """
    scheme, _, rest = reference.partition(":")
    source = _SOURCES.get(scheme)
    if source is None:
        raise SecretError(f"{scheme}: is no source of secrets: write env:NAME, file:/path or keyring:service/name")
    value = source(rest, reference)
    if not value:
        raise SecretError(f"{reference} is empty")
    if len(value.encode()) < SHORTEST:
        logs.warn(f"{reference} is shorter than {SHORTEST} bytes, and is not redacted in the output")
    return value


def _soon(reference: str) -> str:
    """Files and key rings may be far away, or wait for a person."""
    try:
        return within(PATIENCE_S, lambda: resolve(reference))
    except TimeoutError:
        raise SecretError(f"{reference} gave no answer within {PATIENCE_S:g} s") from None


def handed_over(values: Mapping[str, str]) -> bytes:
    """What a task reads from its descriptor: one JSON object of names and values."""
    return json.dumps(dict(values), ensure_ascii=False).encode()


def sealed(content: bytes) -> int:
    """A descriptor from which `content` can be read, and nothing be written; it is in memory only."""
    fd = os.memfd_create("boms-secrets", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.pwrite(fd, content, 0)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    except OSError:
        os.close(fd)
        raise
    return fd


def _from_environment(name: str, reference: str) -> str:
    raw = os.environb.get(name.encode())
    if raw is None:
        raise SecretError(f"{reference} is not set in the environment of the runtime")
    return _text(raw, reference)


def _from_file(path: str, reference: str) -> str:
    try:
        mode, raw = _content(path)
    except (OSError, ValueError) as error:
        raise SecretError(f"{reference} cannot be read: {_why(error)}") from None
    if not stat.S_ISREG(mode):
        raise SecretError(f"{reference} is no regular file")
    if len(raw) > LARGEST:
        raise SecretError(f"{reference} is larger than {LARGEST:,} bytes")
    if mode & stat.S_IROTH:
        logs.warn(f"{reference} can be read by everybody on this machine: chmod 600 it")
    return _text(raw.removesuffix(b"\n").removesuffix(b"\r"), reference)


def _content(path: str) -> tuple[int, bytes]:
    """The mode of a file and, where it is a regular one, what it holds."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(fd).st_mode
        return mode, os.read(fd, LARGEST + 1) if stat.S_ISREG(mode) else b""
    finally:
        os.close(fd)


def _from_keyring(rest: str, reference: str) -> str:
    service, _, name = rest.partition("/")
    try:
        keyring: Any = importlib.import_module("keyring")
    except ImportError:
        raise SecretError(f"{reference} cannot be read: install the keyring package beside boms") from None
    try:
        value = keyring.get_password(service, name)
    except Exception as error:  # noqa: BLE001 - its back ends raise what they like, perhaps with the value in it
        raise SecretError(f"{reference} cannot be read: {type(error).__name__}") from None
    if value is None:
        raise SecretError(f"{reference} is not in the keyring")
    return _text(str(value).encode(errors="surrogatepass"), reference)


_SOURCES: Mapping[str, Callable[[str, str], str]] = {
    "env": _from_environment,
    "file": _from_file,
    "keyring": _from_keyring,
}


def _text(raw: bytes, reference: str) -> str:
    """Decoded; an error of the decoder would hold the value."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    raise SecretError(f"{reference} is not UTF-8 text")


def _why(error: OSError | ValueError) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
