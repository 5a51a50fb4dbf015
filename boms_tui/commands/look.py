"""What there is to see: `runs`, `show` and `tree`."""

from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from boms_tui import clock
from boms_tui.commands import views
from boms_tui.commands.checks import Found, by_attempt, checks_json, failed_by_checks, print_checks
from boms_tui.commands.command import Command, Parser, day
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.naming import Names
from boms_tui.commands.out import iso
from boms_tui.commands.progress import progress_json, said
from boms_tui.errors import ExitCode
from boms_tui.model.condition import Outcome, inside
from boms_tui.model.definition import Process
from boms_tui.model.ids import TaskName
from boms_tui.model.records import Attempt, Run, TaskRun
from boms_tui.model.shape import shape_of
from boms_tui.model.states import ENDED, IDLE, PASSED, RunState, TaskState
from boms_tui.model.views import BoardQuery, BoardRow, RunView

_BEFORE_START = IDLE - {TaskState.BACKOFF}


def _runs_arguments(parser: Parser) -> None:
    parser.add_argument("--date", type=day, metavar="D", help="of this business date")
    parser.add_argument("--state", choices=[state.value for state in RunState], help="in this state")
    parser.add_argument("--process", metavar="P", help="of this process")


def runs(context: Context, given: Namespace) -> int:
    process = Names(context.reader, clock.now()).process(given.process) if given.process else None
    query = BoardQuery(
        dates=frozenset({given.date} if given.date else ()),
        states=frozenset({RunState(given.state)} if given.state else ()),
        process=process,
    )
    rows = context.reader.board(query)
    if len(rows) == query.limit:
        context.out.note(f"the newest {query.limit} runs only: narrow them by --date, --state or --process")
    if context.out.as_json:
        context.out.json([_run_json(row.run) for row in rows])
        return ExitCode.DONE
    context.out.table(
        ("RUN", "STATE", "TASKS", "ORDERED", "STARTED", "ENDED", "WHY"), [_run_cells(row) for row in rows]
    )
    return ExitCode.DONE


