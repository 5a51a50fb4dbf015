"""Named points at which a test ends or stops this shim: BOMS_SHIM_FAILPOINT=NAME[:HIT[:stop]]."""

import os

_NAME, _HIT, _HOW = (os.environ.get("BOMS_SHIM_FAILPOINT", "") + "::").split(":")[:3]
_SIGKILL, _SIGSTOP = 9, 19
_hits = [0]


def failpoint(name: str) -> None:
    if name != _NAME:
        return
    _hits[0] += 1
    if _hits[0] == int(_HIT or 1):
        os.kill(os.getpid(), _SIGSTOP if _HOW == "stop" else _SIGKILL)
