"""`audit`: prove that the journal is whole, search it, and take it along to be proved elsewhere."""

import json
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.out import iso
from boms_tui.commands.ports import Reader
from boms_tui.commands.times import instant
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.anchors import Anchor, read_anchor
from boms_tui.model.journal import SAYS, Finding, examine
from boms_tui.model.records import Entry, SealedEntry

_PAGE = 5_000
MOST = 20
"""Findings after which nobody needs more."""


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "what", choices=("verify", "search", "export"), help="prove it whole, look into it, write it out"
    )
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="export: where to; verify: an export to prove"
    )
    parser.add_argument("--anchors", type=Path, metavar="FILE", help="verify: anchors kept elsewhere (the home's own)")
    parser.add_argument("--public-key", type=Path, metavar="FILE", help="verify: of the anchors (the home's own)")
    parser.add_argument("--by", metavar="USER", default="", help="search: what a person, or runtime, did")
    parser.add_argument("--about", metavar="OBJECT", default="", help="search: a run, task, process, FOLDER/ or user")
    parser.add_argument("--from", dest="since", metavar="TIME", help="search: not before")
    parser.add_argument("--until", metavar="TIME", help="search: before")
    parser.add_argument("--limit", type=int, default=200, metavar="N", help="search: the newest N (%(default)s)")


def audit(context: Context, given: Namespace) -> int:
    return _WHAT[given.what](context, given)


class Journal(NamedTuple):
    """A whole journal: its rows, the last there has to be, and whose it is."""

    deployment: str
    head: int
    rows: Iterable[SealedEntry]


def _verify(context: Context, given: Namespace) -> int:
    journal = _of_store(context.reader) if given.file is None else _of_file(given.file)
    anchors, unproved = _anchors(context, given, journal.deployment)
    rows = Counted(journal.rows)
    found = examine(rows, journal.deployment, head=journal.head, anchored={one.sequence: one.hash for one in anchors})
    findings = [*unproved, *islice(found, MOST)]
    first = min(findings, key=lambda one: one.sequence, default=None)
    if context.out.as_json:
        context.out.json({
            "ok": first is None, "finding": first and first.code, "sequence": first.sequence if first else rows.count,
            "rows": rows.count, "anchors": len(anchors),
            "findings": [{"code": one.code, "sequence": one.sequence} for one in findings],
        })  # fmt: skip
    elif first is None:
        held = f", and holds {len(anchors)} anchors" if anchors else "; no anchor of it was at hand"
        context.out.line(f"the journal is whole: {rows.count} rows{held}")
    for one in [] if context.out.as_json else findings:
        context.out.line(f"the journal is broken at row {one.sequence}: {SAYS[one.code]} ({one.code})")
    return ExitCode.DONE if first is None else ExitCode.REFUSED


class Counted:
    """Rows, and how many of them have been seen."""

    def __init__(self, rows: Iterable[SealedEntry]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[SealedEntry]:
        for row in self._rows:
            self.count += 1
            yield row


def _of_store(reader: Reader) -> Journal:
    return Journal(reader.deployment(), reader.pulse().sequence, _pages(reader))


def _pages(reader: Reader, about: str = "") -> Iterator[SealedEntry]:
    after = 0
    while page := reader.journal(about=about, after=after, limit=_PAGE):
        yield from page
        after = page[-1].sequence


def _of_file(file: Path) -> Journal:
    """
    Raises:
        UsageError: it is no export.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        first = json.loads(lines[0])
        return Journal(str(first["deployment"]), int(first["head"]), [_row(json.loads(line)) for line in lines[1:]])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UsageError(f"{file} is no export of a journal: {error}", "`boms audit export FILE` makes one") from None


def _row(fields: dict[str, object]) -> SealedEntry:
    entry = Entry(datetime.fromisoformat(str(fields.pop("at"))), **{name: str(fields.pop(name)) for name in _TEXTS})
    return SealedEntry(int(str(fields["sequence"])), int(str(fields["epoch"])), entry, str(fields["hash"]))


_TEXTS = ("actor", "action", "object", "before", "after", "reason", "request")


def _anchors(context: Context, given: Namespace, deployment: str) -> tuple[list[Anchor], list[Finding]]:
    """The anchors that are signed by this installation, and those that are not."""
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    file = given.anchors or context.home.anchors
    if given.anchors is None and not file.exists():
        return [], []
    try:
        key = VerifyKey((given.public_key or context.home.keys / "audit.pub").read_bytes())
        found = [read_anchor(line) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"the anchors cannot be read: {error}", "name them: --anchors FILE --public-key FILE"
        ) from None
    proved: list[Anchor] = []
    for anchor in found:
        with suppress(BadSignatureError, ValueError):
            key.verify(anchor.said, bytes.fromhex(anchor.signature))
            if anchor.deployment == deployment:
                proved.append(anchor)
    return proved, [Finding(one.sequence, "bad-anchor") for one in found if one not in proved]


def _search(context: Context, given: Namespace) -> int:
    since, until = (instant(context, text) if text else "" for text in (given.since, given.until))
    rows = [
        row
        for row in _pages(context.reader, given.about)
        if given.by in {"", row.entry.actor}
        and (not since or row.entry.at >= datetime.fromisoformat(since))
        and (not until or row.entry.at < datetime.fromisoformat(until))
    ][-given.limit :]
    if context.out.as_json:
        context.out.json([{**_json(row), "at": iso(row.entry.at)} for row in rows])
    else:
        context.out.table(
            ("ROW", "AT", "WHO", "DID", "TO WHAT", "FROM", "TO", "REASON"),
            [
                (row.sequence, one.at, one.actor, one.action, one.object, one.before, one.after, one.reason)
                for row in rows
                for one in (row.entry,)
            ],
        )
    return ExitCode.DONE


def _json(row: SealedEntry) -> dict[str, object]:
    entry = {**asdict(row.entry), "at": row.entry.at.isoformat()}
    return {"sequence": row.sequence, "epoch": row.epoch, **entry, "hash": row.hash}


def _export(context: Context, given: Namespace) -> int:
    if given.file is None:
        raise UsageError("name the file to write the journal to", "boms audit export FILE")
    journal, lines = _of_store(context.reader), 0
    with given.file.open("x", encoding="utf-8") as stream:
        stream.write(json.dumps({"deployment": journal.deployment, "head": journal.head}) + "\n")
        for row in journal.rows:
            stream.write(json.dumps(_json(row)) + "\n")
            lines += 1
    context.out.line(f"{lines} rows are in {given.file}")
    return ExitCode.DONE


_WHAT = {"verify": _verify, "search": _search, "export": _export}
COMMANDS = {"audit": Command(audit, arguments)}
