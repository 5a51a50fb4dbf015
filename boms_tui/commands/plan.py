"""`boms plan`: what the definitions order for a business date, when, until when, and what not; or a calendar's days."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from boms_tui import clock
from boms_tui.commands.command import Command, Parser, day
from boms_tui.commands.context import Context
from boms_tui.commands.out import Out, iso
from boms_tui.commands.year import show_year
from boms_tui.errors import ExitCode
from boms_tui.model.forecast import planned_ends, typical_length
from boms_tui.model.ids import ProcessId
from boms_tui.model.never import never
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import Excluded, Plan, Planned, business_date_of
from boms_tui.model.planning import plan as plan_of
from boms_tui.model.prospects import Prospect, prospects


def arguments(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--date", type=day, metavar="D", help="the business date (of each process, its current one)")
    what.add_argument("--calendar", metavar="NAME", help="show the days of a calendar instead")
    parser.add_argument("--year", type=int, metavar="Y", choices=range(1970, 2101), help="of the calendar (this one)")


def plan(context: Context, given: Namespace) -> int:
    if given.calendar:
        return show_year(context, given.calendar, given.year)
    catalogue = context.reader.catalogue()
    found = outlook(catalogue, given.date) if given.date else current_outlook(catalogue, clock.now())
    ends = planned_ends(found.plan, _lengths(context, catalogue))
    coming = list(zip(found.plan.planned, ends, strict=True))
    if context.out.as_json:
        planned = [
            {
                "process": one.process, "business_date": one.business_date, "at": iso(one.at), "cause": one.cause,
                "expected_end": iso(end),
            }
            for one, end in coming
        ]  # fmt: skip
        excluded = [_reason_json(one) for one in found.plan.excluded]
        others = {key: [_prospect_json(one) for one in getattr(found, key)] for key in _SECTIONS}
        context.out.json({"planned": planned, "excluded": excluded, **others})
        return ExitCode.DONE
    context.out.table(("AT", "PROCESS", "DATE", "ENDS ~", "CAUSE"), list(_rows(context.out, coming)))
    _print_section(context.out, ("NOT ORDERED", "WHY"), found.plan.excluded)
    for key, heads in _SECTIONS.items():
        _print_section(context.out, heads, getattr(found, key))
    return ExitCode.DONE


def _rows(out: Out, coming: Sequence[tuple[Planned, datetime | None]]) -> Iterator[tuple[object, ...]]:
    """A line for each run to come; of those that one cause orders again and again, one for all."""
    alike: dict[tuple[object, ...], list[tuple[Planned, datetime | None]]] = {}
    for one, end in coming:
        alike.setdefault((one.process, one.business_date, one.cause), []).append((one, end))
    told: set[tuple[object, ...]] = set()
    for one, end in coming:
        key = (one.process, one.business_date, one.cause)
        several = alike[key]
        last = several[-1][0].at
        if len(several) <= _FEW or last is None:
            yield one.at or "then", one.process, one.business_date, end, one.cause
        elif key not in told:
            told.add(key)
            cause = f"{one.cause}: {len(several)} times until {out.time_of_day(last, one.earliest)}"
            yield one.at or "then", one.process, one.business_date, None, cause


_FEW = 4
"""How many runs of one process and cause are told one by one."""


def _lengths(context: Context, catalogue: Catalogue) -> Mapping[ProcessId, timedelta]:
    """How long a run of each process takes as a rule, where that is known."""
    habits = context.reader.habits()
    lengths = {name: typical_length(process, habits.get(name)) for name, process in catalogue.processes.items()}
    return {name: length for name, length in lengths.items() if length is not None}


_SECTIONS = {
    "needs": ("NEEDS FROM OUTSIDE", "WHAT"),
    "unset": ("NOBODY WILL SET", "WHAT"),
    "never": ("NEVER STARTS", "WHY"),
}
"""What is told below the plan, by its name in JSON and in the outlook, with its heads."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A plan, and what it leaves open."""

    plan: Plan
    needs: tuple[Prospect, ...]
    unset: tuple[Prospect, ...]
    never: tuple[Prospect, ...]


def outlook(catalogue: Catalogue, day: date) -> Outlook:
    """What the definitions order for a business date, and what that leaves open."""
    found = plan_of(catalogue, day)
    left = prospects(catalogue, found, day)
    return Outlook(found, left.needs, left.unset, never(catalogue, day))


def current_outlook(catalogue: Catalogue, now: datetime) -> Outlook:
    """The same of each process for its own current business date."""
    current = {process.id: business_date_of(process, now) for process in catalogue.processes.values()}
    days = {day: plan_of(catalogue, day) for day in sorted(set(current.values()))}
    found = Plan(
        planned=tuple(one for day, of in days.items() for one in of.planned if current[one.process] == day),
        excluded=tuple(one for day, of in days.items() for one in of.excluded if current[one.process] == day),
    )
    left = [(day, prospects(catalogue, of, day)) for day, of in days.items()]
    return Outlook(
        plan=found,
        needs=tuple(one for day, of in left for one in of.needs if current[one.process] == day),
        unset=tuple(one for day, of in left for one in of.unset if current[one.process] == day),
        never=never(catalogue, min(days, default=now.date())),
    )


def _print_section(out: Out, heads: tuple[str, str], rows: Sequence[Excluded | Prospect]) -> None:
    if rows:
        out.line()
        out.table(heads, [(one.process, one.reason) for one in rows])


def _reason_json(one: Excluded | Prospect) -> dict[str, object]:
    return {"process": one.process, "reason": one.reason}


def _prospect_json(one: Prospect) -> dict[str, object]:
    day = {"business_date": one.business_date} if one.business_date is not None else {}
    return {**_reason_json(one), **day}


COMMANDS = {"plan": Command(plan, arguments)}
