"""The kernel's word that something happened in a folder, where the kernel gives it."""

import errno
import os
import select
from typing import Any

from boms_tui.runtime import logs


class Notices:
    """Waits for news of folders, or to be told; for one thread, but for `tell`.

    Without inotify, and for changes that other machines make in a shared folder, there is only the waiting.
    """

    def __init__(self) -> None:
        self._told = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._inotify: Any = _inotify()
        self._folders: dict[str, int] = {}
        self._poll = select.poll()
        self._poll.register(self._told, select.POLLIN)
        if self._inotify is not None:
            self._poll.register(self._inotify.fileno(), select.POLLIN)

    def follow(self, folders: set[str]) -> None:
        """Hear of these folders from now on; one that is not there is followed once it is."""
        if self._inotify is None:
            return
        for gone in self._folders.keys() - folders:
            self._leave(gone)
        for folder in folders:
            self._enter(folder)

    def wait(self, seconds: float) -> None:
        """Until something happened in a folder, somebody told, or the time is over."""
        ready = {fd for fd, _ in self._poll.poll(max(0.0, seconds) * 1_000)}
        if self._told in ready:
            os.eventfd_read(self._told)
        if ready - {self._told}:
            self._inotify.read(timeout=0)

    def tell(self) -> None:
        """End the `wait` of now, or the next one."""
        os.eventfd_write(self._told, 1)

    def close(self) -> None:
        os.close(self._told)
        if self._inotify is not None:
            self._inotify.close()

    def _enter(self, folder: str) -> None:
        """The kernel gives one folder one number, however often it is asked; a folder made anew gets another."""
        from inotify_simple import flags

        try:
            news = flags.CREATE | flags.ATTRIB | flags.CLOSE_WRITE | flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE
            self._folders[folder] = self._inotify.add_watch(folder, news)
        except OSError as error:
            self._folders.pop(folder, None)
            if error.errno == errno.ENOSPC:
                logs.warn("the kernel follows no more folders; they are looked at every few seconds", folder=folder)

    def _leave(self, folder: str) -> None:
        try:
            self._inotify.rm_watch(self._folders.pop(folder))
        except OSError:
            return


def _inotify() -> Any | None:  # noqa: ANN401 - it has no types, and other systems have none of it
    try:
        from inotify_simple import INotify

        return INotify(nonblocking=True)
    except (ImportError, OSError, AttributeError) as error:
        logs.warn("folders are looked at every few seconds: the kernel does not tell of them", why=str(error))
        return None
