"""Names as people type them, made whole (SEMANTICS S23): a process, `PROCESS@DATE`, or any unique ending."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from boms_tui.commands.ports import Reader
from boms_tui.errors import UsageError
from boms_tui.model.ids import ProcessId, RunId, TaskName, parse_run_id, split_ref, task_ref
from boms_tui.model.nearest import nearest, told
from boms_tui.model.planning import business_date_of

_NOTHING_DEFINED = "no process is defined yet: `boms apply PATH`"
_LISTS = "`boms plan` lists the processes, `boms runs` the runs there are"


class NoRunError(UsageError):
    """A process was named that has no run for that date."""

    def __init__(self, process: ProcessId, business_date: date, next_step: str) -> None:
        super().__init__(f"{process} has no run for {business_date}", next_step)
        self.process = process
        self.business_date = business_date


class Names:
    """Looks names up in one store, as of one moment."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        self._reader = reader
        self._now = now

    def process(self, text: str) -> ProcessId:
        """The process whose id is, or ends with, `text`.

        Raises:
            UsageError: there is none, or several.
        """
        known = self._reader.catalogue().processes
        found = _ending(text, known)
        if not found:
            hint = _nearest(text, known) or "`boms plan` lists them"
            raise UsageError(f"no such process: {told(text)}", hint if known else _NOTHING_DEFINED)
        return ProcessId(_one(text, found))

    def run(self, text: str) -> RunId:
        """The run that `text` means.

        Raises:
            UsageError: there is none, or several.
        """
        if parse_run_id(text) is not None and text in self._reader.find_runs(text):
            return RunId(text)
        name, at, rest = text.partition("@")
        known = self._reader.catalogue().processes
        processes = _ending(name, known)
        if len(processes) == 1 and "." in rest:
            return self._known(f"{processes[0]}@{rest}")
        if len(processes) == 1:
            return self._latest(ProcessId(processes[0]), rest)
        found = self._reader.find_runs(text) if at or not processes else ()
        if not found and not processes:
            raise UsageError(f"no such run: {told(text)}", self._nearest_run(name, rest))
        return RunId(_one(text, found or processes))

    def task(self, text: str) -> str:
        """`RUN:TASK` with its run made whole; the task may be any unique ending, too.

        Raises:
            UsageError: no task is named, or there is none of that name, or several.
        """
        run_text, name = split_ref(text)
        if not name:
            raise UsageError(f"{text} names no task", "write RUN:TASK")
        run = self.run(run_text)
        tasks = [task.task for task in self._reader.picture(run).tasks if task.run == run]
        found = _ending(name, tasks)
        if not found:
            hint = _nearest(name, tasks) or f"`boms show {run}` lists them"
            raise UsageError(f"{run} has no task {told(name)}", hint)
        return task_ref(run, TaskName(_one(name, found)))

    def run_or_task(self, text: str) -> str:
        return self.task(text) if ":" in text else self.run(text)

    def held(self, text: str) -> str:
        """What a hold is placed on: `FOLDER/`, a process or one date of it, a run, or a task of one."""
        if text.endswith("/"):
            return text
        if ":" in text:
            return self.task(text)
        name, at, rest = text.partition("@")
        if "." in rest:
            return self.run(text)
        if not at and self._is_folder(name):
            raise UsageError(f"no such process: {told(name)}", f"the folder is {name}/")
        process = self.process(name)
        if not at:
            return process
        return self._reader.latest_run(process, _date(rest)) or f"{process}@{rest}"

    def _is_folder(self, name: str) -> bool:
        known = self._reader.catalogue().processes
        return not _ending(name, known) and any(process.startswith(f"{name}/") for process in known)

    def _known(self, text: str) -> RunId:
        if text in self._reader.find_runs(text):
            return RunId(text)
        process = ProcessId(text.partition("@")[0])
        raise UsageError(f"no such run: {told(text)}", self._runs_of(process))

    def _latest(self, process: ProcessId, on: str) -> RunId:
        definition = self._reader.catalogue().processes[process]
        wanted = _date(on) if on else business_date_of(definition, self._now)
        run = self._reader.latest_run(process, wanted)
        if run is not None:
            return run
        raise NoRunError(process, wanted, self._runs_of(process))

    def _runs_of(self, process: ProcessId) -> str:
        newest = self._reader.latest_run(process)
        return f"its newest run is {newest}" if newest else f"`boms order {process}` orders one"

    def _nearest_run(self, name: str, rest: str) -> str:
        """What to do about a run whose process nobody knows."""
        known = self._reader.catalogue().processes
        if not known:
            return _NOTHING_DEFINED
        return _nearest(name, known, f"@{rest}" if rest else "") or _LISTS


def _ending(text: str, names: Iterable[str]) -> Sequence[str]:
    """The name that is `text`; else those that end with it after a `/`; else those that end with it anyhow."""
    known = list(names)
    for fits in (str.__eq__, lambda name, end: name.endswith(f"/{end}"), str.endswith):
        found = [name for name in known if fits(name, text)]
        if found:
            return found
    return ()


def _nearest(text: str, names: Iterable[str], behind: str = "") -> str:
    """A question for the name that was perhaps meant; "" where none is near."""
    near = nearest(text, names)
    return f"did you mean {near}{behind}?" if near else ""


def _one(text: str, found: Sequence[str]) -> str:
    if len(found) > 1:
        raise UsageError(f"{text} may be any of {len(found)}", "one of: " + ", ".join(found))
    return found[0]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"not a date: {text}", "write YYYY-MM-DD") from None
