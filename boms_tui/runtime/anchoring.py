"""Dropping anchors of the journal into a file of their own, which belongs on another machine (RELIABILITY 3.3)."""

import logging
import os
from dataclasses import replace
from datetime import datetime
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import Protocol

from nacl.signing import SigningKey

from boms_tui.config import Home
from boms_tui.model.anchors import EVERY, MANY, Anchor
from boms_tui.runtime import logs


class Anchors(Protocol):
    """Where the end of the journal is anchored."""

    def beat(self, head: tuple[int, str], epoch: int, now: datetime) -> None:
        """Drop one where it is time."""
        ...

    def drop(self, head: tuple[int, str], epoch: int, now: datetime) -> None: ...


class NoAnchors:
    """For a leader of a moment, and for nights that are only imagined."""

    def beat(self, head: tuple[int, str], epoch: int, now: datetime) -> None: ...

    def drop(self, head: tuple[int, str], epoch: int, now: datetime) -> None: ...


class KeptAnchors:
    """Appends a signed line to a file, and sends it to a syslog where one is named. A second place that fails is told
    of once, and keeps nothing from going on.
    """

    def __init__(self, file: Path, syslog: str, key: SigningKey, deployment: str) -> None:
        self._file = file
        self._syslog = syslog
        self._key = key
        self._deployment = deployment
        self._last: Anchor | None = None
        self._failed = False

    @classmethod
    def of(cls, home: Home, key: SigningKey, deployment: str) -> "KeptAnchors":
        return cls(home.anchors, home.syslog, key, deployment)

    def beat(self, head: tuple[int, str], epoch: int, now: datetime) -> None:
        last = self._last
        grown = head[0] - last.sequence if last is not None else MANY
        if grown >= MANY or (grown and last is not None and now - last.at >= EVERY):
            self.drop(head, epoch, now)

    def drop(self, head: tuple[int, str], epoch: int, now: datetime) -> None:
        sequence, hashed = head
        if not sequence or (self._last is not None and self._last.sequence == sequence):
            return
        bare = Anchor(self._deployment, sequence, hashed, epoch, now)
        anchor = replace(bare, signature=self._key.sign(bare.said).signature.hex())
        self._last = anchor
        try:
            self._append(anchor.line())
            self._send(anchor.line())
            self._failed = False
        except OSError as error:
            if not self._failed:
                logs.warn("an anchor of the journal could not be kept", why=str(error))
            self._failed = True

    def _append(self, line: str) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def _send(self, line: str) -> None:
        if not self._syslog:
            return
        handler = SysLogHandler(_address(self._syslog), facility=SysLogHandler.LOG_AUTH)
        try:
            handler.handle(logging.LogRecord("boms", logging.INFO, "", 0, f"boms-anchor {line}", None, None))
        finally:
            handler.close()


def _address(text: str) -> str | tuple[str, int]:
    """A socket's path, or HOST[:PORT]."""
    if text.startswith("/"):
        return text
    host, _, port = text.partition(":")
    return host, int(port or 514)
