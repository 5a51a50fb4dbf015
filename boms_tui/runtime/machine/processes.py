"""The machine: starts shims, watches them by pidfd in one epoll loop, and tells as facts what became of attempts."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Self

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.facts import Fact
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.machine.aside import Aside
from boms_tui.runtime.machine.events import Events
from boms_tui.runtime.machine.secrets import Secrets
from boms_tui.runtime.machine.starting import Starting
from boms_tui.runtime.machine.watching import Watching
from boms_tui.runtime.ports import Printout, Spec
from boms_tui.runtime.spool import baggage
from boms_tui.runtime.spool.cgroups import Cgroups, delegated
from boms_tui.runtime.spool.spool import Spool

OWNER_PATIENCE_S = 10.0
"""How long the runtime before us may take to leave the spool."""


class Processes:
    """The attempts of this node. Everything but `wake` belongs to the loop's thread."""

    def __init__(self, root: Path) -> None:
        self.spool = Spool(root, cgroups=Cgroups(delegated()))
        self.events = Events()
        self.secrets = Secrets(lambda attempt: baggage.read(self.spool.folder(attempt)))
        self._facts: list[Fact] = []
        self._aside = Aside(self.events)
        self._watching = Watching(self.spool, self.events, self._aside, self.secrets, self._tell)
        self._starting = Starting(self.spool, self._aside, self.secrets, self._watching, self._tell)
        self._ours = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def launch(self, specs: Sequence[Spec]) -> None:
        """Publish and start attempts; whatever becomes of them comes back as facts.

        Raises:
            BomsError: another runtime owns this spool.
        """
        self._own()
        self._starting.launch(specs)

    def adopt(self, attempt: AttemptId, *, ran: bool = False) -> None:
        """Find out what became of an attempt that was claimed earlier, and watch it if it lives.

        With `ran`, it is on record that its program started: if its folder is gone, it is lost and not void.
        """
        self._own()
        if not self._starting.prepares(attempt):
            self._watching.adopt(attempt, ran=ran)

    def kill(self, attempt: AttemptId, by: str) -> None:
        """Have an attempt's process group ended; its exit record will say how it really ended."""
        try:
            self.spool.request_kill(attempt, by)
        except FileNotFoundError:
            self._starting.give_up(attempt)
            if not self._watching.end_program(attempt, unreachable=True):
                self.adopt(attempt)  # never published, so this makes it void
            return
        except OSError:
            self.events.after(1.0, ("kill", attempt), partial(self.kill, attempt, by))
        self._watching.end_program(attempt)

    def poll(self, timeout: float) -> Sequence[Fact]:
        """Wait until something happens, at most `timeout` seconds."""
        self.events.wait(0.0 if self._facts else timeout)
        facts, self._facts = self._facts, []
        return facts

    @property
    def shim(self) -> Sequence[str]:
        """What starts a shim."""
        return self._starting.command

    def output(self, attempt: AttemptId) -> Printout | None:
        """The attempt's output, with its secrets masked; None where it was never published.

        Raises:
            OSError: it cannot be read now, or what to mask in it is not known yet; look again later.
        """
        return self.spool.output(attempt, partial(self.secrets.at_hand, attempt))

    def wake(self) -> None:
        self.events.wake()

    def close(self) -> None:
        """Stop watching. What runs goes on."""
        self._watching.close()
        self._starting.close()
        self._aside.close()
        self.events.close()
        self.spool.release()

    def _tell(self, fact: Fact) -> None:
        self._facts.append(fact)

    def _own(self) -> None:
        """Be the spool's one agent before anything is started or voided in it."""
        until = clock.monotonic() + OWNER_PATIENCE_S
        while not self._ours:
            self._ours = self.spool.acquire()
            if not self._ours:
                if clock.monotonic() > until:
                    raise BomsError(f"another runtime works in {self.spool.root}", "stop it first")
                self.events.wait(0.05)
