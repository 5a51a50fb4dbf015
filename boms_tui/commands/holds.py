"""`boms holds`: what is held, by whom and until when, and what is planned to be."""

from argparse import Namespace

from boms_tui import clock
from boms_tui.commands.command import Command
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.out import iso
from boms_tui.errors import ExitCode
from boms_tui.model.records import Hold


def holds(context: Context, _given: Namespace) -> int:
    now = clock.now()
    there = [hold for hold in context.reader.holds() if hold.stands(now) or hold.comes(now)]
    told = [(hold, "standing" if hold.stands(now) else "planned") for hold in sorted(there, key=_order)]
    if context.out.as_json:
        context.out.json([_json(hold, state) for hold, state in told])
    elif not told:
        context.out.line("nothing is held, and no hold is planned")
    else:
        context.out.table(
            ("OBJECT", "STATE", "FROM", "UNTIL", "OWNER", "REASON"),
            [
                (hold.object, state, hold.start, hold.until or "released", hold.owner, hold.reason)
                for hold, state in told
            ],
        )
    return ExitCode.DONE


def _order(hold: Hold) -> tuple[object, ...]:
    return hold.start, hold.object, hold.id


def _json(hold: Hold, state: str) -> dict[str, object]:
    return {
        "object": hold.object, "state": state, "from": iso(hold.start), "until": iso(hold.until),
        "owner": hold.owner, "reason": hold.reason,
    }  # fmt: skip


COMMANDS = {"holds": Command(with_age(holds))}
