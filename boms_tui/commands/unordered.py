"""Why a process has no run for a date: what is planned, what is waited for, or why nothing orders it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from boms_tui.commands.context import Context
from boms_tui.commands.out import iso
from boms_tui.commands.plan import outlook
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Catalogue

MOST = 3
"""How many times to come are told."""


class Answer(NamedTuple):
    """One thing there is to say. `at` is a time that it speaks of, for people in the home's zone."""

    says: str
    at: datetime | None = None


def tell_unordered(context: Context, process: ProcessId, day: date, now: datetime) -> None:
    """Print why there is no run yet; as JSON in the form of gates, of which there are none yet."""
    found = list(answers(context.reader.catalogue(), process, day, now))
    if context.out.as_json:
        context.out.json([
            {"gate": "ordered", "open": False, "detail": one.says, "opens_at": iso(one.at), "who_can_free": "operator"}
            for one in found
        ])  # fmt: skip
        return
    context.out.line(f"{process} has no run for {day}")
    for one in found:
        context.out.line(f"  {one.says}{f' {context.out.time_of_day(one.at, now)}' if one.at is not None else ''}")


def answers(catalogue: Catalogue, process: ProcessId, day: date, now: datetime) -> Iterator[Answer]:
    """What the plan of that date says of a process, the next times to come first."""
    found = outlook(catalogue, day)
    planned = [one for one in found.plan.planned if one.process == process]
    coming = [one.at for one in planned if one.at is not None and one.at > now]
    for at in coming[:MOST]:
        yield Answer("it will be ordered at", at)
    if len(coming) > MOST:
        yield Answer(f"and {len(coming) - MOST} times more")
    passed = [one.at for one in planned if one.at is not None and one.at <= now]
    if passed and not coming:
        yield Answer("nothing ordered it although its time has come:", passed[-1])
    for cause in dict.fromkeys(one.cause for one in planned if one.at is None):
        yield Answer(f"it will be ordered by {cause}")
    reasons = [one.reason for one in found.plan.excluded if one.process == process]
    yield from (Answer(f"it is not ordered for that date: {reason}") for reason in reasons)
    left = (*found.needs, *found.unset, *found.never)
    yield from (Answer(f"it {one.reason}") for one in left if one.process == process)
