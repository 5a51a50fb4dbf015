"""What a calendar document may say."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from boms_tui.model import public_holidays
from boms_tui.model.calendar import DayRule, Roll, day_rule
from boms_tui.model.definitions.part import Part, with_short_forms
from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.definitions.scalar import OneOrMore, Scalar, choice, some_text, whole
from boms_tui.model.definitions.scalars import Clock, Id, Line
from boms_tui.model.ids import business_date
from boms_tui.model.nearest import did_you_mean, told


class DayName(StrEnum):
    """A day of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_DATE_SCHEMA = {"type": "string", "format": "date"}
_RULE_HINT = "such as last business day, third friday, 5th business day of the quarter or every half day"


def _date(value: str) -> date:
    day = business_date(value)
    if day is None:
        raise WrongValueError(f"not a date: {told(value)}", "such as 2026-11-20")
    return day


def _pick(value: str) -> DayRule | date:
    picked = day_rule(value) or business_date(value)
    if picked is None:
        raise WrongValueError(f"names no day: {told(value)}", _RULE_HINT)
    return picked


def _code(value: str) -> str:
    if value not in public_holidays.codes():
        hint = did_you_mean(value, public_holidays.codes())
        raise WrongValueError(f"no such country or exchange: {told(value)}", hint or "such as IN, IN-MH or XNSE")
    return value


Day = Annotated[date, Scalar(_date, _DATE_SCHEMA)]
Picked = Annotated[DayRule | date, Scalar(_pick, {"type": "string"})]
WeekDay = Annotated[DayName, choice(DayName)]
Code = Annotated[str, Scalar(_code, {"type": "string"})]
HowRolled = Annotated[Roll, choice(Roll)]


class HolidayEntry(Part):
    """A holiday with its name, or a whole public calendar. A date or a code alone is read as the long form."""

    code: Code | None = None
    date: Day | None = None
    name: Annotated[Line, AfterValidator(some_text)] = "a holiday"

    @model_validator(mode="before")
    @classmethod
    def _long_form(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return {"date" if value[:1].isdigit() else "code": value}

    @model_validator(mode="after")
    def _one(self) -> "HolidayEntry":
        if (self.code is None) == (self.date is None):
            raise WrongValueError("a holiday has either a `date` or a `code`")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return with_short_forms(core, handler, {"type": "string"})


class CalendarDocument(Part):
    """The business days of a desk, an exchange or a country."""

    calendar: Id
    title: Line = ""
    based_on: Id | None = None
    weekend: list[WeekDay] | None = None
    holidays: Annotated[list[HolidayEntry], OneOrMore()] = Field(default_factory=list)
    extra_days: list[Day] = Field(default_factory=list)
    half_days: dict[Day, Clock] = Field(default_factory=dict)
    never: list[Day] = Field(default_factory=list, alias="not")
    days: Annotated[list[Picked], OneOrMore()] | None = None
    roll: HowRolled | None = None
    shift: Annotated[int, whole(-30, 30)] = 0
    until: Day | None = None

    @model_validator(mode="after")
    def _sense(self) -> "CalendarDocument":
        if self.days is None and (self.roll is not None or self.shift):
            raise WrongValueError("`roll` and `shift` move what `days` picks", "name the `days`")
        both = {*self.extra_days} & {*self.never}
        if both:
            raise WrongValueError(f"{min(both)} stands in both `extra_days` and `not`")
        if self.weekend is not None and len(set(self.weekend)) == len(DayName):
            raise WrongValueError("every day is a weekend: no day is ever selected")
        return self
