"""Definitions: `check`, `apply`, `export` and `schema`."""

import json
import os
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from boms_tui import clock
from boms_tui.commands.command import Command, Parser, reason
from boms_tui.commands.context import Context
from boms_tui.commands.naming import Names
from boms_tui.commands.verdicts import exit_code, print_verdict
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.almanac import nothing_known
from boms_tui.model.definitions import Applied, DefinitionError, Source, json_schema, merged_processes, plan_apply
from boms_tui.model.definitions import export as to_yaml
from boms_tui.model.never import never
from boms_tui.model.records import Answer, Revision

_SUFFIXES = frozenset({".yaml", ".yml"})
_MAX_FILE = 1_048_576
_MOST = 20
"""How many definitions that can never start are told."""


def _paths(parser: Parser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder with all beneath it")


def check(context: Context, given: Namespace) -> int:
    """Validate against what the store has, where there is a store yet."""
    has_store = _has_store(context)
    applied = _planned(context, read_sources(given.paths), context.reader.current() if has_store else ())
    if has_store:
        _note_pools(context, applied)
    _note_ends(context, applied)
    _note_never(context, applied)
    _print_applied(context, applied)
    return ExitCode.DONE


def _apply_arguments(parser: Parser) -> None:
    _paths(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and store nothing")
    reason(parser, required=False)


def apply(context: Context, given: Namespace) -> int:
    sources = read_sources(given.paths)
    applied = _planned(context, sources, context.reader.current())
    _note_pools(context, applied)
    _note_ends(context, applied)
    _note_never(context, applied)
    if given.dry_run or not (applied.created or applied.changed):
        _print_applied(context, applied)
        return ExitCode.DONE
    manifest = context.store.inbox.put_documents([source.raw.decode("utf-8") for source in sources])
    verdict = context.client.act("apply", manifest, reason=given.reason)
    if verdict.answer is Answer.APPLIED:
        _print_applied(context, applied, request=verdict.request)
        if verdict.reason != applied.summary:
            context.out.note(f"but the runtime says: {verdict.reason} (it runs with other settings: restart it)")
    else:
        print_verdict(context.out, manifest, verdict)
    return ExitCode.USAGE if verdict.code == "invalid-definition" else exit_code(verdict)


def _export_arguments(parser: Parser) -> None:
    parser.add_argument("processes", nargs="*", metavar="PROCESS", help="these only (all definitions)")
    parser.add_argument(
        "--merged", action="store_true", help="processes with their templates merged in, and where each value is from"
    )


def export(context: Context, given: Namespace) -> int:
    """The YAML of the revisions in force, ready to be applied again."""
    names = Names(context.reader, clock.now())
    wanted = {names.process(text) for text in given.processes}
    if given.merged:
        return _export_merged(context, wanted)
    found = [
        revision
        for revision in context.reader.current()
        if not wanted or (revision.kind == "process" and revision.id in wanted)
    ]
    if context.out.as_json:
        context.out.json([
            {"kind": one.kind, "id": one.id, "revision": one.number, "source": one.source} for one in found
        ])  # fmt: skip
    else:
        context.out.block(to_yaml(found))
    return ExitCode.DONE


def _export_merged(context: Context, wanted: Collection[str]) -> int:
    found = list(merged_processes(context.reader.current(), wanted))
    if context.out.as_json:
        context.out.json([
            {"process": one.process, "path": origin.path, "value": origin.value, "from": origin.source,
             "line": origin.line}
            for one in found for origin in one.origins()
        ])  # fmt: skip
    else:
        context.out.block("---\n".join(one.yaml() for one in found))
    return ExitCode.DONE


def schema(context: Context, _given: Namespace) -> int:
    text = json.dumps(json_schema()) if context.out.as_json else json.dumps(json_schema(), indent=2)
    context.out.block(text + "\n")
    return ExitCode.DONE


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """Every definition file under `paths`, each once, in the order of their names.

    Raises:
        UsageError: a path cannot be read, or there is no definition in it.
    """
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    if not files:
        raise UsageError(
            "no definitions there", f"name a file, or a folder with {' or '.join(sorted(_SUFFIXES))} files"
        )
    return [Source(str(file), _read(file)) for file in files]


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    else:
        yield path


def _read(file: Path) -> bytes:
    """The file, cut behind the size that is refused anyhow."""
    try:
        with file.open("rb") as handle:
            return handle.read(_MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{file}: {os.strerror(error.errno or 0)}", "name a readable file or folder") from error


def _planned(context: Context, sources: Sequence[Source], current: Sequence[Revision]) -> Applied:
    """What an apply would do; with --json the problems are an answer, too."""
    try:
        return plan_apply(sources, current, site=context.home.site)
    except DefinitionError as error:
        if context.out.as_json:
            context.out.json({"problems": [asdict(problem) for problem in error.problems]})
        raise


def _has_store(context: Context) -> bool:
    file = context.home.embedded_file
    return file is None or file.exists()


def _note_pools(context: Context, applied: Applied) -> None:
    """Say which pools nobody serves that the definitions name; no more than a remark, for a runtime may come."""
    named = {*applied.created, *applied.changed, *applied.unchanged}
    processes = [one for one in applied.catalogue.processes.values() if f"process {one.id}" in named]
    pools = {task.pool for process in processes for task in process.tasks.values()}
    for pool in sorted(pools - {"local", *context.reader.pulse().pools}):
        context.out.note(f"no runtime serves the pool {pool} yet")


def _note_ends(context: Context, applied: Applied) -> None:
    """Say which calendars end soon, before it bites."""
    for name, end in applied.catalogue.almanac.ending(clock.now().date()).items():
        context.out.note(f"calendar {name}: {nothing_known(end)}")


def _note_never(context: Context, applied: Applied) -> None:
    """Say what can never start."""
    found = never(applied.catalogue, clock.now().date())
    for one in found[:_MOST]:
        context.out.note(f"process {one.process} {one.reason}")
    if len(found) > _MOST:
        context.out.note(f"+{len(found) - _MOST} more: `boms plan` lists them")


def _print_applied(context: Context, applied: Applied, request: str | None = None) -> None:
    groups = {"created": applied.created, "changed": applied.changed, "unchanged": applied.unchanged}
    if context.out.as_json:
        context.out.json({**groups, "request": request, "because": applied.because})
        return
    for what in ("created", "changed"):
        for name in groups[what]:
            because = f" ({applied.because[name]})" if name in applied.because else ""
            context.out.line(f"{what}  {name}{because}")
    context.out.line(applied.summary)


COMMANDS = {
    "check": Command(check, _paths),
    "apply": Command(apply, _apply_arguments),
    "export": Command(export, _export_arguments),
    "schema": Command(schema),
}
