"""The box before every act: what it is, on what, as seen when, what follows from it, and why it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from textual.app import ComposeResult
from textual.widgets import Button, Input

from boms_tui.model.verbs import Level, On, Verb
from boms_tui.model.views import Effect, Gate
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.dialog import Box, Buttons, Dialog, button
from boms_tui.screens.fields import Field, in_terms_of_fields, parameters_of
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.rows.effect import SWEEPING, effect_lines, sweeping_lines
from boms_tui.screens.rows.holds import hold_words
from boms_tui.screens.target import Target
from boms_tui.screens.text import fit, safe, wrap_most
from boms_tui.screens.when import age_text
from boms_tui.screens.widgets.choice import Choice
from boms_tui.screens.widgets.form import Form
from boms_tui.screens.widgets.lineview import LineView

_REASON, _NAME = "#reason", "#name"
_MOST_TOLD = 3
"""The most lines that one fact about the object takes."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act that a person has confirmed."""

    verb: Verb
    target: Target
    reason: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class Confirm(Dialog[Act]):
    """Ends with the act, once, or with None. The focus starts where a person types, never on the button that acts.

    `lifts` is the gate that the act is about. What would follow is asked again whenever the fields say something else.
    """

    def __init__(self, verb: Verb, target: Target, fields: tuple[Field, ...], lifts: Gate | None = None) -> None:
        super().__init__()
        self.verb = verb
        self.target = target
        self.effect: Effect | None = None
        self._lifts = lifts
        self._effect_failed = ""
        self._asked: Mapping[str, str] | None = None
        typed = Field(_NAME, f"Type {target.name}", required=True)
        reason = Field(_REASON, "Reason", hint="" if verb.reason_required else "may be left out",
                       required=verb.reason_required)  # fmt: skip
        self._form = Form((*fields, reason, *((typed,) if verb.level is Level.TYPE else ())))
        self._gone = False

    def compose(self) -> ComposeResult:
        with Box(self.verb.label, tone="danger" if self.verb.level is Level.TYPE else ""):
            yield LineView("object", focusable=False)
            yield LineView("effect")
            yield self._form
            yield LineView("wrong", focusable=False)
            with Buttons():
                yield button("No, go back", "no")
                yield button(f"Yes: {self.verb.label}", "yes")

    def on_mount(self) -> None:
        self._form.first().focus()
        self.soon(self._draw)
        self._ask()

    def on_choice_turned(self, event: Choice.Turned) -> None:
        event.stop()
        self._ask()

    def on_input_blurred(self, event: Input.Blurred) -> None:
        event.stop()
        self._ask()

    def _ask(self) -> None:
        """Ask what would follow, if that is not asked yet and all that decides it is there."""
        parameters = self._parameters()
        if parameters == self._asked:
            return
        self._asked, self.effect, self._effect_failed = parameters, None, ""
        self.say("")
        self.soon(self._draw)
        if not self._lacks():
            gateway, verb, target = self.host.gateway, self.verb.name, self.target.id
            in_background(_tag(parameters), lambda: gateway.effect(verb, target, parameters), self.post_message)

    def _parameters(self) -> dict[str, str]:
        """What the request would carry, as far as it is filled in."""
        values = {name: value for name, value in self._form.values().items() if name not in {_REASON, _NAME}}
        lifted = {"gate": self._lifts.name} if self._lifts is not None else {}
        return {**lifted, **parameters_of(values, self.host.now(), self.host.zone)}

    def _lacks(self) -> str:
        """The label of a field that must be filled in before anything can be said of the act."""
        missing = self._form.missing()
        return "" if missing is None or missing.field.name in {_REASON, _NAME} else missing.field.label

    def on_done(self, event: Done) -> None:
        if self._asked is None or event.tag != _tag(self._asked):
            return
        if isinstance(event.data, Effect):
            self.effect = event.data
        elif event.error is not None:
            self._effect_failed = event.error.title
        self.soon(self._draw)

    def on_resize(self) -> None:
        self.soon(self._draw)

    def _draw(self) -> None:
        head, effect = self.query_one("#object", LineView), self.query_one("#effect", LineView)
        head.show(list(self._head(head.width_of())))
        sweeps = self.target.on is On.PROCESS and self.verb.name in SWEEPING
        lines = sweeping_lines(self.verb.name) if sweeps else self._effect_lines(effect.width_of())
        effect.show(lines)
        if self.effect is not None and self.effect.refusal:
            self.say(f"it would be refused: {safe(in_terms_of_fields(self.effect.refusal))}")

    def _effect_lines(self, width: int) -> list[Line]:
        return effect_lines(self.effect, self._effect_failed, width, lacks=self._lacks())

    def _head(self, width: int) -> Iterator[Line]:
        seen = self.target.seen
        age = age_text(self.host.now() - self.target.seen_at)
        yield line("#says", (self.verb.says, ""))
        for label, text in (*self._told(), ("on", self.target.id)):
            for number, part in enumerate(wrap_most(safe(text), width - 7, _MOST_TOLD)):
                yield line(f"#{label}{number}", (fit(label if number == 0 else "", 7), "faint"), (part, "strong"))
        yield line("#seen", ("seen   ", "faint"), Span(safe(seen.text), seen.tone), (f", {age}", "faint"))

    def _told(self) -> Iterator[tuple[str, str]]:
        """What a person has to know of the object to use this verb on it."""
        if self.verb.name == "confirm" and self.target.question:
            yield "asks", self.target.question
        if self.verb.name == "resolve" and self.target.evidence:
            yield "known", self.target.evidence
        if self.target.hold is not None:
            yield "held", hold_words(self.target.hold, self.host.now(), self.host.zone)
        if self._lifts is not None:
            yield "gate", f"{self._lifts.name}: {self._lifts.detail}"

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and from the last one to the button, which takes another Enter."""
        event.stop()
        self.focus_next()
        if self.focused is self.query_one("#no"):
            wrong = self._wrong()
            self.say(wrong)
            if wrong:
                self._back_to_wrong()
            else:
                self.query_one("#yes", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.action_cancel()
        else:
            self._confirm()

    def action_cancel(self) -> None:
        if not self._gone:
            self._gone = True
            self.dismiss(None)

    def _wrong(self) -> str:
        """What is still missing; "" when the act can go."""
        values = self._form.values()
        if self.effect is not None and self.effect.refusal:
            return f"it would be refused: {safe(in_terms_of_fields(self.effect.refusal))}"
        if self._lacks():
            return f"{self._lacks()} is required"
        if self._form.row(_REASON).field.required and not values[_REASON].strip():
            return "a reason is required"
        if self.verb.level is Level.TYPE and values[_NAME].strip() != self.target.name:
            return f"type {safe(self.target.name)} to confirm"
        return "" if self.host.may(self.verb.name) else "the action keys are locked"

    def _back_to_wrong(self) -> None:
        """Put the focus where something is missing, so that what is typed next lands there."""
        missing = self._form.missing()
        if missing is not None:
            missing.entry.focus()
        elif self.verb.level is Level.TYPE:
            self._form.row(_NAME).entry.focus()

    def _confirm(self) -> None:
        if self._gone:
            return
        wrong = self._wrong()
        self.say(wrong)
        if wrong:
            self._back_to_wrong()
            return
        self._gone = True
        reason = self._form.values()[_REASON].strip()
        self.dismiss(Act(self.verb, self.target, reason, self._parameters()))


def _tag(parameters: Mapping[str, str]) -> str:
    """What tells the answer to one question from the answers to those before it."""
    return f"effect {sorted(parameters.items())}"
