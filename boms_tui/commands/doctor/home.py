"""The home folder and the runtime's keys: there, whole, and nobody else's to read."""

import os
from collections.abc import Iterator
from pathlib import Path

from boms_tui.commands.context import Context
from boms_tui.commands.doctor.finding import Finding, Status

_PRIVATE = ("login.key", "pepper")
_OTHERS = 0o077


def folder(context: Context) -> Iterator[Finding]:
    path = context.home.path
    if path.is_dir():
        yield _private("home", path)
    else:
        yield Finding("home", Status.FAIL, f"there is no {path}", "`boms init` makes it")


def keys(context: Context) -> Iterator[Finding]:
    for name in _PRIVATE:
        file = context.home.keys / name
        if not file.exists():
            yield Finding(f"key {name}", Status.FAIL, f"there is no {file}", "`boms init` makes it")
        elif not os.access(file, os.R_OK):
            yield Finding(f"key {name}", Status.FAIL, f"this account cannot read {file}",
                          f"run BOMS under the account that owns it, or: chown $(id -u) {file}")  # fmt: skip
        else:
            yield _private(f"key {name}", file)


def _private(check: str, path: Path) -> Finding:
    mode = path.stat().st_mode & 0o777
    if mode & _OTHERS:
        return Finding(check, Status.FAIL, f"{path} has mode {mode:o}: others can read it", f"chmod go= {path}")
    if path.stat().st_uid != os.geteuid():
        return Finding(check, Status.WARN, f"{path} belongs to another account", "run BOMS under one account")
    return Finding(check, Status.OK, f"{path} has mode {mode:o}")
