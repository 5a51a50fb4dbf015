"""What a command is given: the home, a place to print, and the store and the client, opened when first used."""

import os
from argparse import Namespace
from contextlib import ExitStack
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from boms_tui import config
from boms_tui.commands.out import Out
from boms_tui.errors import UsageError

if TYPE_CHECKING:
    from boms_tui.commands.client import Client
    from boms_tui.commands.ports import Reader
    from boms_tui.commands.wiring import Store


class Context:
    """One command's surroundings; leaving it closes what was opened.

    `user` is "" where nobody was named, `timeout` is in seconds.
    """

    def __init__(
        self, out: Out, *, home: str | None = None, store: str | None = None, user: str = "", timeout: float = 10.0
    ) -> None:
        self.out = out
        self.user = user
        self.timeout = timeout
        self._named = (home, store)
        self._opened = ExitStack()

    @classmethod
    def of(cls, arguments: Namespace, out: Out) -> Self:
        """The surroundings that the command line and the environment name."""
        user = arguments.user or os.environ.get("BOMS_USER", "")
        return cls(out, home=arguments.home, store=arguments.store, user=user, timeout=arguments.timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @cached_property
    def home(self) -> config.Home:
        found = config.home(*self._named)
        self.out.use_zone(found.timezone)
        return found

    @cached_property
    def store(self) -> "Store":
        """The store of this home.

        Raises:
            NoAnswerError: there is none yet, or its database does not answer.
            BomsError: its schema is of another release.
        """
        from boms_tui.commands.wiring import Store

        store = Store(self.home)
        self._opened.callback(store.close)
        return store

    @property
    def reader(self) -> "Reader":
        return self.store.reader

    @cached_property
    def client(self) -> "Client":
        """The signing client, with the session of this user's command line."""
        if os.environ.get("BOMS_KEY_FILE"):
            raise UsageError("BOMS_KEY_FILE is not supported yet", "unset it; use BOMS_USER with BOMS_PASSWORD_FILE")
        from boms_tui.commands.client import Client
        from boms_tui.commands.session import FileKeeper, credentials_from_environment

        return Client(
            self.store,
            FileKeeper.of(self.home, self.reader.deployment(), self.user),
            credentials=partial(credentials_from_environment, self.user),
            timeout=self.timeout,
        )
