"""`boms plan`: what the definitions order for a business date, when, until when, and what not; or a calendar's days."""

from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime, timedelta

from boms_tui import clock
from boms_tui.commands.command import Command, Parser, day
from boms_tui.commands.context import Context
from boms_tui.commands.out import iso
from boms_tui.commands.year import show_year
from boms_tui.errors import ExitCode
from boms_tui.model.forecast import planned_ends, typical_length
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import Plan, business_date_of
from boms_tui.model.planning import plan as plan_of


def arguments(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--date", type=day, metavar="D", help="the business date (of each process, its current one)")
    what.add_argument("--calendar", metavar="NAME", help="show the days of a calendar instead")
    parser.add_argument("--year", type=int, metavar="Y", choices=range(1970, 2101), help="of the calendar (this one)")


def plan(context: Context, given: Namespace) -> int:
    if given.calendar:
        return show_year(context, given.calendar, given.year)
    catalogue = context.reader.catalogue()
    found = plan_of(catalogue, given.date) if given.date else current_plan(catalogue, clock.now())
    ends = planned_ends(found, _lengths(context, catalogue))
    if context.out.as_json:
        planned = [
            {
                "process": one.process, "business_date": one.business_date, "at": iso(one.at), "cause": one.cause,
                "expected_end": iso(end),
            }
            for one, end in zip(found.planned, ends, strict=True)
        ]  # fmt: skip
        excluded = [{"process": one.process, "reason": one.reason} for one in found.excluded]
        context.out.json({"planned": planned, "excluded": excluded})
        return ExitCode.DONE
    context.out.table(
        ("AT", "PROCESS", "DATE", "ENDS ~", "CAUSE"),
        [
            (one.at or "then", one.process, one.business_date, end, one.cause)
            for one, end in zip(found.planned, ends, strict=True)
        ],
    )
    if found.excluded:
        context.out.line()
        context.out.table(("NOT ORDERED", "WHY"), [(one.process, one.reason) for one in found.excluded])
    return ExitCode.DONE


def _lengths(context: Context, catalogue: Catalogue) -> Mapping[ProcessId, timedelta]:
    """How long a run of each process takes as a rule, where that is known."""
    habits = context.reader.habits()
    lengths = {name: typical_length(process, habits.get(name)) for name, process in catalogue.processes.items()}
    return {name: length for name, length in lengths.items() if length is not None}


def current_plan(catalogue: Catalogue, now: datetime) -> Plan:
    """The plan of each process for its own current business date."""
    current = {process.id: business_date_of(process, now) for process in catalogue.processes.values()}
    plans = {day: plan_of(catalogue, day) for day in sorted(set(current.values()))}
    return Plan(
        planned=tuple(one for day, of in plans.items() for one in of.planned if current[one.process] == day),
        excluded=tuple(one for day, of in plans.items() for one in of.excluded if current[one.process] == day),
    )


COMMANDS = {"plan": Command(plan, arguments)}
