"""`boms doctor`: what is wrong, or will go wrong, with this installation."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict

from boms_tui.commands.command import Command
from boms_tui.commands.context import Context
from boms_tui.commands.doctor import home, machine, past, service, spool, store
from boms_tui.commands.doctor.finding import Finding, Status
from boms_tui.errors import BomsError, ExitCode

Check = Callable[[Context], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    "home": home.folder,
    "keys": home.keys,
    "store": store.answers,
    "store file": store.place,
    "sqlite": store.sqlite,
    "users": store.people,
    "calendars": store.calendars,
    "starts": store.starts,
    "runtime": store.runtime,
    "spool": spool.file_system,
    "disk": spool.space,
    "history": past.store_went_back,
    "shim": spool.shim,
    "interpreter": machine.interpreter,
    "open files": machine.descriptors,
    "clock": machine.clock_in_step,
    "clock of the store": machine.clock_of_store,
    "service": service.kill_mode,
}


def doctor(context: Context, _given: Namespace) -> int:
    findings = [finding for name, check in CHECKS.items() for finding in _guarded(name, check, context)]
    if context.out.as_json:
        context.out.json([asdict(finding) for finding in findings])
    else:
        context.out.table(
            ("CHECK", "STATUS", "FOUND", "NEXT STEP"),
            [(one.check, one.status, one.detail, one.next_step) for one in findings],
        )
    failed = any(finding.status is Status.FAIL for finding in findings)
    return ExitCode.REFUSED if failed else ExitCode.DONE


def _guarded(name: str, check: Check, context: Context) -> Iterator[Finding]:
    """A check's findings; an error in it is one of them and keeps nothing from the other checks."""
    try:
        yield from check(context)
    except BomsError as error:
        yield Finding(name, Status.FAIL, error.title, error.next_step)
    except OSError as error:
        yield Finding(name, Status.FAIL, str(error), "look at that file or folder as the account that runs BOMS")


COMMANDS = {"doctor": Command(doctor)}
