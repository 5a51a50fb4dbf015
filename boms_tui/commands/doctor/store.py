"""The store: it answers, it is whole, somebody leads it and somebody administers it."""

from collections.abc import Iterator

from boms_tui import clock
from boms_tui.commands.context import Context
from boms_tui.commands.doctor.disk import file_system_of, place_finding
from boms_tui.commands.doctor.finding import Finding, Status, judged
from boms_tui.model.almanac import nothing_known
from boms_tui.model.never import never

_SILENT_S = 3.0
_MOST = 20
"""How many processes that can never start are told."""


def answers(context: Context) -> Iterator[Finding]:
    yield Finding("store", Status.OK, f"it answers: deployment {context.reader.deployment()}")


def place(context: Context) -> Iterator[Finding]:
    """SQLite's locks and shared memory need a local disk."""
    file = context.home.embedded_file
    if file is not None and file.exists():
        yield place_finding("store file", file.parent, file_system_of(file.parent))


def sqlite(context: Context) -> Iterator[Finding]:
    from boms_tui.store.engines import wal_reset_fault

    if context.home.embedded_file is None:
        return
    faulty = wal_reset_fault()
    yield judged(
        "sqlite",
        Status.WARN,
        "this SQLite can lose pages when a checkpoint meets a commit (the WAL-reset fault)"
        if faulty
        else "this SQLite does not have the WAL-reset fault",
        "use a Python whose SQLite is newer than 3.51.2; until then nothing but BOMS may write to the store",
        found=faulty,
    )


def runtime(context: Context) -> Iterator[Finding]:
    pulse = context.reader.pulse()
    if not pulse.led or pulse.beat_at is None:
        yield Finding("runtime", Status.WARN, "none leads", "start one with `boms runtime`")
        return
    age = (pulse.store_now - pulse.beat_at).total_seconds()
    yield judged(
        "runtime",
        Status.FAIL,
        f"{pulse.node} leads, epoch {pulse.epoch}, last sign of life {age:.1f} s ago",
        "look at its log, and start it again with `boms runtime`",
        found=age > _SILENT_S,
    )


def calendars(context: Context) -> Iterator[Finding]:
    almanac = context.reader.catalogue().almanac
    for name, end in almanac.ending(clock.now().date()).items():
        next_step = "apply it with the holidays that have been announced"
        yield Finding(f"calendar {name}", Status.WARN, nothing_known(end), next_step)


def starts(context: Context) -> Iterator[Finding]:
    """Definitions that nothing can ever start."""
    found = never(context.reader.catalogue(), clock.now().date())
    for one in found[:_MOST]:
        next_step = "correct its calendar, its window or what starts it, and apply it"
        yield Finding(f"process {one.process}", Status.WARN, one.reason, next_step)
    if len(found) > _MOST:
        yield Finding("processes", Status.WARN, f"{len(found) - _MOST} more like these", "`boms plan` lists them")


def people(context: Context) -> Iterator[Finding]:
    admins = [row for row in context.reader.users() if "admin" in row.roles and not row.disabled]
    yield judged(
        "users",
        Status.WARN,
        f"{len(admins)} active with the role admin" if admins else "nobody is an admin",
        "`boms init --admin NAME` makes one",
        found=not admins,
    )
