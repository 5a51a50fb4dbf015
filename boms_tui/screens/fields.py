"""What the console asks besides a reason, for each verb that takes more. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from boms_tui.model.definition import Overlap, Parameter, Process
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
_FROM = Field("from", "From", hint="HH:MM, or empty: at once")
_UNTIL = Field("until", "Until", hint="HH:MM, or empty: until released")
_FORCE = Field("force", "Even so", choices=("no", "yes"))
_DATE = Field("date", "Business date", hint="YYYY-MM-DD, or empty: the current one")


def fields_of(verb: str, on: On, process: Process | None = None) -> tuple[Field, ...]:
    """The fields of a verb's box. `process` is what an order is for, where it is known."""
    if verb == "hold":
        return (_FROM, _UNTIL)
    if verb == "order" and on is On.PROCESS:
        parameters = process.parameters.items() if process is not None else ()
        force = () if process is not None and not _may_need_force(process) else (_FORCE,)
        return (_DATE, *(_parameter(name, parameter) for name, parameter in parameters), *force)
    return _FIELDS.get((verb, on), ())


def _may_need_force(process: Process) -> bool:
    return bool(process.calendar) or process.overlap is Overlap.SKIP


def in_terms_of_fields(refusal: str) -> str:
    """A refusal that names an option of the command line, in the words of the box."""
    return refusal.replace("--force", f"{_FORCE.label}: yes")


def _parameter(name: str, parameter: Parameter) -> Field:
    default = parameter.default
    choices = tuple(sorted(parameter.choices, key=lambda choice: choice != default))
    return Field(f"parameter.{name}", name, choices, hint=default or "", required=default is None)


def parameters_of(values: Mapping[str, str], now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """What the request carries; empty fields are left out, and times become instants, `until` one after `from`.

    What is no `HH:MM` is left as it is, for the runtime to judge.
    """
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    after = now
    for name in ("from", "until"):
        at = _next(given.get(name, ""), after, zone)
        if at is not None:
            given[name], after = at.isoformat(), at
    return given


def _next(text: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The next time after that moment that the clock shows `HH:MM`; None for any other text."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        return None
    local = after.astimezone(zone)
    at = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)
