"""What the console asks besides a reason, for each verb that takes more. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from boms_tui.model.definition import Parameter, Process
from boms_tui.model.verbs import On


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. With `choices` one of them is chosen, the first by default; `hint` stands in an empty one.

    With `means`, each choice has a line of its own that says what it means. One that `decides` is asked before
    anything else.
    """

    name: str
    label: str
    choices: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    hint: str = ""
    secret: bool = False
    required: bool = False
    decides: bool = False


_RESOLVE = Field(
    "as", "What really happened?", choices=("failed", "ok", "rerun", "running"), decides=True,
    means=(
        "it did not do its work; retry or skip can follow",
        "its work is done; what depends on it goes on",
        "start it again; its work may then be done twice",
        "it still runs: look for it and watch it again",
    ),
)  # fmt: skip
_FIELDS: Mapping[tuple[str, On], tuple[Field, ...]] = {
    ("confirm", On.TASK): (Field("answer", "Answer", choices=("yes", "no")),),
    ("resolve", On.TASK): (_RESOLVE,),
    ("rerun", On.TASK): (Field("only", "Only this one", choices=("no", "yes")),),
    ("cancel", On.RUN): (Field("leave", "Let live tasks end", choices=("no", "yes")),),
}
_UNTIL = Field("until", "Until", hint="HH:MM, or empty: until released")
_DATE = Field("date", "Business date", hint="YYYY-MM-DD, or empty: the current one")


def fields_of(verb: str, on: On, process: Process | None = None) -> tuple[Field, ...]:
    """The fields of a verb's box. `process` is what an order is for, where it is known."""
    if verb == "hold":
        return (_UNTIL,)
    if verb == "order":
        parameters = process.parameters.items() if process is not None else ()
        return (_DATE, *(_parameter(name, parameter) for name, parameter in parameters))
    return _FIELDS.get((verb, on), ())


def _parameter(name: str, parameter: Parameter) -> Field:
    default = parameter.default
    choices = tuple(sorted(parameter.choices, key=lambda choice: choice != default))
    return Field(f"parameter.{name}", name, choices, hint=default or "", required=default is None)


def parameters_of(values: Mapping[str, str], now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """What the request carries; empty fields are left out, and `until` becomes an instant."""
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    if "until" in given:
        given["until"] = _instant(given["until"], now, zone)
    return given


def _instant(text: str, now: datetime, zone: ZoneInfo) -> str:
    """The next time the clock shows `HH:MM`, as ISO-8601; anything else as it is, for the runtime to judge."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        return text
    local = now.astimezone(zone)
    at = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return (at if at > local else at + timedelta(days=1)).isoformat()
