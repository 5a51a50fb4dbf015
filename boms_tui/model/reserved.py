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


def reserved(draft: Overlay, ask: Ask, verb: str) -> Iterator[Reserved]:
    """Every task that is concerned and wants more of whoever acts than the verb itself does."""
    if ask.task is not None:
        defined = draft.definition(ask.the_run()).tasks[ask.task.task]
        wanted = defined.authorised.get(verb) or (defined.authorised.get(RUN) if verb == "confirm" else None)
        if wanted:
            yield ask.place, wanted
        return
    process = draft.catalogue.processes.get(ProcessId(ask.process)) if ask.run is None else draft.definition(ask.run)
    if process is None or verb not in _OF_RUNS:
        return
    for task in process.tasks.values():
        wanted = task.authorised.get(_OF_RUNS[verb])
        if wanted and _concerned(draft, ask, verb, task):
            yield f"{process.id}:{task.name}", wanted


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
    return not ask.yes("leave") and draft.task(ask.the_run().id, task.name).state in LIVE
