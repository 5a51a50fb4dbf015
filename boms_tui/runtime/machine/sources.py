"""Where secrets come from: the environment of the runtime, files, key rings. They may be far, or wait for a person."""

import importlib
import os
import stat
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from boms_tui.runtime import logs
from boms_tui.runtime.output.redaction import SHORTEST

LARGEST = 65_536
PATIENCE_S = 30.0
_asking = threading.Lock()
_unanswered: dict[str, Future[str]] = {}


class SecretError(Exception):
    """A reference that gives no value; the text names it, and what to do."""


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
        return _asked(reference).result(PATIENCE_S)
    except TimeoutError:
        raise SecretError(f"{reference} gave no answer within {PATIENCE_S:g} s") from None


def _asked(reference: str) -> Future[str]:
    """The answer to come. A source that has not answered is not asked again: hung threads must not become many."""
    with _asking:
        answer = _unanswered.get(reference)
        if answer is None:
            answer = Future()
            try:
                threading.Thread(target=_answer, args=(reference, answer), daemon=True).start()
            except RuntimeError:
                raise SecretError(f"{reference} cannot be asked for: no thread is to be had") from None
            _unanswered[reference] = answer
    return answer


def _answer(reference: str, answer: Future[str]) -> None:
    try:
        tell = partial(answer.set_result, resolve(reference))
    except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
        tell = partial(answer.set_exception, error)
    with _asking:  # before it is told: whoever asks after that gets another answer
        del _unanswered[reference]
    tell()


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
