"""The secrets that attempts were handed: over a descriptor, and known here so that output can be redacted.

A value is never written to a file, an argument, an environment or a message. `SecretError` names the reference only.
"""

import errno
import fcntl
import json
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from boms_tui import clock
from boms_tui.model.ids import AttemptId
from boms_tui.runtime import logs
from boms_tui.runtime.machine.sources import SecretError, resolved
from boms_tui.runtime.output.proof import proves
from boms_tui.runtime.output.redaction import EVERYTHING, NotYetError, needles
from boms_tui.runtime.spool.baggage import Baggage

MOST_KNOWN = 4_096
"""Attempts. Of others the references are resolved again."""
TRIES = 5
"""How often a value may not be had, over half a minute, before the output is masked instead of kept back."""
LONGEST_PAUSE_S = 60.0
"""How often is asked from then on."""
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


@dataclass(frozen=True, slots=True)
class _Known:
    """What to mask, or None where that may only be a moment's trouble; it is asked for `again` then, monotonic."""

    values: tuple[bytes, ...] | None
    again: float = math.inf
    failures: int = 0


class Secrets:
    """The values that attempts were handed. `carried` tells what an attempt's folder says of them.

    After a restart the references are resolved again, and what they give counts where the folder proves it: a value
    may have been replaced while the task runs.
    """

    def __init__(self, carried: Callable[[AttemptId], Baggage]) -> None:
        self._carried = carried
        self._known: OrderedDict[AttemptId, _Known] = OrderedDict()
        self._recalling: set[AttemptId] = set()
        self._knowing = threading.Lock()

    def keep(self, attempt: AttemptId, values: Iterable[str]) -> None:
        """Remember what an attempt is handed, which is nothing for most. What nobody asked for longest is forgotten."""
        self._remember(attempt, _Known(needles(values)))

    def at_hand(self, attempt: AttemptId) -> tuple[bytes, ...]:
        """What `redaction.redact` must mask in the output of an attempt, the longest first; empty for most.

        Never waits for a source: what is not known is asked for beside the caller.

        Raises:
            NotYetError: it is being asked for.
            OSError: the attempt's folder cannot be read now.
        """
        known = self._fresh(attempt)
        if known is None:
            self._begin(attempt)
            known = self._known.get(attempt)
        if known is None or known.values is None:
            raise NotYetError(errno.EAGAIN, "the secrets that it was handed are not known yet")
        return known.values

    def of(self, attempt: AttemptId) -> tuple[bytes, ...]:
        """The same, for threads that may wait; `EVERYTHING` where it cannot be had now."""
        known = self._fresh(attempt) or self._recall(attempt)
        return (EVERYTHING,) if known.values is None else known.values

    def _fresh(self, attempt: AttemptId) -> _Known | None:
        with self._knowing:
            known = self._known.get(attempt)
            if known is None or known.again <= clock.monotonic():
                return None
            self._known.move_to_end(attempt)
            return known

    def _begin(self, attempt: AttemptId) -> None:
        """Recall what an attempt was handed, in a thread unless that is nothing."""
        if attempt in self._recalling:
            return
        if not self._was_handed_any(attempt):
            self._remember(attempt, _Known(()))
            return
        self._recalling.add(attempt)
        try:
            threading.Thread(target=self._recall, args=(attempt,), daemon=True).start()
        except RuntimeError:  # no thread is to be had now
            self._recalling.discard(attempt)

    def _was_handed_any(self, attempt: AttemptId) -> bool:
        try:
            return bool(self._carried(attempt).secrets)
        except FileNotFoundError:
            return False
        except ValueError:
            return True

    def _recall(self, attempt: AttemptId) -> _Known:
        try:
            return self._remember(attempt, _Known(self._recalled(attempt)))
        except (SecretError, OSError, ValueError) as error:
            return self._remember(attempt, self._failed(attempt, error))
        finally:
            self._recalling.discard(attempt)

    def _recalled(self, attempt: AttemptId) -> tuple[bytes, ...]:
        try:
            carried = self._carried(attempt)
        except FileNotFoundError:
            return ()
        values = resolved(carried.secrets)
        if values and not proves(carried.proof, values):
            raise SecretError("nothing proves that its references still give the values that it was handed")
        return needles(values.values())

    def _failed(self, attempt: AttemptId, error: Exception) -> _Known:
        """Soon again; after a while everything is masked, and it is asked for seldom."""
        before = self._known.get(attempt)
        failures = before.failures + 1 if before is not None else 1
        if failures == 1:
            logs.warn("its output is kept back, and masked later: a secret that it was handed is not known now",
                      attempt=attempt, why=error)  # fmt: skip
        again = clock.monotonic() + min(2.0**failures, LONGEST_PAUSE_S)
        return _Known((EVERYTHING,) if failures >= TRIES else None, again, failures)

    def _remember(self, attempt: AttemptId, known: _Known) -> _Known:
        with self._knowing:
            self._known[attempt] = known
            self._known.move_to_end(attempt)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return known


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
