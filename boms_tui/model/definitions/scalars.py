"""Every kind of scalar that definitions have."""

import re
import shlex
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from boms_tui.model import placeholders
from boms_tui.model.condition import Outcome, RelativeDate
from boms_tui.model.cron import bad_cron
from boms_tui.model.definition import RETRIABLE, CyclicFrom, LockMode, Missed, OnFailure, OnUnknown, Overlap
from boms_tui.model.definitions import amounts
from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalar import (
    ANY_SCALAR,
    OneOrMore,
    Scalar,
    choice,
    line,
    matching,
    some_items,
    some_text,
    text,
    whole,
)
from boms_tui.model.ids import PROCESS, SEGMENT
from boms_tui.model.nearest import did_you_mean, foreign_letter, told
from boms_tui.model.states import AttemptState
from boms_tui.model.verbs import APPROVABLE, NARROWED

_LONGEST_LINE = 8_192
_LONGEST_WORD = 32_768
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"


def _factor(value: str) -> float:
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", value) and 1 <= float(value) <= 100:
        return float(value)
    raise WrongValueError(f"not a factor from 1 to 100: {told(value)}", "such as 2 or 1.5")


def _flag(value: str) -> bool:
    if value not in {"true", "false"}:
        raise WrongValueError(f"neither true nor false: {told(value)}")
    return value == "true"


def _some_time(value: str) -> timedelta:
    duration = amounts.duration(value)
    if not duration:
        raise WrongValueError(f"must be longer than {value}")
    return duration


def _clock(value: str) -> time:
    if not _TIME.fullmatch(value):
        raise WrongValueError(f"not a time of day: {told(value)}", 'such as "06:00"')
    return time.fromisoformat(value)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise WrongValueError(f"no such time zone: {told(value)}", did_you_mean(value, _zones())) from None
    return value


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _cron(value: str) -> str:
    if what := bad_cron(value):
        raise WrongValueError(f"bad cron text: {told(value)}: {told(what)}", 'such as "30 18 * * 1-5"')
    return value


