"""The box before every act: what it is, on what, as seen when, what follows from it, and why it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from textual.app import ComposeResult
from textual.widgets import Button, Input

from boms_tui.model.verbs import Level, Verb
from boms_tui.model.views import Effect
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.dialog import Box, Buttons, Dialog, button
from boms_tui.screens.fields import Field, parameters_of
from boms_tui.screens.line import Line, Span, line
from boms_tui.screens.rows.effect import effect_lines
from boms_tui.screens.target import Target
from boms_tui.screens.text import safe, wrap
from boms_tui.screens.when import age_text
from boms_tui.screens.widgets.form import Form
from boms_tui.screens.widgets.lineview import LineView

_REASON, _NAME = "#reason", "#name"


@dataclass(frozen=True, slots=True)
class Act:
    """An act that a person has confirmed."""

    verb: Verb
    target: Target
    reason: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class Confirm(Dialog[Act]):
    """Ends with the act, once, or with None. The focus starts where a person types, never on the button that acts."""

    def __init__(self, verb: Verb, target: Target, fields: tuple[Field, ...]) -> None:
        super().__init__()
        self.verb = verb
        self.target = target
        self.effect: Effect | None = None
        self._effect_failed = ""
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
        verb, target = self.verb.name, self.target.id
        in_background("effect", lambda: self.host.gateway.effect(verb, target), self.post_message)

    def on_done(self, event: Done) -> None:
        if isinstance(event.data, Effect):
            self.effect = event.data
        elif event.error is not None:
            self._effect_failed = event.error.title
        self._draw()

    def on_resize(self) -> None:
        self.soon(self._draw)

    def _draw(self) -> None:
        head, effect = self.query_one("#object", LineView), self.query_one("#effect", LineView)
        head.show(list(self._head()))
        effect.show(effect_lines(self.effect, self._effect_failed, effect.width_of()))
        if self.effect is not None and self.effect.refusal:
            self.say(f"it would be refused: {safe(self.effect.refusal)}")

    def _head(self) -> Iterator[Line]:
        seen = self.target.seen
        age = age_text(self.host.now() - self.target.seen_at)
        yield line("#says", (self.verb.says, ""))
        if self.verb.name == "confirm" and self.target.question:
            asked = wrap(safe(self.target.question), self.query_one("#object", LineView).width_of() - 7)
            for number, part in enumerate(asked):
                yield line(f"#asks{number}", ("asks   " if number == 0 else "       ", "faint"), (part, "strong"))
        yield line("#id", ("on     ", "faint"), (safe(self.target.id), "strong"))
        yield line("#seen", ("seen   ", "faint"), Span(safe(seen.text), seen.tone), (f", {age}", "faint"))

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
            return f"it would be refused: {safe(self.effect.refusal)}"
        missing = self._form.missing()
        if missing is not None and missing.field.name != _NAME:
            return "a reason is required" if missing.field.name == _REASON else f"{missing.field.label} is required"
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
        wrong = self._wrong()
        self.say(wrong)
        if wrong:
            self._back_to_wrong()
        if wrong or self._gone:
            return
        self._gone = True
        values = self._form.values()
        reason = values.pop(_REASON).strip()
        values.pop(_NAME, None)
        parameters = parameters_of(values, self.host.now(), self.host.zone)
        self.dismiss(Act(self.verb, self.target, reason, parameters))
