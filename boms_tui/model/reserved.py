"""What tasks reserve for some roles (`authorised`), whatever else a person may do at their place."""

from collections.abc import Iterator

from boms_tui.model.acts.ask import Ask
from boms_tui.model.definition import Task
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.overlay import Overlay
from boms_tui.model.people import User
from boms_tui.model.records import Run
from boms_tui.model.rights import amounts_to_any, may
from boms_tui.model.states import LIVE
from boms_tui.model.verbs import RUN

Reserved = tuple[str, tuple[str, ...]]
"""A task as `PROCESS:TASK`, and the roles that it wants."""
_OF_RUNS = {"order": "order", "rerun": "rerun", "cancel": "kill"}
"""What a verb on a whole run does to its tasks."""


def wanted_on_task(task: Task, verb: str) -> tuple[str, ...]:
    """The roles that a task wants for a verb on it; whom it may run for may confirm it."""
    return task.authorised.get(verb) or (task.authorised.get(RUN, ()) if verb == "confirm" else ())


def wanted_on_run(task: Task, verb: str) -> tuple[str, ...]:
    """The roles that a task wants for a verb on its whole run or process."""
    return task.authorised.get(_OF_RUNS[verb], ()) if verb in _OF_RUNS else ()


def reserved(draft: Overlay, ask: Ask, verb: str) -> Iterator[Reserved]:
    """Every task that is concerned and wants more of whoever acts than the verb itself does."""
    if ask.task is not None:
        defined = draft.definition(ask.the_run()).tasks[ask.task.task]
        wanted = wanted_on_task(defined, verb)
        if wanted:
            yield ask.place, wanted
        return
    process = draft.catalogue.processes.get(ProcessId(ask.process)) if ask.run is None else draft.definition(ask.run)
    for task in process.tasks.values() if process is not None else ():
        wanted = wanted_on_run(task, verb)
        if wanted and _concerned(draft, ask, verb, task):
            yield f"{ask.process}:{task.name}", wanted


def may_have_it_run(draft: Overlay, user: User | None, run: Run, task: TaskName) -> bool:
    """Whether somebody may have a task run: an operator there, and of those that it is reserved for."""
    held = () if user is None or user.disabled else user.roles_at(draft.now)
    wanted = draft.definition(run).tasks[task].authorised.get(RUN)
    place, defined = f"{run.process}:{task}", draft.catalogue.roles
    return may(held, "confirm", place, defined) and (not wanted or amounts_to_any(held, wanted, place, defined))


def _concerned(draft: Overlay, ask: Ask, verb: str, task: Task) -> bool:
    """A run that is cancelled kills what is live of it, unless it is to be left."""
    if verb != "cancel":
        return True
    run = ask.the_run().id
    return not ask.yes("leave") and draft.has_task(run, task.name) and draft.task(run, task.name).state in LIVE
