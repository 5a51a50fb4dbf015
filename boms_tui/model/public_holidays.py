"""The holidays of countries (`IN`, `IN-MH`) and exchanges (`XNSE`), as the `holidays` package knows them."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_LANGUAGE = "en_US"


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Every code there is."""
    from holidays import list_supported_countries, list_supported_financial

    countries = list_supported_countries()
    parts = {f"{country}-{part}" for country, parts in countries.items() for part in parts}
    return frozenset({*countries, *parts, *list_supported_financial()})


@lru_cache(maxsize=1_024)
def names(code: str, year: int) -> Mapping[date, str]:
    """The holidays of a year, each with its name."""
    return {day: str(name) for day, name in sorted(_calendar(code, year).items())}


def weekend(code: str) -> frozenset[int]:
    """The weekdays that are off; 0 is Monday."""
    return frozenset(_calendar(code, date.min.year).weekend)


def last_year(code: str) -> int:
    """The last year of which anything is known."""
    return int(_calendar(code, date.min.year).end_year)


@lru_cache(maxsize=1_024)
def _calendar(code: str, year: int) -> "HolidayBase":
    from holidays import country_holidays, financial_holidays, list_supported_countries

    country, _, part = code.partition("-")
    if country in list_supported_countries():
        return country_holidays(country, subdiv=part or None, years=year, language=_LANGUAGE)
    return financial_holidays(code, years=year, language=_LANGUAGE)
