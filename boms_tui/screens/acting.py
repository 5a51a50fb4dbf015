"""From a key to a verdict: ask, send one request, say what came of it. Nothing is shown before the feed brings it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from boms_tui.errors import ExitCode
from boms_tui.model.records import Answer, Verdict
from boms_tui.model.verbs import VERBS, On
from boms_tui.model.views import UserRow
from boms_tui.screens.account import AccountBox, AccountChange
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.confirm import Act, Confirm
from boms_tui.screens.fields import fields_of, in_terms_of_fields
from boms_tui.screens.free import Chosen, FreeBox
from boms_tui.screens.overtaken import explained
from boms_tui.screens.processes import ProcessesScreen
from boms_tui.screens.rows.holds import over
from boms_tui.screens.target import Target, misfit, under
from boms_tui.screens.text import safe
from boms_tui.screens.when import stamp

if TYPE_CHECKING:
    from textual.screen import Screen

    from boms_tui.screens.app import Console

_SAYS = {
    Answer.APPLIED: ("✓", "done", "ok"),
    Answer.REJECTED: ("✗", "refused", "bad"),
    Answer.EXPIRED: ("✗", "expired before it was decided", "bad"),
}


class Acting:
    """The acts of one console. An act that is under way is not sent a second time."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._under_way: set[str] = set()
        self._looked_from: Screen[object] | None = None

    def ask(self, name: str) -> None:
        """Open the box for a verb on what is under the cursor, if the verb fits it."""
        verb, screen = VERBS[name], self._console.live
        target = screen.target_for(verb) if screen is not None else None
        if screen is None or target is None:
            return
        target = replace(target, sequence=screen.sequence)
        wrong = misfit(verb, target)
        if wrong:
            self._console.say(wrong, "warn")
            return
        if name == "release":
            self._find_hold(target)
            return
        if name == "free":
            self._console.push_screen(FreeBox(target), self._free)
            return
        process = screen.process(target.id) if isinstance(screen, ProcessesScreen) else None
        box = Confirm(verb, target, fields_of(name, target.on, process))
        self._console.push_screen(box, self._send_act)

    def _find_hold(self, target: Target) -> None:
        """Look for the hold that is over the object: `release` lifts it where it was placed."""
        gateway, now, tag = self._console.gateway, self._console.now(), f"hold:{target.id}"

        def find() -> Target | None:
            found = over(gateway.holds(), target.id, now)
            return under(target, found[0]) if found else None

        self._looked_from = self._console.screen
        in_background(tag, find, self._console.post_message)

    def found_hold(self, event: Done) -> None:
        """Open the box for releasing what was found, unless the person has gone on meanwhile."""
        if self._console.screen is not self._looked_from:
            return
        if isinstance(event.data, Target):
            self._console.push_screen(Confirm(VERBS["release"], event.data, ()), self._send_act)
        elif event.error is not None:
            self._console.say(safe(event.error.title), "warn")
        else:
            self._console.say(f"nothing holds {safe(event.tag.removeprefix('hold:'))}", "warn")

    def _free(self, chosen: Chosen | None) -> None:
        """Open the box for lifting the gate that was chosen."""
        if chosen is not None:
            self._console.push_screen(Confirm(VERBS["free"], chosen.target, (), lifts=chosen.gate), self._send_act)

    def account(self, do: str, user: UserRow | None) -> None:
        """Open the box for a change of an account."""
        self._console.push_screen(AccountBox(do, user), self._send_account)

    def _send_act(self, act: Act | None) -> None:
        if act is not None:
            self._send(act)

    def _send_account(self, change: AccountChange | None) -> None:
        if change is None:
            return
        given = {"do": change.do, "roles": change.roles}
        parameters = {name: value for name, value in given.items() if value}
        gateway, label = self._console.gateway, f"{change.do} {change.user}"
        self._background(
            label,
            lambda: gateway.act(
                "users", change.user, version_seen=change.version, parameters=parameters, secret=change.secret
            ),
        )

    def _send(self, act: Act) -> None:
        gateway, zone, target = self._console.gateway, self._console.zone, act.target
        name = target.name if target.on is On.TASK else target.id

        def ask() -> Verdict:
            verdict = gateway.act(
                act.verb.name, target.id, version_seen=target.version, reason=act.reason, parameters=act.parameters
            )
            return explained(verdict, gateway, target, zone)

        self._background(f"{act.verb.label} {name}", ask)

    def _background(self, label: str, call: Callable[[], Verdict]) -> None:
        if label in self._under_way:
            return
        self._under_way.add(label)
        at = stamp(self._console.now(), self._console.zone)
        self._console.say(f"▸ {safe(label)}: asked at {at}, waiting for the verdict", "accent", stays=True)
        in_background(f"act:{label}", call, self._console.post_message)

    def answered(self, event: Done) -> None:
        """Say what came of an act."""
        label = event.tag.removeprefix("act:")
        self._under_way.discard(label)
        at = stamp(self._console.now(), self._console.zone)
        if isinstance(event.data, Verdict):
            glyph, word, tone = _SAYS[event.data.answer]
            why = f": {in_terms_of_fields(event.data.reason)}" if event.data.reason else ""
            self._console.say(f"{glyph} {safe(label)}: {word}{safe(why)} ({at})", tone, stays=True)
        elif event.error is not None and event.error.exit_code is ExitCode.SECOND_PERSON:
            self._console.say(f"◷ {safe(label)}: {safe(event.error.next_step)} ({at})", "warn", stays=True)
        elif event.error is not None:
            step = f"; {event.error.next_step}" if event.error.next_step else ""
            self._console.say(f"✗ {safe(label)}: {safe(event.error.title + step)} ({at})", "bad", stays=True)