def _run_operand(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN")


def show(context: Context, given: Namespace) -> int:
    view = _view(context, given.run)
    attempts, found = _by_task(context.reader.attempts(view.run.id)), by_attempt(context.reader.checks(view.run.id))
    if context.out.as_json:
        tasks = [
            {
                "name": name, "state": task.state, **_progress_json(view, name),
                "attempts": [_attempt_json(attempt, found) for attempt in attempts[name]],
            }
            for name, task in view.tasks.items()
        ]  # fmt: skip
        context.out.json({**_run_json(view.run), "tasks": tasks})
        return ExitCode.DONE
    run = view.run
    context.out.line(f"{run.id}  {run.state}  {view.definition.title}")
    context.out.line(f"ordered by {run.ordered_by}, revision {run.revision}{f': {run.reason}' if run.reason else ''}")
    if run.expected_end is not None:
        now = clock.now()
        context.out.line(f"expected to end at {context.out.time_of_day(max(run.expected_end, now), now)}")
    if run.late:
        context.out.line(_late(run))
    context.out.table(
        ("TASK", "STATE", "ATTEMPTS", "EXIT", "STARTED", "ENDED", "WHY"),
        [
            (
                name, task.state, len(attempts[name]), _exit_code(task, attempts[name]),
                task.started_at, task.ended_at, _why(view, task),
            )
            for name, task in view.tasks.items()
        ],
    )  # fmt: skip
    print_checks(context.out, failed_by_checks(view.attempts.values(), found))
    return ExitCode.DONE


def tree(context: Context, given: Namespace) -> int:
    view = _view(context, given.run)
    if context.out.as_json:
        tasks = [
            {
                "name": name, "state": view.tasks[name].state, "after": [str(dependency) for dependency in task.after],
                **_progress_json(view, name),
            }
            for name, task in view.definition.tasks.items()
            if name in view.tasks
        ]  # fmt: skip
        run = view.run
        context.out.json({"id": run.id, "state": run.state, "after": _after(view.definition), "tasks": tasks})
        return ExitCode.DONE
    context.out.line(f"{view.run.id}  {view.run.state}")
    for text in draw(view) if view.tasks else [f"it has no tasks: {view.run.reason}"]:
        context.out.line(text)
    return ExitCode.DONE


def draw(view: RunView) -> Iterator[str]:
    """The tasks as a tree, each under its first predecessor; where it has others they stand behind its name."""
    followers = shape_of(view.definition).followers
    needs = {name: [need for need, _ in inside(task.after)] for name, task in view.definition.tasks.items()}
    children = {name: [child for child in behind if needs[child][0] == name] for name, behind in followers.items()}

    def line(name: TaskName, branch: str) -> str:
        after = view.definition.tasks[name].after
        parent = next((one for one in after if [need for need, _ in inside([one])] == needs[name][:1]), None)
        others = [str(one) for one in after if one is not parent]
        also = f"  (after {', '.join(others)})" if others else ""
        says = said(view.progress[name]) if name in view.progress else view.waits.get(name, "")
        return f"{branch}{name}  {view.tasks[name].state}{f'  {says}' if says else ''}{also}"

    def walk(names: Sequence[TaskName], indent: str) -> Iterator[str]:
        for name in names:
            last = name == names[-1]
            yield line(name, indent + ("└─ " if last else "├─ "))
            yield from walk(children[name], indent + ("   " if last else "│  "))

    for root in [name for name in view.definition.tasks if not needs[name]]:
        yield line(root, "")
        yield from walk(children[root], "")


def _progress_json(view: RunView, name: TaskName) -> dict[str, object]:
    found = progress_json(view.progress.get(name))
    return {"progress": found} if found else {}


def _view(context: Context, text: str) -> RunView:
    now = clock.now()
    return views.run_view(context.reader, Names(context.reader, now).run(text), now)


def _run_cells(row: BoardRow) -> tuple[object, ...]:
    run = row.run
    ended = sum(count for state, count in row.counts.items() if state in ENDED)
    progress = f"{ended}/{row.total}"
    why = "; ".join(filter(None, (_late(run), run.reason)))
    return (run.id, run.state, progress, run.ordered_at, run.started_at, run.ended_at, why)


def _late(run: Run) -> str:
    return f"late: {', '.join(run.late)}" if run.late else ""


def _exit_code(task: TaskRun, attempts: Sequence[Attempt]) -> int | None:
    """That of the newest attempt, unless the task is to begin afresh."""
    return attempts[-1].exit_code if attempts and task.state not in _BEFORE_START else None


def _why(view: RunView, task: TaskRun) -> str:
    """Why a task is as it is; of one that waits, the first thing it waits for; of one that runs, what it says."""
    if task.task in view.progress:
        return said(view.progress[task.task])
    if task.state not in _BEFORE_START:
        return task.reason
    return view.waits.get(task.task) or next(_awaited(view, task.task), task.reason)


def _awaited(view: RunView, name: TaskName) -> Iterator[str]:
    """The tasks of its own run that a task waits for."""
    for needed, dependency in inside(view.definition.tasks[name].after):
        state = view.tasks[needed].state
        if state not in (PASSED if dependency.when is Outcome.SUCCEEDED else ENDED):
            yield f"{needed} is {state}"


def _run_json(run: Run) -> dict[str, object]:
    return {
        "id": run.id, "process": run.process, "business_date": run.business_date, "state": run.state,
        "revision": run.revision, "ordered_by": run.ordered_by, "late": list(run.late),
        "expected_end": iso(run.expected_end),
    }  # fmt: skip


def _attempt_json(attempt: Attempt, found: Found) -> dict[str, object]:
    return {
        "number": attempt.number, "state": attempt.state, "exit_code": attempt.exit_code, "node": attempt.node,
        "started_at": iso(attempt.started_at), "ended_at": iso(attempt.ended_at),
        **checks_json(found.get(attempt.id, ())),
    }  # fmt: skip


def _by_task(attempts: Iterable[Attempt]) -> Mapping[TaskName, list[Attempt]]:
    found: defaultdict[TaskName, list[Attempt]] = defaultdict(list)
    for attempt in sorted(attempts, key=lambda attempt: attempt.number):
        found[attempt.task].append(attempt)
    return found


def _after(definition: Process) -> list[str]:
    return [str(dependency) for dependency in definition.after]


COMMANDS = {
    "runs": Command(with_age(runs), _runs_arguments),
    "show": Command(with_age(show), _run_operand),
    "tree": Command(with_age(tree), _run_operand),
}
