"""The command palette: this screen's verbs, the views, processes and runs; nothing else."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from boms_tui.model.ids import RunId
from boms_tui.screens.live import LiveScreen
from boms_tui.screens.text import safe


class Entry(NamedTuple):
    """One line of the palette."""

    text: str
    help: str
    run: Callable[[], object]


class Commands(Provider):
    """Asks the console what there is to go to or to do."""

    def _entries(self) -> Iterator[Entry]:
        from boms_tui.screens.app import Console

        app = self.app
        screen = self.screen
        if not isinstance(app, Console) or not isinstance(screen, LiveScreen):
            return
        for verb in screen.fitting():
            target = screen.target_for(verb)
            if target is not None:
                yield Entry(f"{verb.label} {safe(target.id)}", verb.says, partial(app.action_verb, verb.name))
        for view in ("board", "processes", "contacts", "users"):
            yield Entry(view.capitalize(), "go to this view", partial(app.action_view, view))
        for run in app.known_runs():
            yield Entry(f"Run {safe(run)}", "open this run", partial(app.open_run, RunId(run)))
        for process in app.known_processes():
            yield Entry(f"Process {safe(process)}", "show it", partial(app.open_process, process))

    async def discover(self) -> Hits:
        for entry in self._entries():
            yield DiscoveryHit(Content(entry.text), entry.run, text=entry.text, help=entry.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for entry in self._entries():
            score = matcher.match(entry.text)
            if score > 0:
                yield Hit(score, Content(entry.text), entry.run, text=entry.text, help=entry.help)
