"""`boms store`: upgrade, back up, purge and check. Whoever may write the store's file may do this."""

import getpass
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from boms_tui import clock
from boms_tui.commands.command import Command, Parser, day
from boms_tui.commands.context import Context
from boms_tui.errors import BomsError, ExitCode, UsageError


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "do", choices=tuple(_ACTS), metavar="ACT",
        help="upgrade: bring the schema up to this release; backup FILE: copy an embedded store; "
        "purge --before D: delete ended runs, the journal stays; check: look for damage",
    )  # fmt: skip
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="where the backup goes")
    parser.add_argument("--before", type=day, metavar="D", help="purge runs of earlier business dates")


def store(context: Context, given: Namespace) -> int:
    return _ACTS[given.do](context, given)


def _upgrade(context: Context, _given: Namespace) -> int:
    from boms_tui.commands.wiring import upgrade_store

    upgrade_store(context.home)
    return _say(context, "the store is at this release's schema", upgraded=True)


def _backup(context: Context, given: Namespace) -> int:
    if given.file is None:
        raise UsageError("backup to where?", "boms store backup FILE")
    folder = given.file.absolute().parent
    if not folder.is_dir():
        raise BomsError(f"there is no folder {folder}", "make it, or name another file")
    context.store.backup(given.file)
    return _say(context, f"copied to {given.file}", file=str(given.file))


def _purge(context: Context, given: Namespace) -> int:
    if given.before is None:
        raise UsageError("purge what?", "boms store purge --before 2026-01-01")
    erased = context.store.purge(given.before, actor=context.user or getpass.getuser(), now=clock.now())
    return _say(context, f"deleted {erased} runs of business dates before {given.before}", deleted=erased)


def _check(context: Context, _given: Namespace) -> int:
    findings = context.store.check()
    if context.out.as_json:
        context.out.json({"ok": not findings, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            context.out.line(f"{finding.code}: {finding.detail}")
        if not findings:
            context.out.line("the store is sound")
    return ExitCode.REFUSED if findings else ExitCode.DONE


def _say(context: Context, text: str, **answer: object) -> int:
    if context.out.as_json:
        context.out.json(answer)
    else:
        context.out.line(text)
    return ExitCode.DONE


_ACTS: Mapping[str, Callable[[Context, Namespace], int]] = {
    "upgrade": _upgrade,
    "backup": _backup,
    "purge": _purge,
    "check": _check,
}
COMMANDS = {"store": Command(store, arguments)}
