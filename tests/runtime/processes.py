"""The other processes of this machine, as /proc shows them to the tests."""

import os
from pathlib import Path


def processes_naming(path: Path) -> set[int]:
    """Those whose command line names a path."""
    lines = Path("/proc").glob("[0-9]*/cmdline")
    return {int(line.parent.name) for line in lines if bytes(path) in read_if_there(line)} - {os.getpid()}


def processes_in(folder: Path) -> set[int]:
    """Those that work in a folder, or below it."""
    there = {int(link.parent.name) for link in Path("/proc").glob("[0-9]*/cwd") if _leads_into(link, folder)}
    return there - {os.getpid()}


def read_if_there(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _leads_into(link: Path, folder: Path) -> bool:
    try:
        return link.readlink().is_relative_to(folder)
    except OSError:
        return False
