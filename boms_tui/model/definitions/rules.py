"""What must hold within one process, whatever else there is."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import time
from typing import NamedTuple

from boms_tui.model import graph, placeholders
from boms_tui.model.condition import Outcome, RelativeDate
from boms_tui.model.definitions.blocks import Path
from boms_tui.model.definitions.checks import AfterwardsEntry, BeforeEntry, ChecksPart
from boms_tui.model.definitions.documents import ProcessDocument
from boms_tui.model.definitions.entries import AfterEntry
from boms_tui.model.definitions.settings import Settings, TaskPart
from boms_tui.model.nearest import did_you_mean, told

_OF_COMMANDS_ONLY = (
    "retries", "retry_delay", "retry_backoff", "retry_max_delay", "retry_jitter", "retry_on", "timeout", "pool",
    "environment", "secrets", "directory", "success_codes", "output_cap", "confirm", "on_unknown", "checks",
    "resources", "locks",
)  # fmt: skip


class Broken(NamedTuple):
    """A rule that does not hold, and the path of what breaks it."""

    path: Path
    what: str
    hint: str = ""


def broken_rules(process: ProcessDocument) -> Iterator[Broken]:
    """Every rule that `process` breaks, its template already merged in."""
    for rule in _RULES:
        yield from rule(process)


def loop_text(names: list[str], needs: str = "waits for") -> str:
    """A cycle in words; `needs` says what each does with the next."""
    shown = [*names[:8], "…"] if len(names) > 9 else names
    return f"a cycle: {f' {needs} '.join(told(name) for name in (*shown, names[0]))}"


def _has_tasks(process: ProcessDocument) -> Iterator[Broken]:
    if not process.tasks:
        yield Broken((), "a process needs `tasks`")


def _tasks_have_work(process: ProcessDocument) -> Iterator[Broken]:
    for name, task in process.tasks.items():
        if (task.command is None) == (task.manual is None):
            which = "either a `command` or a `manual`" if task.command is None else "only one of `command` and `manual`"
            yield Broken(("tasks", name), f"task {name} needs {which}")


def _manual_tasks_run_nothing(process: ProcessDocument) -> Iterator[Broken]:
    for name, task in process.tasks.items():
        if task.manual is not None and task.command is None:
            for key in _OF_COMMANDS_ONLY:
                if key in task.model_fields_set:
                    yield Broken(("tasks", name, key), f"a manual task runs nothing: `{key}` means nothing here")


def _parameters_are_known(process: ProcessDocument) -> Iterator[Broken]:
    parameters = {f"{placeholders.PARAMETER}{name}" for name in process.parameters}
    comes_by_file = any(start.file is not None for start in process.start)
    for of_attempts, texts in ((True, _filled(process)), (False, _awaited_files(process))):
        known = {*placeholders.FIXED[: None if of_attempts else placeholders.OF_RUNS], *parameters}
        for path, text in texts:
            for name in placeholders.names(text):
                if name == placeholders.FILE and not comes_by_file:
                    yield Broken(path, "${file} is the file of a `start`, and no file starts this process")
                elif name not in known:
                    hint = did_you_mean(name, parameters) or "the process has no `parameters`"
                    yield Broken(path, f"unknown placeholder: ${{{name}}}", hint)


def _awaited_files(process: ProcessDocument) -> Iterator[tuple[Path, str]]:
    for path, entry in _dependencies(process):
        if entry.file is not None:
            yield (*path, "file", "path"), entry.file.path


def _filled(process: ProcessDocument) -> Iterator[tuple[Path, str]]:
    """Every text of the process that placeholders may stand in when an attempt starts."""
    for path, settings in _settings(process):
        for variable, value in settings.environment.items():
            yield (*path, "environment", variable), value
        yield (*path, "directory"), settings.directory or ""
        for place, word in enumerate(getattr(settings, "command", None) or ()):
            yield (*path, "command", place), word
        for inner, text in _files(settings.checks):
            yield (*path, "checks", *inner), text


def _files(checks: ChecksPart) -> Iterator[tuple[Path, str]]:
    entries: list[tuple[str, int, BeforeEntry | AfterwardsEntry]] = [
        *(("before", place, entry) for place, entry in enumerate(checks.before or ())),
        *(("after", place, entry) for place, entry in enumerate(checks.after or ())),
    ]
    for phase, place, entry in entries:
        if entry.file is not None:
            yield (phase, place, "file", "path"), entry.file.path


def _settings(process: ProcessDocument) -> Iterator[tuple[tuple[str, ...], Settings]]:
    yield ("defaults",), process.defaults
    yield from _tasks(process)


def _tasks(process: ProcessDocument) -> Iterator[tuple[tuple[str, ...], TaskPart]]:
    for name, task in process.tasks.items():
        yield ("tasks", name), task


def _locks_are_taken_once(process: ProcessDocument) -> Iterator[Broken]:
    for path, settings in _settings(process):
        names = [lock.name for lock in settings.locks or ()]
        for place, name in enumerate(names):
            if name in names[:place]:
                yield Broken((*path, "locks", place), f"the lock {name} stands twice", "a task holds it once")


def _none_is_needed_of_what_is_asked_for(process: ProcessDocument) -> Iterator[Broken]:
    """0 units say that a task needs none of what `defaults` asks for."""
    for path, task in _tasks(process):
        for name, units in task.resources.items():
            if not units and name not in process.defaults.resources:
                hint = did_you_mean(name, process.defaults.resources) or "leave it out"
                yield Broken((*path, "resources", name), f"0 units of {name}, which `defaults` does not ask for", hint)


def _starts_give_parameters(process: ProcessDocument) -> Iterator[Broken]:
    missing = [name for name, parameter in process.parameters.items() if parameter.default is None]
    for name in missing if process.start else []:
        what = f"parameter {name} has no default, and a `start` cannot give it"
        yield Broken(("parameters", name), what, "give it a default, or leave out `start`")


def _deadlines_follow_each_other(process: ProcessDocument) -> Iterator[Broken]:
    """A time before the day starts is that of the following morning."""
    deadlines, begins = process.deadlines, process.day_starts or time(0)
    if deadlines is None or deadlines.start_by is None or deadlines.finish_by is None:
        return
    if (deadlines.finish_by < begins, deadlines.finish_by) < (deadlines.start_by < begins, deadlines.start_by):
        what = f"`finish_by` comes before `start_by` in a business day that starts at {begins:%H:%M}"
        yield Broken(("deadlines", "finish_by"), what, "`day_starts` says where the day begins")


def _own_tasks_exist(process: ProcessDocument) -> Iterator[Broken]:
    yield from unknown_tasks(process, process.tasks)


def unknown_tasks(process: ProcessDocument, known: Collection[str]) -> Iterator[Broken]:
    """The dependencies on tasks of the process itself that are not among `known`."""
    for path, entry in _dependencies(process):
        if entry.task is not None and entry.process is None and entry.task not in known:
            name = entry.task
            hint = did_you_mean(name, known) or "another process is {process: NAME}"
            yield Broken(path, f"unknown task: {told(name)}", hint)


def _runs_do_not_wait_for_themselves(process: ProcessDocument) -> Iterator[Broken]:
    for path, entry in _dependencies(process):
        same = entry.date in {None, RelativeDate.SAME} and entry.within is None
        if entry.process == process.process and same:
            hint = f"write {entry.task}" if entry.task and path[0] == "tasks" else "leave it out, or name another date"
            yield Broken(path, f"{process.process} waits for its own run: this can never open", hint)


def _outcomes_can_come_together(process: ProcessDocument) -> Iterator[Broken]:
    wanted: dict[tuple[object, ...], Outcome] = {}
    for path, entry in _dependencies(process):
        if "any" in path or not (entry.process or entry.task):
            continue
        upstream = (path[: path.index("after")], entry.process, entry.task, entry.date or RelativeDate.SAME)
        when = entry.when or Outcome.SUCCEEDED
        if {wanted.setdefault(upstream, when), when} == {Outcome.SUCCEEDED, Outcome.FAILED}:
            name = ":".join(filter(None, (entry.process, entry.task)))
            yield Broken(path, f"{name} cannot both succeed and fail: this can never open", "write `finished`")


def _no_cycles(process: ProcessDocument) -> Iterator[Broken]:
    for cycle in graph.cycles(process.needs()):
        first, second = cycle[0], cycle[1 % len(cycle)]
        after = _entries(("tasks", first, "after"), process.tasks[first].after)
        path = next(path for path, entry in after if entry.process is None and entry.task == second)
        yield Broken(path, loop_text(list(cycle)))


def _dependencies(process: ProcessDocument) -> Iterator[tuple[Path, AfterEntry]]:
    """Every condition of the run and of its tasks, those of groups one by one."""
    yield from _entries(("after",), process.after)
    for path, task in _tasks(process):
        yield from _entries((*path, "after"), task.after)


def _entries(path: Path, entries: Sequence[AfterEntry]) -> Iterator[tuple[Path, AfterEntry]]:
    for place, entry in enumerate(entries):
        kind = "any" if entry.any is not None else "all"
        group = getattr(entry, kind)
        if group is None:
            yield (*path, place), entry
        else:
            yield from _entries((*path, place, kind), group)


_RULES: tuple[Callable[[ProcessDocument], Iterator[Broken]], ...] = (
    _has_tasks,
    _tasks_have_work,
    _manual_tasks_run_nothing,
    _parameters_are_known,
    _locks_are_taken_once,
    _none_is_needed_of_what_is_asked_for,
    _starts_give_parameters,
    _deadlines_follow_each_other,
    _own_tasks_exist,
    _runs_do_not_wait_for_themselves,
    _outcomes_can_come_together,
    _no_cycles,
)
