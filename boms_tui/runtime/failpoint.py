"""Named points at which a test ends or stops this runtime: BOMS_FAILPOINT=NAME[:HIT[:stop]]."""

import os
import signal

_name, _hit, _how = (os.environ.get("BOMS_FAILPOINT", "") + "::").split(":")[:3]
_hits = [0]


def _armed(name: str) -> None:
    if name != _name:
        return
    _hits[0] += 1
    if _hits[0] == int(_hit or 1):
        os.kill(os.getpid(), signal.SIGSTOP if _how == "stop" else signal.SIGKILL)


def _unarmed(_: str) -> None:
    return


failpoint = _armed if _name else _unarmed
