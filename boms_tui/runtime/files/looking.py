"""Looking at folders and files that may be far away: an answer in time, or none, and never a second question."""

import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from pathlib import Path
from threading import Thread
from typing import Any

from boms_tui.model.checks import FileSeen, NotSeen
from boms_tui.model.file_pattern import FilePattern

PATIENCE_S = 10.0
MOST = 10_000
"""Files of one pattern that are looked at: the newest, where they stay for ever."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file that matches a pattern. `size` in bytes; `born` is when it came to be there as it is."""

    path: str
    size: int
    changed: datetime
    born: datetime


class SilentError(Exception):
    """A file system does not answer."""


class Asking:
    """Questions by name, each in a thread of its own. One that has no answer yet is not asked again."""

    def __init__(self) -> None:
        self._open: dict[str, Future[Any]] = {}

    def ask(self, name: str, question: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the question gives
        """The answer.

        Raises:
            SilentError: there is none in time, or an earlier question is still without one.
        """
        earlier = self._open.get(name)
        if earlier is not None and not earlier.done():
            raise SilentError(f"{name} gives no answer")
        answer = self._open[name] = Future()
        try:
            Thread(target=_give, args=(answer, question), daemon=True).start()
            return answer.result(PATIENCE_S)
        except TimeoutError:
            raise SilentError(f"{name} gives no answer within {PATIENCE_S:g} s") from None
        except RuntimeError:
            del self._open[name]
            raise SilentError(f"no thread is to be had to look at {name}") from None


def _give(answer: "Future[Any]", question: Callable[[], Any]) -> None:
    try:
        answer.set_result(question())
    except Exception as error:  # noqa: BLE001 - it is raised where the answer is asked for
        answer.set_exception(error)


def see(place: str) -> FileSeen | NotSeen:
    """What a file system tells of a file."""
    try:
        about = Path(place).stat()
    except (FileNotFoundError, NotADirectoryError):
        return NotSeen("is not there")
    except (OSError, ValueError) as error:
        return NotSeen(f"cannot be looked at: {getattr(error, 'strerror', None) or error}")
    if stat.S_ISREG(about.st_mode):
        return FileSeen(about.st_size, moment(about.st_mtime_ns))
    return NotSeen("is a folder" if stat.S_ISDIR(about.st_mode) else "is no regular file")


def scan(pattern: FilePattern) -> tuple[list[Found], set[str]]:
    """The files that match, by path, and the folders that were looked through for them.

    Raises:
        OSError: the folder in which the search begins is there and cannot be looked through.
    """
    folders: set[str] = set()
    newest = nlargest(MOST, _walk(pattern, pattern.base, 0, folders), key=lambda found: (found.born, found.path))
    return sorted(newest, key=lambda found: found.path), folders


def _walk(pattern: FilePattern, folder: str, depth: int, folders: set[str]) -> Iterator[Found]:
    folders.add(folder)
    last = depth == len(pattern.segments) - 1
    for entry in _entries(folder):
        if not pattern.segments[depth].fullmatch(entry.name):
            continue
        if not last and _is_folder(entry):
            with suppress(OSError):
                yield from _walk(pattern, entry.path, depth + 1, folders)
        elif last and (found := _file(entry)) is not None:
            yield found


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(entry: "os.DirEntry[str]") -> Found | None:
    try:
        about = entry.stat()
    except OSError:
        return None
    if not stat.S_ISREG(about.st_mode):
        return None
    changed = moment(about.st_mtime_ns)
    return Found(entry.path, about.st_size, changed, max(changed, moment(about.st_ctime_ns)))


def moment(nanoseconds: int) -> datetime:
    """File systems can tell times that no calendar has."""
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1_000)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
