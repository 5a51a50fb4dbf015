"""A pytest plugin: leaves a line in a file for each shim that a test has killed or failed from outside."""

import functools
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.runtime.workshop import Workshop

FILE = "BOMS_CHAOS_POINTS"
_shim = Workshop.shim


@functools.wraps(_shim)
def _counted(shop: Workshop, *before: str, **more: Any) -> subprocess.Popen[bytes]:
    if any(word.startswith("inject=") for word in before):
        with Path(os.environ[FILE]).open("a", encoding="utf-8") as file:
            file.write(f"{before[-1]}\n")
    return _shim(shop, *before, **more)


def pytest_configure() -> None:
    if FILE in os.environ:
        setattr(Workshop, "shim", _counted)  # noqa: B010