def _which_date(value: str) -> RelativeDate | date:
    if value in {RelativeDate.SAME, RelativeDate.PREVIOUS}:
        return RelativeDate(value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise WrongValueError(f"not a date: {told(value)}", "same, previous, or one such as 2026-11-20") from None


def _narrowed(value: str) -> str:
    if value not in NARROWED:
        raise WrongValueError(f"no verb of tasks: {told(value)}", did_you_mean(value, NARROWED))
    return value


def _approvable(value: str) -> str:
    if value not in APPROVABLE:
        raise WrongValueError(f"no verb: {told(value)}", did_you_mean(value, APPROVABLE))
    return value


def _two_person(value: str) -> bool:
    if value not in {"two-person", "none"}:
        raise WrongValueError(f"neither two-person nor none: {told(value)}")
    return value == "two-person"


def _filled(value: str) -> str:
    if len(value) > _LONGEST_WORD:
        raise WrongValueError(f"longer than {_LONGEST_WORD:,} characters")
    try:
        placeholders.names(value)
    except placeholders.PlaceholderError as error:
        raise WrongValueError(error.title, error.next_step) from None
    return value


def _filled_path(value: str) -> str:
    return _filled(some_text(value))


def _share(value: str) -> float:
    """A share as a number from 0 to 1; `20%` is 0.2."""
    number, percent = value.removesuffix("%"), value.endswith("%")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", number) and float(number) <= (100 if percent else 1):
        return float(number) / 100 if percent else float(number)
    raise WrongValueError(f"not a share from 0 to 1: {told(value)}", "such as 0.2 or 20%")


def _environment_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise WrongValueError(f"not the name of a variable: {told(value)}", foreign_letter(value))
    if value.startswith("BOMS_"):
        raise WrongValueError(f"the runtime sets what begins with BOMS_: {told(value)}", "choose another name")
    return value


def _words(value: object) -> object:
    """A command in one string, split as a shell would split it; nothing else that a shell does."""
    if not isinstance(value, str):
        return value
    if len(value) > _LONGEST_LINE:
        raise WrongValueError(f"longer than {_LONGEST_LINE:,} characters", "write it as a list")
    try:
        return shlex.split(value)
    except ValueError as error:
        raise WrongValueError(f"cannot be split into words: {str(error).lower()}", "write it as a list") from None


def _some_words(value: list[str]) -> list[str]:
    if not value or not value[0].strip():
        raise WrongValueError("names no program")
    return value


_ID_HINT = "an id has a-z, 0-9, _ and -, and begins with a letter or digit"
Text = Annotated[str, Scalar(text, ANY_SCALAR)]
SomeText = Annotated[str, Scalar(some_text, ANY_SCALAR)]
Line = Annotated[str, Scalar(line, ANY_SCALAR)]
Id = Annotated[str, matching(SEGMENT.pattern, "an id", _ID_HINT)]
ProcessPath = Annotated[str, matching(PROCESS.pattern, "a process id", f"{_ID_HINT}; folders are parted by /")]
Scope = Annotated[
    str,
    matching(
        r"[a-z0-9*_-]+(/[a-z0-9*_-]+)*(:[a-z0-9*_-]+)?", "a scope", "such as settlement/* or settlement/payouts:release"
    ),
]
Narrowed = Annotated[str, Scalar(_narrowed, {"enum": [*NARROWED]})]
Approvable = Annotated[str, Scalar(_approvable, {"enum": [*APPROVABLE]})]
TwoPerson = Annotated[bool, Scalar(_two_person, {"enum": ["two-person", "none"]})]
Phone = Annotated[
    str, matching(r"[+0-9][0-9 ()./-]{2,40}( ?(x|ext\.?) ?[0-9]+)?", "a phone number", "such as +91 22 5550 0101")
]
Mail = Annotated[str, matching(r"[^@\s]{1,100}@[^@\s]{1,100}", "a mail address", "such as desk@example.com")]
Days = Annotated[str, matching(f"{_DAY}(-{_DAY})?", "a day or a range of days", "such as mon-fri or sat")]
Hours = Annotated[
    str, matching(f"{_TIME.pattern}-({_TIME.pattern}|24:00)", "a range of hours", 'such as "08:00-20:00"')
]
Flag = Annotated[bool, Scalar(_flag, {"type": "boolean"})]
Priority = Annotated[int, whole(0, 100)]
Percent = Annotated[int, whole(0, 100)]
Units = Annotated[int, whole(0, 1_000_000)]
Retries = Annotated[int, whole(0, 1_000)]
ExitStatus = Annotated[int, whole(0, (1 << 32) - 1)]
Factor = Annotated[float, Scalar(_factor, {"type": "number", "minimum": 1, "maximum": 100})]
Jitter = Annotated[
    float,
    Scalar(
        _share, {"type": ["number", "string"], "minimum": 0, "maximum": 1, "pattern": r"^[0-9]{1,3}(\.[0-9]{1,6})?%$"}
    ),
]
Duration = Annotated[timedelta, Scalar(amounts.duration, {"type": "string", "pattern": f"^{amounts.DURATION_TEXT}$"})]
SomeTime = Annotated[timedelta, Scalar(_some_time, {"type": "string", "pattern": f"^{amounts.DURATION_TEXT}$"})]
Size = Annotated[int, Scalar(amounts.size, {"type": ["string", "integer"]})]
AnySize = Annotated[int, Scalar(amounts.any_size, {"type": ["string", "integer"]})]
Clock = Annotated[time, Scalar(_clock, {"type": "string", "pattern": f"^{_TIME.pattern}$"})]
Zone = Annotated[str, Scalar(_zone, {"type": "string"})]
Cron = Annotated[str, Scalar(_cron, {"type": "string"})]
WhichDate = Annotated[
    RelativeDate | date,
    Scalar(_which_date, {"type": "string", "pattern": "^(same|previous|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}),
]
When = Annotated[Outcome, choice(Outcome)]
WhenFailed = Annotated[OnFailure, choice(OnFailure)]
WhenUnknown = Annotated[OnUnknown, choice(OnUnknown)]
HowOverlapping = Annotated[Overlap, choice(Overlap)]
WhenMissed = Annotated[Missed, choice(Missed)]
CountedFrom = Annotated[CyclicFrom, choice(CyclicFrom)]
Rounds = Annotated[int, whole(1, 10_000)]
HowLocked = Annotated[LockMode, choice(LockMode)]
EnvironmentName = Annotated[str, Scalar(_environment_name, {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"})]
Filled = Annotated[str, Scalar(_filled, ANY_SCALAR)]
FilledPath = Annotated[str, Scalar(_filled_path, ANY_SCALAR)]
Argv = Annotated[
    list[Filled],
    BeforeValidator(_words),
    AfterValidator(_some_words),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": ANY_SCALAR}]}),
]
ExitStatuses = Annotated[list[ExitStatus], AfterValidator(some_items)]
_NEVER_RETRIED = {
    "killed": "whoever kills a task says what follows",
    "unknown": "`on_unknown` says what follows",
    "void": "what never started is always tried again",
}
_RETRIABLE = choice(AttemptState, RETRIABLE, _NEVER_RETRIED)
Retriable = Annotated[list[Annotated[AttemptState, _RETRIABLE]], OneOrMore()]
