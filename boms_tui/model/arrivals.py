"""What comes from outside and orders runs or opens gates: files, and what tasks say of themselves."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from posixpath import basename, join

from boms_tui.model.checks import FileSeen
from boms_tui.model.condition import Dependency, Milestone, inside
from boms_tui.model.definition import Process
from boms_tui.model.draft import Draft
from boms_tui.model.facts import FileCame, LookedAway, Said, Sighted
from boms_tui.model.files import UNSEEN
from boms_tui.model.followers import follow_milestone
from boms_tui.model.ids import AttemptId, TaskName, split_ref
from boms_tui.model.ordering import LONGEST_CAUSE, order_by_itself
from boms_tui.model.placeholders import FILE
from boms_tui.model.planning import business_date_of
from boms_tui.model.records import Run, Sighting
from boms_tui.model.shape import shape_of
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.trigger import FileStart


def came(draft: Draft, fact: FileCame) -> None:
    """A file orders one run, and is taken away afterwards; seen again, it is only taken away."""
    process = draft.catalogue.processes.get(fact.process)
    if process is None or fact.start not in process.start:
        return
    occurrence, day = occurrence_of(fact), date_of(process, fact, draft)
    known = draft.run_of(process.id, occurrence)
    if known is None and not draft.has_occurrence(process.id, occurrence):
        known = _order(draft, process, day, fact, occurrence)
    if known is not None and (target := known.parameters.get(FILE, fact.path)) != fact.path:
        draft.take(fact.path, target)


def occurrence_of(fact: FileCame) -> str:
    """What tells one file from another: where it lies, when it was written, and its size in bytes."""
    path = fact.path if len(fact.path) <= LONGEST_CAUSE else sha256(fact.path.encode()).hexdigest()
    return f"file:{path}@{fact.changed:%Y%m%dT%H%M%S.%fZ}.{fact.size}"


def date_of(process: Process, fact: FileCame, draft: Draft) -> date:
    """The business date of what a file orders: that in its name, else the one on which it came (SEMANTICS S8)."""
    return fact.date or business_date_of(process, min(fact.came, draft.now))


def sighted(draft: Draft, fact: Sighted) -> None:
    """Every run that waits for the file is told what there is to see of it."""
    seen = fact.seen
    size, changed, problem = (seen.size, seen.changed, "") if isinstance(seen, FileSeen) else (None, None, seen.why)
    since = (seen.since if isinstance(seen, FileSeen) else None) or draft.now
    key = sha256(fact.place.encode()).hexdigest()
    for run in dict.fromkeys(run for run, _ in draft.snapshot.awaited.get(f"file:{fact.place}", ())):
        known = draft.sighting(run, fact.place)
        same = known is not None and size is not None and (known.size, known.changed) == (size, changed)
        if known is None or known.problem != problem or (known.size, known.changed) != (size, changed):
            began = known.since if known is not None and same else since
            draft.put_sighting(Sighting(run, key, fact.place, size, changed, began, problem))


def look_away(draft: Draft, runs: Iterable[Run]) -> None:
    """What was seen of the files that these runs wait for counts no more until somebody looks again."""
    for run in runs:
        for sighting in draft.sightings(run.id):
            if not sighting.problem:
                draft.put_sighting(replace(sighting, problem=UNSEEN))


def looked_away(draft: Draft, _fact: LookedAway) -> None:
    look_away(draft, draft.snapshot.unended())


def said(draft: Draft, fact: Said) -> None:
    """A task reached what somebody waits for."""
    ref, _, number = fact.attempt.rpartition(".")
    run_id, name = split_ref(ref)
    run = draft.run(run_id)
    if run is None or name is None or not draft.has_task(run_id, name):
        return
    task = draft.task(run_id, name)
    if task.attempts != int(number):
        return
    wanted = sorted(_wanted(draft, run, name), key=str)
    reached = [one for one in wanted if str(one) not in task.said and one.reached_by(fact.meter, fact.label)]
    if not reached:
        return
    edited = draft.edit_task(task, said=(*task.said, *map(str, reached)))
    draft.wake_followers(edited)
    for one in reached:
        draft.say("reached", task.ref, after=str(one))
        follow_milestone(draft, run, name, one)


def is_listened_to(snapshot: Snapshot, attempt: AttemptId) -> bool:
    """Whether anybody may want to know what a task says of itself."""
    ref, _, _ = attempt.rpartition(".")
    run_id, name = split_ref(ref)
    run = snapshot.runs.get(run_id)
    return run is not None and name is not None and bool(_wanted(Draft(snapshot, run.ordered_at), run, name))


def _wanted(draft: Draft, run: Run, name: TaskName) -> set[Milestone]:
    """What anybody wants to know of a task: definitions in force, its own run, and open runs of older ones."""
    wanted = set(draft.catalogue.causes.milestones.get((run.process, name), ()))
    for task in draft.definition(run).tasks.values():
        wanted |= {one.milestone for need, one in inside(task.after) if need == name and one.milestone is not None}
    for waiting, _ in draft.snapshot.waiters.get((run.process, run.business_date), {}).get(name, ()):
        waiter = draft.run(waiting)
        outside = shape_of(draft.definition(waiter)).outside if waiter is not None else ()
        wanted |= {one.milestone for _, one in outside if _is_on(one, run, name) and one.milestone is not None}
    return wanted


def _is_on(dependency: Dependency, run: Run, name: TaskName) -> bool:
    return dependency.process == run.process and dependency.task == name


def _order(draft: Draft, process: Process, day: date, fact: FileCame, occurrence: str) -> Run | None:
    if not draft.catalogue.almanac.has(process.calendar, day):
        why = draft.catalogue.almanac.why_not(process.calendar, day)
        draft.say("not-ordered", f"{process.id}@{day}", reason=f"file {fact.path} came, but {why}")
        return None
    return order_by_itself(
        draft, process, day, occurrence=occurrence, by=f"file {fact.path}",
        parameters={FILE: _target(fact, day, draft.next_number(process.id, day))},
    )  # fmt: skip


def _target(fact: FileCame, day: date, number: int) -> str:
    """Where the file lies for the run that it orders; each run has a folder of its own below `move_to`."""
    return taken_to(fact.start, fact.path, f"{day}.{number}")


def taken_to(start: FileStart, path: str, run: str) -> str:
    """Where a file is taken for the run of that date and number."""
    if start.move_to:
        return join(start.move_to, run, basename(path))
    return f"{path}.{run}{start.mark}" if start.mark else path
