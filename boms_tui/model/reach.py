"""Which business dates deciding looks at."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from boms_tui.model.condition import Dependency
from boms_tui.model.picture import Catalogue


def dates_read(catalogue: Catalogue, read: Iterable[tuple[Iterable[Dependency], date]], today: date) -> set[date]:
    """The business dates that deciding about these dependencies of runs of these dates looks at, seen from `today`."""
    dates: set[date] = set()
    for dependencies, business_date in read:
        dates.add(business_date)
        for dependency in dependencies:
            day = catalogue.date_read(dependency, business_date)
            dates.update([day] if day is not None else _looked_back_on(dependency, today))
    return dates


def _looked_back_on(dependency: Dependency, today: date) -> Iterator[date]:
    """The dates of the runs that may have ended so lately; a business date may be one behind the wall's."""
    days = 1 if dependency.within is None else dependency.within.days + 2
    return (today - timedelta(days=back) for back in range(-1, days + 1))
